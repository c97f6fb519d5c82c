//! The metadata comes, is JSON, and comes fast enough.

use std::time::Duration;

use super::Issuer;
use crate::doctor::verdict::{Verdict, fail, ok, warn};

/// What API Gateway's JWT authorizers wait for metadata and for keys.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
pub(super) const GATEWAY_WAITS: Duration = Duration::from_millis(1500);

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    Some(match &issuer.metadata {
        Err(error) => fail(
            format!("{} does not answer: {error}", issuer.url),
            "look at the URL, its DNS name and its certificate, and at the log of the function well-known",
        ),
        Ok(page) if (300..400).contains(&page.status) => fail(
            format!("the metadata is a redirection ({})", page.status),
            "name the URL that answers itself: verifiers do not follow",
        ),
        Ok(page) if page.status != 200 => fail(
            format!("the metadata answers with status {}", page.status),
            "give the URL to which /.well-known/openid-configuration can be appended; look at the log of well-known",
        ),
        Ok(_) if issuer.document().is_none_or(|document| !document.is_object()) => {
            fail("the metadata is not a JSON object", "something else than Latchkey answers here: look at the URL")
        }
        Ok(page) if page.took > GATEWAY_WAITS => warn(
            format!("the metadata took {} ms, API Gateway waits 1500", page.took.as_millis()),
            "ask again; if it stays slow, raise MemorySize or put a cache in front",
        ),
        Ok(page) => ok(format!("in {} ms", page.took.as_millis())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{in_order, page};
    use crate::http::Page;
    use serde_json::json;

    fn level(metadata: Result<Page, String>) -> &'static str {
        check(&Issuer { metadata, ..in_order() }).unwrap().level()
    }

    #[test]
    fn metadata_has_to_come_as_json_without_detours() {
        assert_eq!(level(Ok(page(200, "application/json", &json!({ "issuer": "x" })))), "ok");
        assert_eq!(level(Err("refused".to_owned())), "fail");
        assert_eq!(level(Ok(page(301, "application/json", &json!({})))), "fail");
        assert_eq!(level(Ok(page(500, "application/json", &json!({})))), "fail");
        assert_eq!(level(Ok(page(200, "application/json", &json!([])))), "fail");
        assert_eq!(level(Ok(Page { status: 200, body: b"<html>".to_vec(), ..Page::default() })), "fail");
    }

    #[test]
    fn what_api_gateway_would_not_wait_for_is_said() {
        let slow = |took| Page { took, ..page(200, "application/json", &json!({})) };
        assert_eq!(level(Ok(slow(GATEWAY_WAITS))), "ok");
        assert_eq!(level(Ok(slow(GATEWAY_WAITS + Duration::from_millis(1)))), "warn");
    }
}
