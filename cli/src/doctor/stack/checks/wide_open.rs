//! Gateways do not let the pages of everybody call what our tokens protect.

use super::Deployment;
use crate::doctor::verdict::{Verdict, ok, warn};

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let Ok(apis) = &deployment.apis else { return Vec::new() };
    let open = apis.iter().filter(|api| api.origins.iter().any(|origin| origin.contains('*')));
    let verdicts: Vec<Verdict> = open
        .map(|api| {
            let found = format!("{}: pages of {} may call it from a browser", api.name, api.origins.join(", "));
            warn(found, "name the origins of your own pages instead of *")
        })
        .collect();
    if verdicts.is_empty() { vec![ok("no gateway allows every origin")] } else { verdicts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::tests::with_api;

    #[test]
    fn an_api_for_every_origin_is_found() {
        let level = |origin: &str| check(&with_api(|api| api.origins.push(origin.to_owned())))[0].level();
        assert_eq!(level("https://app.example.com"), "ok");
        assert_eq!(level("*"), "warn");
        assert_eq!(level("https://*"), "warn");
    }
}
