//! What a request shows of its caller, as it came: nothing here is proven.

use ::http::{HeaderName, Request, header};

use super::{cookies, session_cookie};
use crate::{
    error::{Error, Refusal},
    tokens::{self, Credential},
};

/// The header of older clients. Never used together with `Authorization`.
pub(super) const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// What a request shows of its caller: a token, and without one the session cookie.
///
/// # Errors
/// [`Error::InvalidToken`] when there is neither, or several.
pub fn credential<B>(request: &Request<B>) -> Result<Credential<'_>, Error> {
    match cookie(request)? {
        Some(value) if !carries_token(request) => Ok(Credential::Cookie(value)),
        _ => unverified_token(request).map(Credential::Token),
    }
}

/// The value of the session cookie.
///
/// # Errors
/// [`Error::InvalidToken`] when there are several, or something that passes for one.
pub fn cookie<B>(request: &Request<B>) -> Result<Option<&str>, Error> {
    let mut headers = Vec::new();
    for value in request.headers().get_all(header::COOKIE) {
        headers.push(std::str::from_utf8(value.as_bytes()).map_err(|_| cookies::NOT_ONE_COOKIE)?);
    }
    Ok(cookies::only(headers.into_iter(), session_cookie::NAME)?)
}

/// Whether there is a session cookie, or what passes for one.
pub fn carries_cookie<B>(request: &Request<B>) -> bool {
    !matches!(cookie(request), Ok(None))
}

fn carries_token<B>(request: &Request<B>) -> bool {
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
    bearer(text).ok_or_else(|| Refusal("not one bearer token").into())
}

/// The token of a header value `Bearer <token>`: one scheme in any case, one space, one token without white space or commas.
pub fn bearer(value: &str) -> Option<&str> {
    tokens::access::bearer(value)
}
