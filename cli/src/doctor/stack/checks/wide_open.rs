//! Gateways do not let the pages of everybody call what our tokens protect.

use super::Deployment;
use crate::doctor::stack::{Api, Kind};
use crate::doctor::verdict::{Verdict, few, ok, unknown, warn};

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let Ok(apis) = &deployment.apis else { return Vec::new() };
    let apis: Vec<&Api> = apis.iter().filter(|api| api.kind != Kind::WebSocket).collect();
    let verdicts: Vec<Verdict> = apis.iter().filter_map(|api| verdict(api)).collect();
    if verdicts.is_empty() {
        return vec![ok(format!(
            "none of {} is itself set to allow every origin; what functions and templates answer was not looked at",
            apis.len()
        ))];
    }
    verdicts
}

fn verdict(api: &Api) -> Option<Verdict> {
    let origins = match &api.origins {
        Ok(origins) => origins,
        Err(error) => return Some(unknown(&format!("which pages {} allows", api.name), error)),
    };
    let open = origins.iter().filter(|origin| origin.pattern.contains('*'));
    let open: Vec<String> = open.map(|origin| format!("{} in {}", origin.pattern, origin.place)).collect();
    let found = format!("{} allows pages of {}", api.name, few(&open));
    (!open.is_empty()).then(|| warn(found, "name the origins of your own pages instead of *"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::Origin;
    use crate::doctor::stack::tests::with_api;

    fn allowing(pattern: &str, place: &str) -> Deployment {
        let origin = Origin { pattern: pattern.to_owned(), place: place.to_owned() };
        with_api(|api| api.origins = Ok(vec![origin]))
    }

    #[test]
    fn an_api_for_every_origin_is_found() {
        let level = |pattern: &str| check(&allowing(pattern, "its CORS settings"))[0].level();
        assert_eq!(level("https://app.example.com"), "ok");
        assert_eq!(level("*"), "warn");
        assert_eq!(level("https://*"), "warn");
    }

    #[test]
    fn where_it_is_allowed_is_said() {
        let Verdict::Warn { found, .. } = check(&allowing("*", "OPTIONS /notes")).remove(0) else {
            panic!("no warning")
        };
        assert_eq!(found, "notes allows pages of * in OPTIONS /notes");
    }

    #[test]
    fn an_api_that_could_not_be_read_is_not_in_order() {
        assert_eq!(check(&with_api(|api| api.origins = Err("AccessDenied".to_owned())))[0].level(), "fail");
    }
}
