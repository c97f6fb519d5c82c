//! Verifiers fetch keys over https and nothing else.

use super::Issuer;
use crate::doctor::verdict::{Verdict, fail, ok};

/// ALB's `JwksEndpoint` and `Issuer` hold no more characters.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_JwtValidationActionConfig.html>
const LONGEST: usize = 256 - "/.well-known/jwks.json".len();

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let url = &issuer.url;
    Some(if url.contains(['?', '#']) {
        fail(
            format!("{url} has a query or a fragment"),
            "an issuer is scheme, host and path (OpenID Connect Discovery 1.0)",
        )
    } else if url.len() > LONGEST {
        fail(format!("the issuer has {} characters, ALB takes {LONGEST}", url.len()), "use a shorter domain or path")
    } else if url.starts_with("https://") {
        ok("https")
    } else if is_local(url) {
        ok("plain http, on this machine only")
    } else {
        fail(format!("{url} is not https"), "give the deployment a PublicUrl that begins with https://")
    })
}

/// A development server or an emulator.
fn is_local(url: &str) -> bool {
    let host = url.strip_prefix("http://").and_then(|rest| rest.split(['/', ':']).next());
    matches!(host, Some("localhost" | "127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::in_order;

    fn level(url: &str) -> &'static str {
        check(&Issuer { url: url.to_owned(), ..in_order() }).unwrap().level()
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        assert_eq!(level("https://auth.example.com"), "ok");
        assert_eq!(level("http://localhost:9000"), "ok");
        for url in [
            "http://auth.example.com",
            "http://localhost.evil.example",
            "http://localhost@evil.example",
            "ftp://localhost",
        ] {
            assert_eq!(level(url), "fail", "{url}");
        }
    }

    #[test]
    fn an_issuer_that_a_verifier_cannot_be_given_fails() {
        assert_eq!(level("https://auth.example.com/?tenant=1"), "fail");
        assert_eq!(level(&format!("https://{}", "a".repeat(LONGEST - 8))), "ok");
        assert_eq!(level(&format!("https://{}", "a".repeat(LONGEST - 7))), "fail");
    }
}
