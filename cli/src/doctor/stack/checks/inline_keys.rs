//! The keys that the authorizer trusts without asking are those that are published.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Deployment;
use crate::doctor::verdict::{Verdict, fail, ok, unknown, warn};

pub(super) fn check(deployment: &Deployment) -> Vec<Verdict> {
    let function = match deployment.functions.get("Authorizer") {
        None => {
            return vec![fail("the stack has no function Authorizer", "is this the stack of Latchkey? say --stack")];
        }
        Some(Err(error)) => return vec![unknown("the function Authorizer", error)],
        Some(Ok(function)) => function,
    };
    let Some(published) = deployment.published.as_ref().and_then(by_kid) else { return Vec::new() };
    let Some(inline) = function.environment.get("LATCHKEY_JWKS") else {
        return vec![warn("it holds none and fetches them in its first request", "run `latchkey keys publish`")];
    };
    vec![compare(serde_json::from_str(inline).ok().as_ref().and_then(by_kid), &published)]
}

fn compare(inline: Option<BTreeMap<String, Value>>, published: &BTreeMap<String, Value>) -> Verdict {
    let Some(inline) = inline else {
        return fail("what it holds is no key set, so it does not start", "run `latchkey keys publish`");
    };
    let names = |kids: Vec<&String>| kids.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let trusted: Vec<_> =
        inline.iter().filter(|(kid, key)| published.get(*kid) != Some(key)).map(|(kid, _)| kid).collect();
    let missing: Vec<_> = published.keys().filter(|kid| !inline.contains_key(*kid)).collect();
    if !trusted.is_empty() {
        let advice = "run `latchkey keys publish`; had it been revoked, it would still be trusted";
        return fail(format!("it trusts {}, which is not what is published", names(trusted)), advice);
    }
    if !missing.is_empty() {
        let advice = "run `latchkey keys publish`; until then each new sandbox fetches the key set";
        return warn(format!("it does not hold {}, which is published", names(missing)), advice);
    }
    ok(format!("the {} published ones", inline.len()))
}

/// The keys of a set; none when one of them has no name.
fn by_kid(set: &Value) -> Option<BTreeMap<String, Value>> {
    let keys = set.get("keys")?.as_array()?;
    keys.iter().map(|key| Some((key.get("kid")?.as_str()?.to_owned(), key.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::rsa;
    use crate::doctor::stack::tests::in_order;
    use serde_json::json;

    fn level(inline: Option<String>) -> &'static str {
        let mut deployment = in_order();
        let Some(Ok(function)) = deployment.functions.get_mut("Authorizer") else { panic!("no authorizer") };
        function.environment.clear();
        function.environment.extend(inline.map(|keys| ("LATCHKEY_JWKS".to_owned(), keys)));
        check(&deployment)[0].level()
    }

    #[test]
    fn a_key_that_is_trusted_and_not_published_fails() {
        let keys = |keys: Vec<Value>| Some(json!({ "keys": keys }).to_string());
        let mut forged = rsa("k1");
        forged["n"] = "y".repeat(342).into();
        assert_eq!(level(keys(vec![rsa("k2"), rsa("k1")])), "ok");
        assert_eq!(level(keys(vec![rsa("k1"), rsa("k2"), rsa("k3")])), "fail");
        assert_eq!(level(keys(vec![forged, rsa("k2")])), "fail");
    }

    #[test]
    fn a_published_key_that_it_does_not_hold_costs_a_fetch() {
        assert_eq!(level(Some(json!({ "keys": [rsa("k1")] }).to_string())), "warn");
        assert_eq!(level(None), "warn");
        assert_eq!(level(Some("no JSON".to_owned())), "fail");
    }
}
