//! Where an HTTP API asks with payload 2.0, it understands the yes and no that it gets.

use super::Deployment;
use crate::doctor::stack::{Api, Authorizer, Kind};
use crate::doctor::verdict::{Verdict, fail, ok};

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let Ok(apis) = &deployment.apis else { return Vec::new() };
    let asking = apis.iter().filter(|api| api.kind == Kind::Http);
    asking.flat_map(|api| api.authorizers.iter().map(|authorizer| verdict(api, authorizer))).collect()
}

fn verdict(api: &Api, authorizer: &Authorizer) -> Verdict {
    let who = format!("{}, authorizer {}", api.name, authorizer.name);
    match (authorizer.payload_format.as_deref(), authorizer.simple_responses) {
        (Some("2.0"), true) => ok(format!("{who}: on")),
        (Some("2.0"), false) => fail(
            format!("{who}: payload format 2.0 without simple responses, so every request is answered 500"),
            "set EnableSimpleResponses: true",
        ),
        _ => ok(format!("{who}: payload format 1.0, answered with policies")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::tests::with_api;

    #[test]
    fn payload_2_without_simple_responses_fails() {
        let level = |format: &str, simple| {
            let deployment = with_api(|api| {
                api.authorizers[0].payload_format = Some(format.to_owned());
                api.authorizers[0].simple_responses = simple;
            });
            check(&deployment)[0].level()
        };
        assert_eq!([level("2.0", true), level("2.0", false), level("1.0", false)], ["ok", "fail", "ok"]);
    }
}
