//! The keys that the authorizer trusts without asking are those that are published.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Deployment;
use crate::doctor::stack::Function;
use crate::doctor::verdict::{Verdict, fail, ok, unknown, warn};

const JWKS: &str = "LATCHKEY_JWKS";
/// Bytes of all settings of a function together, as JSON.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const SETTINGS: usize = 4096;

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let function = match deployment.functions.get("Authorizer") {
        None => {
            return vec![fail("the stack has no function Authorizer", "is this the stack of Latchkey? say --stack")];
        }
        Some(Err(error)) => return vec![unknown("the function Authorizer", error)],
        Some(Ok(function)) => function,
    };
    let parsed = |set: &Value| KeySet::parse(set, deployment.now);
    let Some((document, published)) = deployment.published.as_ref().and_then(|set| Some((set, parsed(set)?))) else {
        return Vec::new();
    };
    vec![match function.environment.get(JWKS) {
        None => holds_none(function, document),
        Some(inline) => match serde_json::from_str(inline).ok().as_ref().and_then(parsed) {
            None => fail("what it holds is no key set, so it does not start", "run `latchkey keys publish`"),
            Some(inline) => compare(&inline, &published),
        },
    }]
}

/// What a verifier trusts: the keys that have not ended, by kid.
struct KeySet {
    keys: BTreeMap<String, Value>,
    revision: u64,
}

impl KeySet {
    /// None when one of the keys has no name. A key that has ended stays in the authorizer's environment until the next
    /// rotation and is trusted by nobody; the published set is without it.
    fn parse(set: &Value, now: i64) -> Option<Self> {
        let lasts = |key: &&Value| key.get("not_after").and_then(Value::as_i64).is_none_or(|end| now < end);
        let keys = set.get("keys")?.as_array()?.iter().filter(lasts);
        let keys = keys.map(|key| Some((key.get("kid")?.as_str()?.to_owned(), key.clone())));
        let revision = set.get("revision").and_then(Value::as_u64).unwrap_or_default();
        Some(Self { keys: keys.collect::<Option<_>>()?, revision })
    }
}

fn holds_none(function: &Function, published: &Value) -> Verdict {
    let mut settings = function.environment.clone();
    settings.insert(JWKS.to_owned(), published.to_string());
    let bytes = serde_json::to_string(&settings).map_or(usize::MAX, |text| text.len());
    if bytes <= SETTINGS {
        return warn("it holds none and fetches them in its first request", "run `latchkey keys publish`");
    }
    warn(
        format!("it holds none: its settings would have {bytes} bytes with them, and Lambda takes {SETTINGS}"),
        "each new sandbox fetches the keys, and `latchkey keys publish` cannot help; shorter RouteRules or ES256 can",
    )
}

fn compare(inline: &KeySet, published: &KeySet) -> Verdict {
    let names = |kids: Vec<&String>| kids.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let other = |(kid, key): &(&String, &Value)| published.keys.get(*kid) != Some(*key);
    let trusted: Vec<_> = inline.keys.iter().filter(other).map(|(kid, _)| kid).collect();
    let missing: Vec<_> = published.keys.keys().filter(|kid| !inline.keys.contains_key(*kid)).collect();
    if (!trusted.is_empty() || !missing.is_empty()) && inline.revision > published.revision {
        let advice = "a cache may be 300 s behind: ask again then. Should this stay, somebody else has written the keys: \
                      remove LATCHKEY_JWKS from the function and run `latchkey keys publish`";
        return warn("its keys are later than those that are published", advice);
    }
    if !trusted.is_empty() {
        let advice = "run `latchkey keys publish`; had it been revoked, it would still be trusted";
        return fail(format!("it trusts {}, which is not what is published", names(trusted)), advice);
    }
    if !missing.is_empty() {
        let advice = "run `latchkey keys publish`; until then each new sandbox fetches the key set";
        return warn(format!("it does not hold {}, which is published", names(missing)), advice);
    }
    ok(format!("the {} published ones", inline.keys.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{NOW, rsa};
    use crate::doctor::stack::tests::in_order;
    use serde_json::json;

    fn verdict(environment: &[(&str, String)]) -> Verdict {
        let mut deployment = in_order();
        let Some(Ok(function)) = deployment.functions.get_mut("Authorizer") else { panic!("no authorizer") };
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        function.environment = environment.collect();
        check(&deployment).remove(0)
    }

    fn level(inline: &Value) -> &'static str {
        verdict(&[(JWKS, inline.to_string())]).level()
    }

    #[test]
    fn a_key_that_is_trusted_and_not_published_fails() {
        let mut forged = rsa("k1");
        forged["n"] = "y".repeat(342).into();
        assert_eq!(level(&json!({ "keys": [rsa("k2"), rsa("k1")] })), "ok");
        assert_eq!(level(&json!({ "keys": [rsa("k1"), rsa("k2"), rsa("k3")] })), "fail");
        assert_eq!(level(&json!({ "keys": [forged, rsa("k2")] })), "fail");
    }

    #[test]
    fn a_key_that_has_ended_is_trusted_by_nobody() {
        let with_a_retired_key = |not_after: i64| {
            let mut retired = rsa("k0");
            retired["not_after"] = not_after.into();
            level(&json!({ "keys": [retired, rsa("k1"), rsa("k2")] }))
        };
        assert_eq!([NOW - 1, NOW, NOW + 1].map(with_a_retired_key), ["ok", "ok", "fail"]);
    }

    #[test]
    fn keys_that_are_later_than_the_published_ones_may_be_ahead_of_a_cache() {
        let at = |revision: u64| level(&json!({ "keys": [rsa("k2"), rsa("k3")], "revision": revision }));
        assert_eq!([at(0), at(1)], ["fail", "warn"]);
    }

    #[test]
    fn a_published_key_that_it_does_not_hold_costs_a_fetch() {
        assert_eq!(level(&json!({ "keys": [rsa("k1")] })), "warn");
        assert_eq!(verdict(&[]).level(), "warn");
        assert_eq!(level(&json!("no key set")), "fail");
    }

    #[test]
    fn keys_that_do_not_fit_are_not_published_in_vain() {
        let empty = json!({ JWKS: in_order().published.unwrap().to_string(), "LATCHKEY_RULES": "" });
        let room = SETTINGS - empty.to_string().len();
        let found = |length: usize| match verdict(&[("LATCHKEY_RULES", "x".repeat(length))]) {
            Verdict::Warn { found, .. } => found,
            other => panic!("{other:?}"),
        };
        assert_eq!(found(room), "it holds none and fetches them in its first request");
        assert!(found(room + 1).contains("4097 bytes"), "{}", found(room + 1));
    }
}
