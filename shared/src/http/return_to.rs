//! Where a browser goes: to the login page, and back to where it came from, if that is a page of ours.

use ::http::{Request, header};
use url::Url;

use super::site;
use crate::{domain::EndCause, error::Error};

const LOGIN_PAGE: &str = "/auth/login";
const ACCOUNT_PAGE: &str = "/auth/account";

/// The URL of a page of `origin` that `text` names, whatever its spelling; nothing for a page of anybody else. It is read as a
/// browser would read it (WHATWG URL), and only what was read is handed on.
pub fn within(origin: &str, text: &str) -> Option<Url> {
    let base = Url::parse(origin).ok()?;
    let url = base.join(text).ok()?;
    let is_ours = url.scheme() == base.scheme() && url.origin() == base.origin();
    // Whoever reads the path alone would take two slashes for a host.
    let is_plain = url.username().is_empty() && url.password().is_none() && !url.path().starts_with("//");
    (is_ours && is_plain).then_some(url)
}

/// The URL of the page of `origin` that `text` names, or of the account's when it names none: where a browser goes after signing in.
pub fn page_or_account(origin: &str, text: &str) -> String {
    let wanted = Some(text).filter(|text| !text.is_empty()).and_then(|text| within(origin, text));
    wanted.or_else(|| within(origin, ACCOUNT_PAGE)).map_or_else(|| ACCOUNT_PAGE.to_owned(), String::from)
}

/// Whether a page is wanted.
pub fn accepts_html<B>(request: &Request<B>) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// The login page, for a browser that asked for a page and may not have it.
pub fn instead<B>(request: &Request<B>, return_to: Option<&str>, error: &Error) -> Option<String> {
    let origin = site::public_origin(request).filter(|_| accepts_html(request))?;
    Some(login_page(origin, return_to, error.end_cause()))
}

/// The URL of the login page: it says why, and remembers the page to return to.
pub fn login_page(origin: &str, return_to: Option<&str>, cause: Option<EndCause>) -> String {
    let Ok(mut page) = Url::parse(origin).and_then(|origin| origin.join(LOGIN_PAGE)) else {
        return LOGIN_PAGE.to_owned();
    };
    if let Some(url) = return_to.and_then(|text| within(origin, text)) {
        page.query_pairs_mut().append_pair("return_to", &url[url::Position::BeforePath..]);
    }
    if let Some(cause) = cause {
        page.query_pairs_mut().append_pair("cause", cause.as_str());
    }
    page.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://app.example.com";

    #[test]
    fn a_page_of_ours_is_one_whatever_its_spelling() {
        for (text, path) in [
            ("/", "/"),
            ("/notes?a=b#c", "/notes?a=b#c"),
            ("notes", "/notes"),
            ("", "/"),
            ("?a", "/?a"),
            ("https://app.example.com/x", "/x"),
            ("HTTPS://APP.EXAMPLE.COM:443/x", "/x"),
            ("/../../x", "/x"),
            ("/%2f%2fevil.example", "/%2f%2fevil.example"),
            ("https:/evil.example", "/evil.example"),
            ("https:evil.example:x", "/evil.example:x"),
        ] {
            let url = within(ORIGIN, text);
            let found = url.as_ref().map(|url| &url[url::Position::BeforePath..]);
            assert_eq!(found, Some(path), "{text}");
        }
    }

    #[test]
    fn e1_a_page_of_anybody_else_is_none_whatever_its_spelling() {
        for text in [
            "https://evil.example",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "\\\\evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "\0//evil.example",
            "/.//evil.example",
            "/x/..//evil.example",
            "https://app.example.com//evil.example",
            "https://app.example.com@evil.example",
            "https://app.example.com:8443/",
            "https://app.example.com.evil.example",
            "http://app.example.com/",
            "https://user@app.example.com/",
            "javascript:alert(1)",
            "data:text/html,x",
            "blob:https://app.example.com/x",
            "https://app.example.com%2eevil.example",
            "https://\u{ff41}pp.example.org",
        ] {
            assert_eq!(within(ORIGIN, text).map(String::from), None, "{text}");
        }
    }

    #[test]
    fn whoever_names_no_page_of_ours_goes_to_the_account() {
        for (text, page) in [
            ("/notes?a=b", "https://app.example.com/notes?a=b"),
            ("", "https://app.example.com/auth/account"),
            ("//evil.example", "https://app.example.com/auth/account"),
            ("javascript:alert(1)", "https://app.example.com/auth/account"),
        ] {
            assert_eq!(page_or_account(ORIGIN, text), page, "{text}");
        }
    }

    #[test]
    fn the_login_page_remembers_only_pages_of_ours() {
        let page = |return_to| login_page(ORIGIN, return_to, Some(EndCause::Idle));
        assert_eq!(
            page(Some("/notes?a=b")),
            "https://app.example.com/auth/login?return_to=%2Fnotes%3Fa%3Db&cause=idle"
        );
        assert_eq!(page(Some("//evil.example")), "https://app.example.com/auth/login?cause=idle");
        assert_eq!(page(None), "https://app.example.com/auth/login?cause=idle");
    }
}
