//! The issuer that verifiers are given is the issuer that tokens and metadata name, to the last character.

use serde_json::Value;

use super::Issuer;
use crate::doctor::verdict::{Verdict, fail, ok};

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let document = issuer.document()?;
    let given = &issuer.url;
    Some(match document.get("issuer").and_then(Value::as_str) {
        Some(named) if named == given => ok(given),
        Some(named) if named.trim_end_matches('/') == given.trim_end_matches('/') => fail(
            format!("{given} and {named} differ by a slash at the end"),
            format!("give verifiers exactly {named}: they compare the text"),
        ),
        Some(named) => fail(
            format!("it calls itself {named}"),
            format!("give verifiers {named}, or deploy with PublicUrl={given}"),
        ),
        None => fail("the metadata names no issuer", "something else than Latchkey answers here: look at the URL"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::with_metadata;
    use serde_json::json;

    #[test]
    fn not_one_character_may_differ() {
        let verdict = |metadata| check(&with_metadata(&metadata)).unwrap();
        assert_eq!(verdict(json!({ "issuer": "https://auth.example.com" })).level(), "ok");
        let Verdict::Fail { found, .. } = verdict(json!({ "issuer": "https://auth.example.com/" })) else { panic!() };
        assert!(found.contains("slash"), "{found}");
        for named in [json!("https://AUTH.example.com"), json!("http://auth.example.com"), json!(5), json!(null)] {
            assert_eq!(verdict(json!({ "issuer": named })).level(), "fail", "{named}");
        }
    }
}
