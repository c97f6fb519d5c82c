//! The feed of ended sessions is there and is of now.

use serde_json::Value;

use super::Issuer;
use crate::doctor::issuer::json;
use crate::doctor::verdict::{Verdict, fail, ok, warn};

/// Seconds; no authorizer may be told to take an older feed.
const OLDEST: u64 = 60;

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let page = issuer.feed.as_ref().ok()?;
    if page.status == 404 {
        let advice = "deploy a version that has it; until then authorizers cannot learn of ended sessions";
        return Some(warn("there is no /.well-known/revocations", advice));
    }
    if page.status != 200 {
        let found = format!("/.well-known/revocations answers with status {}", page.status);
        return Some(fail(
            found,
            "authorizers that are to know of ended sessions deny everybody: look at the log of well-known",
        ));
    }
    let now = json(page).and_then(|feed| feed.get("now").and_then(Value::as_i64));
    Some(match now.map(|now| now.abs_diff(issuer.now)) {
        None => fail(
            "/.well-known/revocations does not say of when it is",
            "something else answers: look at what is in front",
        ),
        Some(apart @ 0..=OLDEST) => ok(format!("of {apart} s ago")),
        Some(apart) => fail(
            format!("the feed and this machine's clock are {apart} s apart"),
            "a cache keeps it for too long, or a clock is wrong: authorizers that need it deny everybody",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::Fetched;
    use crate::doctor::issuer::tests::{NOW, in_order, page};
    use serde_json::json;

    fn level(feed: Fetched) -> Option<&'static str> {
        check(&Issuer { feed, ..in_order() }).map(|verdict| verdict.level())
    }

    #[test]
    fn the_feed_has_to_be_of_the_last_minute() {
        let of = |now: i64| Ok(page(200, "application/json", &json!({ "now": now })));
        assert_eq!([level(of(NOW)), level(of(NOW - 60)), level(of(NOW - 61))], [Some("ok"), Some("ok"), Some("fail")]);
        assert_eq!(level(Ok(page(200, "application/json", &json!({})))), Some("fail"));
        assert_eq!(level(Ok(page(200, "application/json", &json!({ "now": "soon" })))), Some("fail"));
    }

    #[test]
    fn an_older_deployment_has_none_and_a_broken_one_fails() {
        assert_eq!(level(Ok(page(404, "application/problem+json", &json!({})))), Some("warn"));
        assert_eq!(level(Ok(page(503, "application/problem+json", &json!({})))), Some("fail"));
        assert_eq!(level(Err("refused".to_owned())), None);
    }
}
