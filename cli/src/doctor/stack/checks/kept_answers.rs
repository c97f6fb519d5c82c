//! How long gateways keep the authorizers' answers, and what for.

use super::Deployment;
use crate::doctor::stack::rules::Rules;
use crate::doctor::stack::{Api, Authorizer, Kind};
use crate::doctor::verdict::{Verdict, fail, ok, unknown, warn};

/// With it among the identity sources an answer is kept for one route only.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>
const PER_ROUTE: &str = "$context.routeKey";

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let apis = match &deployment.apis {
        Err(error) => return vec![unknown("the APIs of this account and region", error)],
        Ok(apis) => apis,
    };
    let asking = apis.iter().flat_map(|api| api.authorizers.iter().map(move |authorizer| (api, authorizer)));
    let verdicts: Vec<Verdict> = asking.map(|(api, authorizer)| verdict(deployment, api, authorizer)).collect();
    if verdicts.is_empty() { vec![ok("no API of this account and region asks our authorizers")] } else { verdicts }
}

fn verdict(deployment: &Deployment, api: &Api, authorizer: &Authorizer) -> Verdict {
    let who = format!("{}, authorizer {}", api.name, authorizer.name);
    let kept = authorizer.kept;
    if api.kind == Kind::WebSocket || kept == 0 {
        return ok(format!("{who}: none is kept"));
    }
    if deployment.sees_endings(&authorizer.function) {
        return fail(
            format!("{who}: answers are kept {kept} s, so a session that has ended is let in for that long"),
            "set its TTL to 0: refusing ended sessions is what this authorizer is for",
        );
    }
    let rules = deployment.rules(&authorizer.function);
    if rules.is_some() && is_answered_with_policies(api, authorizer) {
        // "Policies" in docs/API.md, Route rules.
        return warn(
            format!("{who}: policies are kept {kept} s, past sign-out and expiry, and there are rules for routes"),
            "rules for a route with a free parameter and for another below it, such as /notes/{id} and \
             /notes/{id}/comments, need a TTL of 0: a policy that is kept would deny the others",
        );
    }
    let per_route = authorizer.identity_sources.iter().any(|source| source == PER_ROUTE);
    match rules {
        // Rather once too often: a role may be called so too.
        Some(rules) if !per_route || rules.contains("\"subject\"") => fail(
            format!("{who}: the answer for one request is kept {kept} s and used for others, rules or not"),
            format!(
                "set its TTL to 0, or, without rules about the caller's own id, add {PER_ROUTE} to its identity sources"
            ),
        ),
        Some(rules) => match route_of_several_rules(rules, authorizer) {
            Some(route) => fail(
                format!(
                    "{who}: the answer for one method of {route} is kept {kept} s and used for the others, rules or not"
                ),
                "set its TTL to 0, or declare a route for each of these methods",
            ),
            None => warn(
                format!("{who}: the answer for one route is kept {kept} s, past sign-out and expiry"),
                "set its TTL to 0 unless you can live with that",
            ),
        },
        None => warn(
            format!("{who}: answers are kept {kept} s, past sign-out and expiry"),
            "set its TTL to 0 unless you can live with that",
        ),
    }
}

/// A route for `ANY` with rules that tell its methods apart. None as well where the routes could not be looked at: the check
/// of rules says that.
fn route_of_several_rules<'a>(rules: &str, authorizer: &'a Authorizer) -> Option<&'a str> {
    let rules = Rules::read(rules)?;
    let mut routes = authorizer.routes.as_ref().ok()?.iter().map(String::as_str);
    routes.find(|route| rules.tell_methods_apart(route))
}

/// Policies name every route that the caller may use.
fn is_answered_with_policies(api: &Api, authorizer: &Authorizer) -> bool {
    api.kind == Kind::Rest || authorizer.payload_format.as_deref() == Some("1.0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::stack::tests::{in_order, with_api, with_rules, with_setting};

    fn kept(seconds: i32) -> impl Fn(&mut Api) {
        move |api| api.authorizers[0].kept = seconds
    }

    #[test]
    fn an_answer_that_is_kept_for_every_route_fails_where_rules_decide_by_route() {
        assert_eq!(check(&with_api(kept(0)))[0].level(), "ok");
        assert_eq!(check(&with_api(kept(300)))[0].level(), "warn");
        assert_eq!(check(&with_rules(with_api(kept(0))))[0].level(), "ok");
        assert_eq!(check(&with_rules(with_api(kept(1))))[0].level(), "fail");
        let per_route = || {
            with_api(|api| {
                kept(300)(api);
                api.authorizers[0].identity_sources.push(PER_ROUTE.to_owned());
            })
        };
        assert_eq!(check(&with_rules(per_route()))[0].level(), "warn");
        let own = r#"{"routes":{"GET /exp/{id}":{"subject":"id"}}}"#;
        assert_eq!(check(&with_setting("LATCHKEY_RULES", own, per_route()))[0].level(), "fail");
    }

    #[test]
    fn an_answer_that_is_kept_for_a_route_of_any_fails_where_rules_tell_its_methods_apart() {
        let level = |route: &str| {
            let deployment = with_api(|api| {
                kept(300)(api);
                api.authorizers[0].identity_sources.push(PER_ROUTE.to_owned());
                api.authorizers[0].routes = Ok(vec!["GET /other".to_owned(), route.to_owned()]);
            });
            check(&with_rules(deployment))[0].level()
        };
        assert_eq!([level("ANY /notes"), level("GET /notes"), level("ANY /other")], ["fail", "warn", "warn"]);
    }

    #[test]
    fn an_answer_that_is_kept_where_ended_sessions_are_refused_fails() {
        let bounded = |deployment| with_setting("LATCHKEY_REVOCATION", "bounded", deployment);
        assert_eq!(check(&bounded(with_api(kept(0))))[0].level(), "ok");
        assert_eq!(check(&bounded(with_api(kept(1))))[0].level(), "fail");
        let of_sessions = with_api(|api| {
            kept(1)(api);
            api.authorizers[0].function = "SessionAuthorizer".to_owned();
        });
        assert_eq!(check(&of_sessions)[0].level(), "fail");
    }

    /// The same with another kind of API and payload.
    fn of_kind(kind: Kind, payload_format: Option<&str>) -> Deployment {
        with_api(|api| {
            kept(300)(api);
            api.kind = kind;
            api.authorizers[0].payload_format = payload_format.map(str::to_owned);
        })
    }

    #[test]
    fn a_kept_policy_is_known_to_deny_routes_below_a_free_parameter_where_there_are_rules() {
        for (kind, payload_format) in [(Kind::Rest, None), (Kind::Http, Some("1.0"))] {
            let advice = |deployment| match check(&deployment).remove(0) {
                Verdict::Warn { advice, .. } => advice,
                other => panic!("{other:?}"),
            };
            assert!(advice(with_rules(of_kind(kind, payload_format))).contains("free parameter"), "{kind:?}");
            assert!(!advice(of_kind(kind, payload_format)).contains("free parameter"), "{kind:?}");
        }
    }

    #[test]
    fn websocket_apis_keep_nothing() {
        assert_eq!(check(&with_rules(of_kind(Kind::WebSocket, None)))[0].level(), "ok");
    }

    #[test]
    fn an_account_without_our_authorizers_is_in_order() {
        assert_eq!(check(&Deployment { apis: Ok(Vec::new()), ..in_order() })[0].level(), "ok");
    }
}
