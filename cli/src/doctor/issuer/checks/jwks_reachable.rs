//! The key set comes, says that it is JSON, and is a key set.

use super::Issuer;
use super::reachable::GATEWAY_WAITS;
use crate::doctor::verdict::{Verdict, fail, ok, warn};

/// RFC 7517, section 8.5, and what most issuers send.
const TYPES: [&str; 2] = ["application/jwk-set+json", "application/json"];

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let page = match issuer.jwks.as_ref()? {
        Err(error) => return Some(fail(format!("it does not answer: {error}"), "look at the log of well-known")),
        Ok(page) if page.status != 200 => {
            return Some(fail(format!("it answers with status {}", page.status), "look at the log of well-known"));
        }
        Ok(page) => page,
    };
    let declared = page.headers.get("content-type").map_or("nothing", String::as_str);
    let media_type = declared.split(';').next().unwrap_or_default().trim();
    Some(if issuer.key_set().is_none() {
        fail("what comes is no key set", "a cache or a page in front of it answers: look at what is at jwks_uri")
    } else if !TYPES.contains(&media_type) {
        fail(format!("it is declared as {declared}"), "let application/json through: strict verifiers refuse the rest")
    } else if page.took > GATEWAY_WAITS {
        warn(
            format!("it took {} ms, API Gateway waits 1500", page.took.as_millis()),
            "ask again; if it stays slow, raise MemorySize or put a cache in front",
        )
    } else {
        ok(format!("{media_type}, in {} ms", page.took.as_millis()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::Fetched;
    use crate::doctor::issuer::tests::{in_order, page, rsa};
    use crate::http::Page;
    use serde_json::json;

    fn level(jwks: Fetched) -> &'static str {
        check(&Issuer { jwks: Some(jwks), ..in_order() }).unwrap().level()
    }

    #[test]
    fn the_key_set_has_to_come_as_what_it_is() {
        let keys = json!({ "keys": [rsa("k1")] });
        assert_eq!(level(Ok(page(200, "application/json; charset=utf-8", &keys))), "ok");
        assert_eq!(level(Ok(page(200, "application/jwk-set+json", &keys))), "ok");
        assert_eq!(level(Ok(page(200, "text/html", &keys))), "fail");
        assert_eq!(level(Ok(page(200, "application/json", &json!({ "keys": {} })))), "fail");
        assert_eq!(level(Ok(page(404, "application/json", &keys))), "fail");
        assert_eq!(level(Ok(Page { status: 200, body: vec![0xff], ..Page::default() })), "fail");
        assert_eq!(level(Err("connection reset".to_owned())), "fail");
    }

    #[test]
    fn a_key_set_that_nobody_named_is_judged_by_nobody() {
        assert_eq!(check(&Issuer { jwks: None, ..in_order() }), None);
    }
}
