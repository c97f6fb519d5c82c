//! The key set is within the limits of API Gateway and ALB.

use super::Issuer;
use crate::doctor::verdict::{Verdict, fail, ok, warn};

/// Bytes; API Gateway's and ALB's limit.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const LARGEST: usize = 150_000;
/// Keys; ALB forwards no request at all when there are more.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html>
const MOST: usize = 10;

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let (keys, size) = (issuer.keys()?.len(), issuer.jwks_page()?.body.len());
    Some(if keys == 0 {
        fail("there is no key in it", "every token is refused: run `latchkey keys publish`")
    } else if size > LARGEST {
        fail(
            format!("{size} bytes, API Gateway and ALB take {LARGEST}"),
            "revoke retired keys that signed nothing any more",
        )
    } else if keys > MOST {
        fail(format!("{keys} keys, ALB takes {MOST}"), "rotate less often, or revoke retired keys")
    } else if keys == MOST {
        warn(format!("{keys} keys, ALB takes no more"), "rotate less often, or revoke retired keys")
    } else {
        ok(format!("{keys} of {MOST} keys, {size} of {LARGEST} bytes"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{rsa, with_keys};
    use serde_json::{Value, json};

    fn level(keys: Vec<Value>) -> &'static str {
        check(&with_keys(keys.into())).unwrap().level()
    }

    #[test]
    fn more_keys_than_alb_takes_and_none_at_all_fail() {
        let keys = |count: usize| (0..count).map(|number| rsa(&number.to_string())).collect::<Vec<_>>();
        assert_eq!([0, 1, 9, 10, 11].map(|count| level(keys(count))), ["fail", "ok", "ok", "warn", "fail"]);
    }

    #[test]
    fn more_bytes_than_the_gateways_take_fail() {
        assert_eq!(level(vec![json!({ "kid": "x".repeat(LARGEST) })]), "fail");
    }
}
