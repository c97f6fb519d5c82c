//! What is not there is answered by Latchkey itself: if not, something in front changes its answers.

use serde_json::Value;

use super::Issuer;
use crate::doctor::verdict::{Verdict, ok, warn};

const NOT_FOUND: &str = "urn:latchkey:problem:not-found";

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let page = issuer.nowhere.as_ref().ok()?;
    let problem: Option<Value> = serde_json::from_slice(&page.body).ok();
    let slug = problem.as_ref().and_then(|problem| problem.get("type")).and_then(Value::as_str);
    Some(if page.status == 404 && slug == Some(NOT_FOUND) {
        ok("404, as a problem document")
    } else {
        warn(
            format!("a path that is not there answers with status {} and no problem document", page.status),
            "a CDN or gateway in front replaces errors: let those of Latchkey through, clients decide by them",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{in_order, page};
    use serde_json::json;

    #[test]
    fn an_error_page_of_somebody_else_is_found() {
        let level = |status, body| {
            let nowhere = Ok(page(status, "application/json", &body));
            check(&Issuer { nowhere, ..in_order() }).unwrap().level()
        };
        assert_eq!(level(404, json!({ "type": NOT_FOUND })), "ok");
        assert_eq!(level(200, json!({ "type": NOT_FOUND })), "warn");
        assert_eq!(level(404, json!({ "message": "Not Found" })), "warn");
        assert_eq!(level(200, json!("index.html")), "warn");
    }
}
