//! The metadata says where the keys are, and that is at home.

use super::Issuer;
use crate::doctor::issuer::origin;
use crate::doctor::verdict::{Verdict, fail, ok};

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    issuer.document()?;
    Some(match issuer.jwks_uri() {
        None => fail("the metadata has no jwks_uri", "verifiers cannot find the keys: look at the URL and its cache"),
        Some(uri) if origin(&uri) == origin(&issuer.url) => ok(uri),
        Some(uri) => fail(
            format!("the keys are said to be at {uri}, which is another origin; they were not fetched"),
            "whoever answers there decides whose tokens are good: find out who changed the metadata",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::with_metadata;
    use serde_json::json;

    #[test]
    fn the_keys_have_to_be_at_the_issuers_own_origin() {
        let level = |metadata| check(&with_metadata(&metadata)).unwrap().level();
        assert_eq!(level(json!({ "jwks_uri": "https://auth.example.com/.well-known/jwks.json" })), "ok");
        for uri in [json!(null), json!("https://evil.example/jwks.json"), json!("http://auth.example.com/jwks.json")] {
            assert_eq!(level(json!({ "jwks_uri": uri })), "fail", "{uri}");
        }
    }
}
