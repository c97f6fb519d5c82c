//! What a request shows of its caller, as it came: nothing here is proven.

use ::http::{HeaderName, Request, header};

use super::{cookies, session_cookie, site};
use crate::{
    error::{Error, Refusal},
    tokens::{Credential, access},
};

/// The header of older clients. Never used together with `Authorization`.
pub(super) const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// What a request shows of its caller: a token, and without one the session cookie.
///
/// # Errors
/// [`Error::InvalidToken`] when there is neither, or several.
pub fn credential<B>(request: &Request<B>) -> Result<Credential<'_>, Error> {
    if carries_token(request) {
        return unverified_token(request).map(Credential::Token);
    }
    cookie(request)?.map(Credential::Cookie).ok_or_else(|| Refusal("neither a token nor a cookie").into())
}

/// The value of the session cookie; nothing where there are none, because pages share no origin with this API.
///
/// # Errors
/// [`Error::InvalidToken`] when there are several, or something that passes for one.
pub fn cookie<B>(request: &Request<B>) -> Result<Option<&str>, Error> {
    Ok(cookies::only(cookie_headers(request), session_cookie::NAME)?)
}

/// Every value of the session cookie, however many there are: signing out must not fail because somebody put another one beside
/// it.
#[cfg(feature = "aws")]
pub fn cookies<B>(request: &Request<B>) -> impl Iterator<Item = &str> {
    cookies::all(cookie_headers(request), session_cookie::NAME)
}

fn cookie_headers<B>(request: &Request<B>) -> impl Iterator<Item = &str> {
    let headers = site::public_origin(request).map(|_| request.headers().get_all(header::COOKIE));
    // One that is no text is none: browsers send what they were told to set, and we set ASCII.
    headers.into_iter().flatten().filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
}

/// Whether there is a session cookie, or what passes for one.
pub fn carries_cookie<B>(request: &Request<B>) -> bool {
    !matches!(cookie(request), Ok(None))
}

/// Whether there is a token, or what passes for one: then the cookie does not count.
pub fn carries_token<B>(request: &Request<B>) -> bool {
    [header::AUTHORIZATION, X_AUTH_TOKEN].iter().any(|name| request.headers().contains_key(name))
}

/// The one token of a request: `Authorization: Bearer …`, or `x-auth-token` from older clients. Several are none.
///
/// # Errors
/// [`Error::InvalidToken`] when there is none, more than one, or another scheme.
pub fn unverified_token<B>(request: &Request<B>) -> Result<&str, Error> {
    let mut values =
        request.headers().get_all(header::AUTHORIZATION).iter().chain(request.headers().get_all(X_AUTH_TOKEN));
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refusal("not exactly one token header").into());
    };
    let text = value.to_str().map_err(|_| Refusal("token header is not text"))?;
    if request.headers().contains_key(X_AUTH_TOKEN) {
        return Ok(text);
    }
    access::bearer(text).ok_or_else(|| Refusal("not one bearer token").into())
}
