//! Public keys are public, and nothing else is.

use super::Issuer;
use crate::doctor::issuer::Jwk;
use crate::doctor::verdict::{Verdict, fail, ok};

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let keys = issuer.keys()?;
    let leaked: Vec<&str> = keys.iter().filter(|key| !key.private_members().is_empty()).map(Jwk::name).collect();
    Some(if leaked.is_empty() {
        ok("no key has a private member")
    } else {
        fail(
            format!("the secret part of {} is public", leaked.join(", ")),
            "anybody can make tokens: `latchkey keys revoke` each of them now, then find out how it got there",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{rsa, with_keys};
    use serde_json::json;

    #[test]
    fn a_private_member_fails() {
        assert_eq!(check(&with_keys(json!([rsa("k1")]))).unwrap().level(), "ok");
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            let mut key = rsa("k1");
            key[member] = "secret".into();
            let Verdict::Fail { found, .. } = check(&with_keys(json!([key]))).unwrap() else { panic!("{member}") };
            assert!(!found.contains("secret of"), "{found}");
        }
    }
}
