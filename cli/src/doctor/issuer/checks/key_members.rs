//! Every key says which it is, what it is for, and the one algorithm it is for.

use std::collections::BTreeSet;

use super::Issuer;
use crate::doctor::issuer::Jwk;
use crate::doctor::verdict::{Verdict, fail, ok};

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let keys = issuer.keys()?;
    let mut kids = BTreeSet::new();
    let faults: Vec<String> = keys.iter().filter_map(|key| fault(key, &mut kids)).collect();
    Some(if faults.is_empty() {
        ok("each has its own kid, alg and use")
    } else {
        fail(faults.join("; "), "strict verifiers ignore such a key: find out who changes the key set on its way")
    })
}

fn fault<'a>(key: &'a Jwk, kids: &mut BTreeSet<String>) -> Option<String> {
    let missing: Vec<&'a str> =
        ["kid", "alg", "kty", "use"].into_iter().filter(|name| key.text(name).is_none()).collect();
    if !missing.is_empty() {
        return Some(format!("key {} has no {}", key.name(), missing.join(", ")));
    }
    if key.text("use") != Some("sig") {
        return Some(format!("key {} is not for signatures", key.name()));
    }
    if !kids.insert(key.name().to_owned()) {
        return Some(format!("two keys are named {}", key.name()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{rsa, with_keys};
    use serde_json::{Value, json};

    fn level(keys: Vec<Value>) -> &'static str {
        check(&with_keys(keys.into())).unwrap().level()
    }

    fn with(member: &str, value: Value) -> Value {
        let mut key = rsa("k1");
        key[member] = value;
        key
    }

    #[test]
    fn a_key_that_does_not_say_what_it_is_fails() {
        assert_eq!(level(vec![rsa("k1"), rsa("k2")]), "ok");
        assert_eq!(level(vec![rsa("k1"), rsa("k1")]), "fail");
        for member in ["kid", "alg", "kty", "use"] {
            assert_eq!(level(vec![with(member, json!(null))]), "fail", "{member}");
            assert_eq!(level(vec![with(member, json!(""))]), "fail", "{member}");
        }
        assert_eq!(level(vec![with("use", json!("enc"))]), "fail");
        assert_eq!(level(vec![json!("no object")]), "fail");
    }
}
