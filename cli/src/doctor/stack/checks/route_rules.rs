//! Rules name the routes that APIs declare: a rule of another name decides nothing, and says so nowhere.

use std::collections::BTreeMap;

use super::Deployment;
use crate::doctor::stack::rules::{Rules, decides, decides_by_path};
use crate::doctor::stack::{Api, Authorizer};
use crate::doctor::verdict::{Verdict, fail, few, ok, unknown, warn};

/// The functions that have rules.
const FUNCTIONS: [&str; 2] = ["Authorizer", "SessionAuthorizer"];

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let Ok(apis) = &deployment.apis else { return Vec::new() };
    let mut verdicts: Vec<Verdict> = FUNCTIONS.iter().filter_map(|function| unread(deployment, function)).collect();
    for (text, functions) in functions_by_rules(deployment) {
        match Rules::read(text) {
            Some(rules) => verdicts.extend(compare(&rules, &functions, apis)),
            None => verdicts.push(fail(
                format!("{}: LATCHKEY_RULES is not understood, so no request is let in", functions.join(", ")),
                "deploy with RouteRules as docs/API.md describes them, or with none",
            )),
        }
    }
    if verdicts.is_empty() { vec![ok("there are none: every proven caller may use every route")] } else { verdicts }
}

fn unread(deployment: &Deployment, function: &str) -> Option<Verdict> {
    let error = deployment.functions.get(function)?.as_ref().err()?;
    Some(unknown(&format!("the rules of {function}"), error))
}

/// In our template both functions have the same rules, and then a route behind either is enough for a rule.
fn functions_by_rules(deployment: &Deployment) -> BTreeMap<&str, Vec<&'static str>> {
    let mut functions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for function in FUNCTIONS {
        if let Some(rules) = deployment.rules(function) {
            functions.entry(rules).or_default().push(function);
        }
    }
    functions
}

fn compare(rules: &Rules, functions: &[&str], apis: &[Api]) -> Vec<Verdict> {
    let all = apis.iter().flat_map(|api| api.authorizers.iter().map(move |authorizer| (api, authorizer)));
    let asking: Vec<_> = all.filter(|(_, authorizer)| functions.contains(&authorizer.function.as_str())).collect();
    if asking.is_empty() {
        return vec![ok("there are rules, and no API of this account and region to compare them with")];
    }
    let mut verdicts = Vec::new();
    for (api, authorizer) in &asking {
        let verdict = match &authorizer.routes {
            Ok(routes) => routes_without_rule(rules, api, authorizer, routes),
            Err(error) => Some(unknown(&format!("the routes of {}", api.name), error)),
        };
        verdicts.extend(verdict.filter(|verdict| !verdicts.contains(verdict)));
    }
    verdicts.extend(rules_without_route(rules, &asking));
    if verdicts.is_empty() {
        verdicts.push(ok(format!("{} for routes, each of which is declared", rules.of_routes().count())));
    }
    verdicts
}

fn routes_without_rule(rules: &Rules, api: &Api, authorizer: &Authorizer, routes: &[String]) -> Option<Verdict> {
    let has_rule = |route: &&String| rules.of_routes().any(|rule| decides_for(authorizer, rule, route));
    let without: Vec<&str> = routes.iter().filter(|route| !has_rule(route)).map(String::as_str).collect();
    if without.is_empty() || !rules.denies_the_rest {
        return None;
    }
    let found = format!("{}: nobody may use {}: no rule names it and the default is deny", api.name, few(&without));
    Some(warn(found, "write a rule under the name by which the API declares the route, or take the route away"))
}

/// None as long as some routes are not known.
fn rules_without_route(rules: &Rules, asking: &[(&Api, &Authorizer)]) -> Option<Verdict> {
    let mut declared = Vec::new();
    for (_, authorizer) in asking {
        declared.extend(authorizer.routes.as_ref().ok()?.iter().map(|route| (*authorizer, route.as_str())));
    }
    let has_route = |rule: &str| declared.iter().any(|(authorizer, route)| decides_for(authorizer, rule, route));
    let without: Vec<&str> = rules.of_routes().filter(|rule| !has_route(rule)).collect();
    if without.is_empty() {
        return None;
    }
    let mut wide: Vec<&str> = declared.iter().map(|(_, route)| *route).filter(|route| takes_the_rest(route)).collect();
    wide.sort_unstable();
    wide.dedup();
    let found =
        format!("these rules decide nothing, for no route behind our authorizers has their name: {}", few(&without));
    let taken = match wide.is_empty() {
        true => String::new(),
        false => format!("; what {} takes is decided by a rule of that name, or by the default", few(&wide)),
    };
    let advice = "name them as the API declares its routes, parameters included, or declare them there; those for an API \
                  elsewhere can stay";
    Some(warn(found, format!("{advice}{taken}")))
}

fn decides_for(authorizer: &Authorizer, rule: &str, route: &str) -> bool {
    if authorizer.names_no_route { decides_by_path(rule, route) } else { decides(rule, route) }
}

/// A route for whatever has none of its own.
fn takes_the_rest(route: &str) -> bool {
    route == "$default" || route.ends_with("+}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::Kind;
    use crate::doctor::stack::tests::{api, in_order, with_api, with_setting};

    /// What is said of APIs with these routes, and of these rules.
    fn said(routes: &[&str], rules: &str) -> Vec<Verdict> {
        let routes = routes.iter().map(|route| (*route).to_owned()).collect();
        let deployment = with_api(|api| api.authorizers[0].routes = Ok(routes));
        check(&with_setting("LATCHKEY_RULES", rules, deployment))
    }

    fn levels(routes: &[&str], rules: &str) -> Vec<&'static str> {
        said(routes, rules).iter().map(Verdict::level).collect()
    }

    const NOTES: &str = r#"{"routes":{"GET /notes":"authenticated","DELETE /notes/{id}":{"roles":["admin"]}}}"#;
    const OPEN: &str = r#"{"default":"authenticated","routes":{"DELETE /notes/{id}":"deny"}}"#;

    #[test]
    fn rules_that_are_named_as_the_routes_are_in_order() {
        assert_eq!(levels(&["GET /notes", "DELETE /notes/{id}"], NOTES), ["ok"]);
        assert_eq!(levels(&["ANY /notes", "ANY /notes/{id}"], NOTES), ["ok"]);
        assert_eq!(levels(&["DELETE /notes/{id}", "GET /notes"], OPEN), ["ok"]);
    }

    #[test]
    fn a_route_without_a_rule_is_found_where_the_default_refuses_it() {
        let verdicts = said(&["GET /notes", "DELETE /notes/{id}", "PUT /notes/{id}"], NOTES);
        let [Verdict::Warn { found, .. }] = &verdicts[..] else { panic!("{verdicts:?}") };
        assert!(found.contains("nobody may use PUT /notes/{id}"), "{found}");
    }

    #[test]
    fn a_rule_without_a_route_is_found_and_which_route_takes_its_requests() {
        for (routes, taken_by) in [
            (&["GET /notes/{note_id}"][..], "elsewhere can stay"),
            (&["ANY /{proxy+}"], "what ANY /{proxy+} takes"),
            (&["$default", "GET /files/{path+}", "$default"], "what $default, GET /files/{path+} takes"),
        ] {
            let verdicts = said(routes, OPEN);
            let [Verdict::Warn { found, advice }] = &verdicts[..] else { panic!("{verdicts:?}") };
            assert!(found.ends_with(": DELETE /notes/{id}"), "{found}");
            assert!(advice.contains(taken_by), "{advice}");
            assert_eq!(advice.ends_with("by the default"), routes != ["GET /notes/{note_id}"], "{advice}");
        }
        assert_eq!(levels(&["$default"], NOTES), ["warn", "warn"]);
    }

    #[test]
    fn behind_token_authorizers_a_rule_is_matched_with_the_path() {
        let deployment = with_api(|api| {
            api.kind = Kind::Rest;
            api.authorizers[0].names_no_route = true;
            api.authorizers[0].routes = Ok(vec!["ANY /{proxy+}".to_owned()]);
        });
        assert_eq!(check(&with_setting("LATCHKEY_RULES", NOTES, deployment))[0].level(), "ok");
    }

    #[test]
    fn rules_of_graphql_and_of_connections_are_not_missed_by_http() {
        let rules =
            r#"{"routes":{"AppSync":"authenticated","Query.audit":{"roles":["auditor"]},"$connect":"authenticated"}}"#;
        assert_eq!(levels(&["$connect"], rules), ["ok"]);
    }

    #[test]
    fn a_route_behind_either_function_is_enough_for_the_rules_of_both() {
        let mut deployment = with_api(|api| api.authorizers[0].routes = Ok(vec!["GET /notes".to_owned()]));
        let mut other = api();
        other.authorizers[0].function = "SessionAuthorizer".to_owned();
        other.authorizers[0].routes = Ok(vec!["DELETE /notes/{id}".to_owned()]);
        deployment.apis.as_mut().unwrap().push(other);
        let verdicts = check(&with_setting("LATCHKEY_RULES", NOTES, deployment));
        assert_eq!(verdicts, [ok("2 for routes, each of which is declared")]);
    }

    #[test]
    fn where_routes_could_not_be_read_nothing_is_said_about_rules_without_one() {
        let deployment = with_api(|api| api.authorizers[0].routes = Err("AccessDenied".to_owned()));
        let verdicts = check(&with_setting("LATCHKEY_RULES", NOTES, deployment));
        assert_eq!(verdicts, [unknown("the routes of notes", "AccessDenied")]);
    }

    #[test]
    fn rules_that_could_not_be_read_are_not_none() {
        let mut deployment = in_order();
        deployment.functions.insert("SessionAuthorizer".to_owned(), Err("AccessDenied".to_owned()));
        assert_eq!(check(&deployment), [unknown("the rules of SessionAuthorizer", "AccessDenied")]);
        assert_eq!(levels(&["GET /notes"], "[]"), ["fail"]);
    }

    #[test]
    fn rules_that_no_api_asks_about_are_compared_with_nothing() {
        let deployment = Deployment { apis: Ok(Vec::new()), ..in_order() };
        assert_eq!(check(&with_setting("LATCHKEY_RULES", NOTES, deployment))[0].level(), "ok");
    }
}
