//! What the rules say, without any API around them.

use super::*;
use crate::{domain::Timestamp, tokens::Subject};

const OWN_ID: &str = "6d1e5f9a-0f0e-4b7d-9f53-2f6a1c0b9e11";

fn caller(roles: &[&str], scope: &str) -> Caller {
    Caller {
        subject: Subject {
            user_id: OWN_ID.parse().unwrap(),
            session_id: "0b0c7a52-98d5-4f43-8f41-1c5f2b1f7c22".parse().unwrap(),
            auth_time: Timestamp::from_seconds(0),
            amr: Vec::new(),
            epoch: 1,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            scope: scope.to_owned(),
        },
        client_id: String::new(),
        expires_at: Timestamp::from_seconds(0),
        is_good_until_then: true,
    }
}

/// Whether a caller may use `GET /x/{id}` under one rule.
fn allows(rule: &str, roles: &[&str], scope: &str, id: &str) -> bool {
    let rules = Rules::parse(&format!(r#"{{"routes":{{"GET /x/{{id}}":{rule}}}}}"#)).unwrap();
    rules.judge(&caller(roles, scope), Route::parse("GET /x/{id}"), |name| (name == "id").then_some(id))
}

#[test]
fn all_scopes_one_role_and_everything_that_is_asked_for_together() {
    let rule = r#"{"scopes":["a","b"],"roles":["r","s"],"subject":"id"}"#;
    assert!(allows(rule, &["s"], "b x a", OWN_ID));
    assert!(!allows(rule, &["s"], "b x", OWN_ID));
    assert!(!allows(rule, &["t"], "a b", OWN_ID));
    assert!(!allows(rule, &[], "a b", OWN_ID));
    assert!(!allows(rule, &["r"], "a b", "other"));
    assert!(!allows(rule, &["r"], "ab a,b", OWN_ID));
}

#[test]
fn one_of_several_alternatives_is_enough_and_what_stands_beside_them_is_asked_as_well() {
    let rule = r#"{"scopes":["a"],"any_of":[{"roles":["r"]},{"any_of":["deny",{"subject":"id","scopes":["c"]}]}]}"#;
    assert!(allows(rule, &["r"], "a", "other"));
    assert!(allows(rule, &[], "a c", OWN_ID));
    assert!(!allows(rule, &[], "a c", "other"));
    assert!(!allows(rule, &[], "a", OWN_ID));
    assert!(!allows(rule, &["r"], "c", OWN_ID));
    assert!(!allows("\"deny\"", &["r"], "a c", OWN_ID));
    assert!(allows("\"authenticated\"", &[], "", "other"));
}

#[test]
fn any_stands_for_methods_without_a_rule_of_their_own_and_the_default_for_the_rest() {
    let text = r#"{"default":{"roles":["r"]},"routes":{"ANY /x":"authenticated","GET /x":"deny"}}"#;
    let rules = Rules::parse(text).unwrap();
    let may = |roles: &[&str], route: &str| rules.judge(&caller(roles, ""), Route::parse(route), |_| None);
    assert!(may(&[], "PUT /x") && may(&[], "ANY /x") && !may(&["r"], "GET /x"));
    assert!(may(&["r"], "GET /y") && !may(&[], "GET /y"));
    assert!(!may(&[], "/x") && !may(&[], "") && !may(&[], "$default"));
}
