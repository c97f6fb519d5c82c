//! What `LATCHKEY_RULES` is about, as far as it can be compared with the routes of an API: docs/API.md, "Route rules".

use serde_json::Value;

/// The names in a function's rules.
#[derive(Debug)]
pub struct Rules {
    names: Vec<String>,
    /// A route without a rule is refused to everybody.
    pub denies_the_rest: bool,
}

impl Rules {
    /// None when no function would start with them: they are not JSON, or not about routes.
    pub fn read(text: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        let names = document.get("routes")?.as_object()?.keys().cloned().collect();
        Some(Self { names, denies_the_rest: document.get("default").is_none_or(|rule| rule == "deny") })
    }

    /// The names of routes of API Gateway. The others are about AppSync: the API as a whole, and `Type.field`.
    pub fn of_routes(&self) -> impl Iterator<Item = &str> {
        let is_route = |name: &&str| name.contains(' ') || name.starts_with('$');
        self.names.iter().map(String::as_str).filter(is_route)
    }

    /// Whether there is a rule for one method of a route that is declared for `ANY`.
    pub fn tell_methods_apart(&self, route: &str) -> bool {
        let Some(("ANY", path)) = route.split_once(' ') else { return false };
        let is_of_one = |name: &str| name.split_once(' ').is_some_and(|(method, of)| method != "ANY" && of == path);
        self.of_routes().any(is_of_one)
    }
}

/// Whether a rule decides about requests of a route. What an API declares for `ANY` asks with the method of the request.
pub fn decides(rule: &str, route: &str) -> bool {
    decides_if(rule, route, |rule, route| rule == route)
}

/// The same where the function is told a path and not a route.
pub fn decides_by_path(rule: &str, route: &str) -> bool {
    decides_if(rule, route, share_a_path)
}

fn decides_if(rule: &str, route: &str, goes_with: impl Fn(&str, &str) -> bool) -> bool {
    match (rule.split_once(' '), route.split_once(' ')) {
        (Some((rule_method, rule)), Some((method, route))) => {
            (rule_method == method || rule_method == "ANY" || method == "ANY") && goes_with(rule, route)
        }
        _ => rule == route,
    }
}

/// Whether some path fits both `/notes/{id}` and `/{proxy+}`.
fn share_a_path(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.ends_with("+}") || b.ends_with("+}") => return true,
            (Some(a), Some(b)) if a == b || a.starts_with('{') || b.starts_with('{') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_decides_about_the_route_of_its_very_name_and_about_methods_of_any() {
        let decided = |route| {
            let rules = ["GET /notes/{id}", "ANY /notes", "$default", "GET /{proxy+}"];
            rules.into_iter().filter(|rule| decides(rule, route)).collect::<Vec<_>>()
        };
        assert_eq!(decided("GET /notes/{id}"), ["GET /notes/{id}"]);
        assert_eq!(decided("ANY /notes/{id}"), ["GET /notes/{id}"]);
        assert_eq!(decided("PUT /notes"), ["ANY /notes"]);
        assert_eq!(decided("ANY /{proxy+}"), ["GET /{proxy+}"]);
        assert_eq!(decided("$default"), ["$default"]);
        for route in ["GET /notes/{note_id}", "GET /notes/", "PUT /notes/{id}", "$connect"] {
            assert!(decided(route).is_empty(), "{route}");
        }
    }

    #[test]
    fn a_path_decides_by_every_route_that_it_fits() {
        for (rule, route) in [
            ("GET /notes/{id}", "GET /notes/{note_id}"),
            ("GET /notes/all", "GET /notes/{id}"),
            ("DELETE /notes/{id}", "ANY /{proxy+}"),
            ("GET /", "GET /"),
        ] {
            assert!(decides_by_path(rule, route) && decides_by_path(route, rule), "{rule}, {route}");
        }
        for (rule, route) in [
            ("GET /notes", "GET /notes/{id}"),
            ("GET /notes/{id}", "PUT /notes/{id}"),
            ("GET /notes/{id}", "GET /files/{id}"),
        ] {
            assert!(!decides_by_path(rule, route) && !decides_by_path(route, rule), "{rule}, {route}");
        }
    }

    #[test]
    fn methods_are_told_apart_where_any_is_declared_and_one_of_them_has_a_rule() {
        let rules = Rules::read(r#"{"routes":{"GET /a":"authenticated","ANY /b":"authenticated"}}"#).unwrap();
        let told_apart = ["ANY /a", "GET /a", "ANY /b", "$default"].map(|route| rules.tell_methods_apart(route));
        assert_eq!(told_apart, [true, false, false, false]);
    }

    #[test]
    fn what_is_not_about_routes_is_no_rules() {
        for text in ["", "[]", "{}", "5", r#"{"routes":[]}"#, r#"{"routes":"GET /"}"#] {
            assert!(Rules::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn without_a_default_the_rest_is_denied() {
        let denies = |text| Rules::read(text).unwrap().denies_the_rest;
        assert!(denies(r#"{"routes":{}}"#) && denies(r#"{"default":"deny","routes":{}}"#));
        assert!(!denies(r#"{"default":"authenticated","routes":{}}"#));
    }
}
