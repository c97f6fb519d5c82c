//! A page of anybody's may not call the API from a browser.

use super::Issuer;
use crate::doctor::issuer::FOREIGN_ORIGIN;
use crate::doctor::verdict::{Verdict, fail, ok};

pub(super) fn check(issuer: &Issuer) -> Option<Verdict> {
    let page = issuer.preflight.as_ref().ok()?;
    let header = |name: &str| page.headers.get(name).map(String::as_str);
    let advice = "set AllowedOrigins to the origins of your own pages";
    Some(match header("access-control-allow-origin") {
        Some("*") => fail("pages of every origin may call the API from a browser", advice),
        Some(FOREIGN_ORIGIN) if header("access-control-allow-credentials") == Some("true") => {
            fail("pages of every origin may call the API with the user's cookies", advice)
        }
        Some(FOREIGN_ORIGIN) => fail("every origin is allowed: the answer repeats whichever asks", advice),
        Some(_) | None => ok("an unknown origin is not allowed"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::issuer::tests::in_order;
    use crate::http::Page;

    #[test]
    fn an_origin_that_nobody_named_is_not_to_be_allowed() {
        let level = |allowed: Option<&str>| {
            let headers = allowed.map(|origin| ("access-control-allow-origin".to_owned(), origin.to_owned()));
            let preflight = Ok(Page { status: 204, headers: headers.into_iter().collect(), ..Page::default() });
            check(&Issuer { preflight, ..in_order() }).unwrap().level()
        };
        assert_eq!(level(None), "ok");
        assert_eq!(level(Some("https://app.example.com")), "ok");
        assert_eq!(level(Some("*")), "fail");
        assert_eq!(level(Some(FOREIGN_ORIGIN)), "fail");
    }
}
