//! Which of AWS's own verifiers can verify these tokens.

use std::collections::BTreeSet;

use super::Issuer;
use crate::doctor::verdict::{Verdict, fail, ok, warn};

/// API Gateway's JWT authorizers take RSA only, ALB RS256 only.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>,
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html>
const EVERYWHERE: &str = "RS256";
/// What Latchkey signs with.
const OURS: [&str; 3] = [EVERYWHERE, "ES256", "EdDSA"];

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let keys = issuer.keys()?;
    let in_time = keys.iter().filter(|key| key.is_in_time(issuer.now));
    let algorithms: BTreeSet<&str> = in_time.filter_map(|key| key.text("alg")).collect();
    let others: Vec<&str> = algorithms.iter().copied().filter(|name| *name != EVERYWHERE).collect();
    Some(if let Some(foreign) = others.iter().find(|name| !OURS.contains(name)) {
        fail(format!("a key is for {foreign}, which Latchkey never signs with"), "find out who changed the key set")
    } else if others.is_empty() {
        ok("RS256: API Gateway, ALB and AppSync can verify these tokens themselves")
    } else {
        warn(
            format!("keys for {}: not all of API Gateway, ALB and AppSync verify what they sign", others.join(", ")),
            "put Latchkey's authorizer in front there, or deploy with SigningAlgorithm=RS256 and rotate",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{NOW, rsa, with_keys};
    use serde_json::json;

    #[test]
    fn what_awss_own_verifiers_cannot_verify_is_said() {
        let level = |keys| check(&with_keys(keys)).unwrap().level();
        assert_eq!(level(json!([rsa("k1")])), "ok");
        assert_eq!(level(json!([rsa("k1"), { "alg": "ES256" }])), "warn");
        assert_eq!(level(json!([rsa("k1"), { "alg": "ES256", "not_after": NOW }])), "ok");
        assert_eq!(level(json!([{ "alg": "EdDSA" }])), "warn");
        assert_eq!(level(json!([rsa("k1"), { "alg": "HS256" }])), "fail");
        assert_eq!(level(json!([rsa("k1"), { "alg": "none" }])), "fail");
    }
}
