//! How long others keep the key set: not at all floods the issuer, too long keeps revoked keys alive.

use super::Issuer;
use crate::doctor::verdict::{Verdict, ok, warn};

/// API Gateway keeps keys this long whatever is said; longer and a new key may sign before a cache has seen it.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>
const TWO_HOURS: u64 = 2 * 60 * 60;

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let said = issuer.jwks_page()?.headers.get("cache-control").map_or("", String::as_str);
    Some(match max_age(said) {
        None => warn(
            format!("the key set's Cache-Control is {said:?}"),
            "say how long it may be kept, as the function does (public, max-age=300): verifiers fetch it too often otherwise",
        ),
        Some(seconds) if seconds > TWO_HOURS => warn(
            format!("the key set may be kept for {seconds} s"),
            "let nobody in front of the function change max-age: a revoked key works until every copy is gone",
        ),
        Some(seconds) => ok(format!("the key set may be kept for {seconds} s")),
    })
}

/// None where the answer may not be kept (RFC 9111, section 5.2.2).
fn max_age(cache_control: &str) -> Option<u64> {
    let directives: Vec<String> = cache_control.split(',').map(|word| word.trim().to_lowercase()).collect();
    if directives.iter().any(|directive| directive == "no-store" || directive == "no-cache") {
        return None;
    }
    let age = directives.iter().find_map(|directive| directive.strip_prefix("max-age="))?;
    age.parse().ok().filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::in_order;

    fn level(cache_control: &str) -> &'static str {
        let mut issuer = in_order();
        if let Some(Ok(page)) = &mut issuer.jwks {
            page.headers.insert("cache-control".to_owned(), cache_control.to_owned());
        }
        check(&issuer).unwrap().level()
    }

    #[test]
    fn keys_are_to_be_kept_for_minutes() {
        assert_eq!(level("public, max-age=300"), "ok");
        assert_eq!(level("Public, Max-Age=7200"), "ok");
        for kept in ["max-age=7201", "no-store", "public, no-cache, max-age=300", "max-age=0", "max-age=soon", ""] {
            assert_eq!(level(kept), "warn", "{kept}");
        }
    }
}
