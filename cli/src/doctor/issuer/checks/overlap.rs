//! The next key is published before it signs, and at no time there is none.

use super::Issuer;
use crate::doctor::verdict::{Verdict, fail, ok, warn};
use crate::time;

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let keys = issuer.keys().filter(|keys| !keys.is_empty())?;
    let lasting = keys.iter().filter(|key| key.not_after().is_none()).count();
    let last_end = keys.iter().filter_map(super::super::Jwk::not_after).max().unwrap_or_default();
    Some(match lasting {
        0 => fail(
            format!("every key ends, the last one at {}", time::text(last_end)),
            "no successor is published: `latchkey keys list`, then rotate, then publish",
        ),
        1 => warn(
            "only one key is to last: its successor is not published yet",
            "run `latchkey keys list`; a successor that verifiers have not seen for hours cannot take over without a gap",
        ),
        _ => ok(format!("{lasting} keys are to last: the one that signs and its successor")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{NOW, rsa, with_keys};
    use serde_json::{Value, json};

    fn ending(kid: &str) -> Value {
        let mut key = rsa(kid);
        key["not_after"] = (NOW + 7200).into();
        key
    }

    #[test]
    fn a_successor_has_to_be_published_before_it_is_needed() {
        let level = |keys| check(&with_keys(keys)).unwrap().level();
        assert_eq!(level(json!([rsa("k1"), rsa("k2")])), "ok");
        assert_eq!(level(json!([rsa("k1"), rsa("k2"), ending("k0")])), "ok");
        assert_eq!(level(json!([rsa("k1"), ending("k0")])), "warn");
        assert_eq!(level(json!([ending("k0")])), "fail");
    }
}
