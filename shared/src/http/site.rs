//! Which pages may change something by a cookie: those of the one origin that the cookie belongs to.

use ::http::{HeaderName, Method, Request, header};
use url::Url;

use super::credential::carries_cookie;
#[cfg(feature = "aws")]
use super::{request, return_to};
use crate::{
    config::{ConfigError, Env},
    error::Error,
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origin of the pages that share a host with this API: `LATCHKEY_PUBLIC_ORIGIN`. Without one there are no cookies.
#[derive(Debug, Clone, Default)]
pub struct Site {
    public_origin: Option<String>,
}

/// What was found out about a request, beside it.
#[derive(Debug, Clone)]
struct Asking {
    is_same_origin: bool,
    public_origin: Option<String>,
}

impl Site {
    /// Reads `LATCHKEY_PUBLIC_ORIGIN`.
    ///
    /// # Errors
    /// [`ConfigError`] when it is no origin.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let Some(origin) = env.get("LATCHKEY_PUBLIC_ORIGIN") else { return Ok(Self::default()) };
        let url = Url::parse(origin).ok();
        let is_safe =
            |url: &Url| url.scheme() == "https" || url.scheme() == "http" && url.host_str() == Some("localhost");
        // As browsers write it: in lower case, without a path, a user or a port that goes without saying.
        if url.filter(is_safe).is_none_or(|url| url.origin().ascii_serialization() != origin) {
            let text = "must be an origin such as https://app.example.com: a scheme, a host, no path";
            return Err(ConfigError::new("LATCHKEY_PUBLIC_ORIGIN", text));
        }
        Ok(Self { public_origin: Some(origin.to_owned()) })
    }

    /// Takes a request in: notes where it comes from, and refuses a change that it asks for by a cookie from elsewhere.
    ///
    /// # Errors
    /// [`Error::CrossSiteRequest`].
    pub fn admit<B>(&self, mut request: Request<B>) -> Result<Request<B>, Error> {
        let is_same_origin = self.is_same_origin(&request);
        request.extensions_mut().insert(Asking { is_same_origin, public_origin: self.public_origin.clone() });
        let only_reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !only_reads && !is_same_origin && carries_cookie(&request) {
            return Err(Error::CrossSiteRequest);
        }
        Ok(request)
    }

    /// Browsers say so themselves; older ones name the page's origin with whatever is not a `GET`. Either is there once or counts
    /// for nothing.
    fn is_same_origin<B>(&self, request: &Request<B>) -> bool {
        let once = |name: HeaderName, expected: &str| {
            let mut values = request.headers().get_all(name).iter();
            values.next().is_some_and(|value| value == expected) && values.next().is_none()
        };
        if request.headers().contains_key(SEC_FETCH_SITE) {
            return once(SEC_FETCH_SITE, "same-origin");
        }
        self.public_origin.as_deref().is_some_and(|origin| once(header::ORIGIN, origin))
    }
}

/// Refuses to hand a cookie to a page of elsewhere.
///
/// # Errors
/// [`Error::CrossSiteRequest`].
pub fn require_same_origin<B>(request: &Request<B>) -> Result<(), Error> {
    let asking = request.extensions().get::<Asking>();
    if asking.is_some_and(|asking| asking.is_same_origin) { Ok(()) } else { Err(Error::CrossSiteRequest) }
}

/// Whether a form of one of our pages was sent: it asks for a cookie, or shows one.
///
/// # Errors
/// [`Error::CrossSiteRequest`] when it is a page of elsewhere that sends it.
#[cfg(feature = "aws")]
pub fn is_form_of_ours(request: &super::Request) -> Result<bool, Error> {
    if public_origin(request).is_none() || !request::is_form(request) {
        return Ok(false);
    }
    require_same_origin(request).map(|()| true)
}

/// The URL where a browser goes once somebody is signed in: the page of ours that `unverified` names, or the account's.
#[cfg(feature = "aws")]
pub fn page_after(request: &super::Request, unverified: &str) -> String {
    return_to::page_or_account(public_origin(request).unwrap_or_default(), unverified)
}

/// The origin of our pages, if there are any.
pub fn public_origin<B>(request: &Request<B>) -> Option<&str> {
    request.extensions().get::<Asking>()?.public_origin.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_and_a_host_as_browsers_write_them() {
        let read = |origin: &str| {
            let env = Env::new([("LATCHKEY_PUBLIC_ORIGIN".to_owned(), origin.to_owned())]).unwrap();
            Site::from_env(&env).is_ok()
        };
        for good in
            ["https://app.example.com", "https://app.example.com:8443", "http://localhost", "http://localhost:9000"]
        {
            assert!(read(good), "{good}");
        }
        for bad in [
            "https://app.example.com/",
            "https://app.example.com:443",
            "https://App.example.com",
            "https://user@app.example.com",
            "https://app.example.com?a",
            "http://app.example.com",
            "http://localhost.example.com",
            "app.example.com",
            "null",
            "*",
        ] {
            assert!(!read(bad), "{bad}");
        }
    }
}
