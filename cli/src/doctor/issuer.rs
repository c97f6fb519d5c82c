//! What an issuer answers, before anybody judges it.

pub mod checks;
mod jwk;

use serde_json::Value;

use crate::http::{Http, Page};
use crate::time;
pub use jwk::Jwk;

/// A page of an origin that no deployment allows (RFC 6761 keeps the name free).
const FOREIGN_ORIGIN: &str = "https://doctor.invalid";
/// A path that no version of Latchkey has.
const NOWHERE: &str = "/latchkey-doctor/nothing-is-here";

/// A page, or in one line why there is none.
pub type Fetched = Result<Page, String>;

/// Everything that the checks of an issuer look at.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// As verifiers are given it.
    pub url: String,
    /// By this machine's clock, when the metadata came: seconds since 1970.
    pub now: i64,
    /// `/.well-known/openid-configuration`.
    pub metadata: Fetched,
    /// What `jwks_uri` names; not fetched from another origin.
    pub jwks: Option<Fetched>,
    /// `/.well-known/revocations`.
    pub feed: Fetched,
    /// A path that is not there.
    pub nowhere: Fetched,
    /// The preflight of a foreign page that wants to sign in.
    pub preflight: Fetched,
}

impl Issuer {
    /// Asks for all of it.
    pub fn ask(http: &Http, url: &str) -> Self {
        let base = url.trim_end_matches('/');
        let get = |path: &str| fetch(http, "GET", &format!("{base}{path}"), &[]);
        let preflight = [("origin", FOREIGN_ORIGIN), ("access-control-request-method", "POST")];
        let metadata = get("/.well-known/openid-configuration");
        let mut issuer = Self {
            url: url.to_owned(),
            now: time::now(),
            metadata,
            jwks: None,
            feed: get("/.well-known/revocations"),
            nowhere: get(NOWHERE),
            preflight: fetch(http, "OPTIONS", &format!("{base}/auth/login"), &preflight),
        };
        let jwks_uri = issuer.jwks_uri().filter(|uri| origin(uri) == origin(url));
        issuer.jwks = jwks_uri.map(|uri| fetch(http, "GET", &uri, &[]));
        issuer
    }

    /// The metadata, if that is what came.
    pub fn document(&self) -> Option<Value> {
        json(self.metadata.as_ref().ok()?)
    }

    /// Where the metadata says that the keys are.
    pub fn jwks_uri(&self) -> Option<String> {
        Some(self.document()?.get("jwks_uri")?.as_str()?.to_owned())
    }

    /// The page with the keys, if it came with status 200.
    pub fn jwks_page(&self) -> Option<&Page> {
        self.jwks.as_ref()?.as_ref().ok().filter(|page| page.status == 200)
    }

    /// The key set, if that is what came.
    pub fn key_set(&self) -> Option<Value> {
        json(self.jwks_page()?).filter(|set| set.get("keys").is_some_and(Value::is_array))
    }

    /// Its keys.
    pub fn keys(&self) -> Option<Vec<Jwk>> {
        Some(self.key_set()?.get("keys")?.as_array()?.iter().cloned().map(Jwk).collect())
    }
}

/// JSON that came with status 200.
pub fn json(page: &Page) -> Option<Value> {
    if page.status == 200 { serde_json::from_slice(&page.body).ok() } else { None }
}

/// Scheme, host and port of a URL, in lower case.
pub fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{host}").to_lowercase())
}

fn fetch(http: &Http, method: &str, url: &str, headers: &[(&str, &str)]) -> Fetched {
    http.ask(method, url, headers).map_err(|error| format!("{error:#}"))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    /// 1 January 2026.
    pub const NOW: i64 = 1_767_225_600;

    /// A page as the functions of this repository answer it.
    pub fn page(status: u16, content_type: &str, body: &Value) -> Page {
        let headers = [
            ("content-type", content_type),
            ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
            ("cache-control", "public, max-age=300"),
        ];
        Page {
            status,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: body.to_string().into_bytes(),
            ..Page::default()
        }
    }

    /// A key of 2048 bits.
    pub fn rsa(kid: &str) -> Value {
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": "x".repeat(342), "e": "AQAB" })
    }

    /// The same facts with other keys.
    pub fn with_keys(keys: Value) -> Issuer {
        Issuer { jwks: Some(Ok(page(200, "application/json", &json!({ "keys": keys })))), ..in_order() }
    }

    /// The same facts with other metadata.
    pub fn with_metadata(metadata: &Value) -> Issuer {
        Issuer { metadata: Ok(page(200, "application/json", metadata)), ..in_order() }
    }

    /// An issuer that no check finds anything about.
    pub fn in_order() -> Issuer {
        let url = "https://auth.example.com".to_owned();
        let metadata = json!({ "issuer": url, "jwks_uri": format!("{url}/.well-known/jwks.json") });
        let problem = json!({ "type": "urn:latchkey:problem:not-found", "title": "", "status": 404 });
        Issuer {
            url,
            now: NOW,
            metadata: Ok(page(200, "application/json", &metadata)),
            jwks: Some(Ok(page(200, "application/json", &json!({ "keys": [rsa("k1"), rsa("k2")] })))),
            feed: Ok(page(200, "application/json", &json!({ "now": NOW }))),
            nowhere: Ok(page(404, "application/problem+json", &problem)),
            preflight: Ok(Page { status: 404, ..Page::default() }),
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert_eq!(origin("https://A.example.com/x?y"), Some("https://a.example.com".to_owned()));
        assert_ne!(origin("https://a.example.com:8443"), origin("https://a.example.com"));
        assert_ne!(origin("https://a.example.com.evil.test/"), origin("https://a.example.com"));
        assert_eq!(origin("a.example.com"), None);
    }
}
