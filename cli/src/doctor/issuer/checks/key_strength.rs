//! RSA keys are long enough.

use super::Issuer;
use crate::doctor::issuer::Jwk;
use crate::doctor::verdict::{Verdict, fail, ok};

/// Bits: RFC 7518, section 3.3, and what every verifier takes.
const SHORTEST: usize = 2048;

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let keys = issuer.keys()?;
    let weak: Vec<&str> =
        keys.iter().filter(|key| key.rsa_bits().is_some_and(|bits| bits < SHORTEST)).map(Jwk::name).collect();
    Some(if weak.is_empty() {
        ok(format!("no RSA key is shorter than {SHORTEST} bits"))
    } else {
        fail(
            format!("RSA keys of less than {SHORTEST} bits: {}", weak.join(", ")),
            "revoke them: `latchkey keys revoke`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{rsa, with_keys};
    use serde_json::json;

    #[test]
    fn a_short_rsa_key_fails() {
        let mut short = rsa("k2");
        short["n"] = "x".repeat(340).into();
        assert_eq!(check(&with_keys(json!([rsa("k1")]))).unwrap().level(), "ok");
        assert_eq!(check(&with_keys(json!([rsa("k1"), short]))).unwrap().level(), "fail");
        assert_eq!(check(&with_keys(json!([{ "kty": "OKP", "x": "short" }]))).unwrap().level(), "ok");
    }
}
