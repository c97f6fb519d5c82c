//! Where a request may carry its credential: `LATCHKEY_CARRIERS`.

use super::{
    event::{Event, Kind, Route},
    headers::Headers,
    text::{Text, Texts},
};
use crate::{
    config::{ConfigError, Env},
    error::Refusal,
    http::cookies,
    tokens::access::bearer,
};

/// The cookie that holds an access token, or a session token before the session-authorizer. The prefix binds it to one host
/// over TLS (RFC 6265bis section 4.1.3.2). Whoever sets it also answers for requests forged from other sites.
const COOKIE: &str = "__Host-latchkey-token";

const NOT_ONE_TOKEN: Refusal = Refusal("not one token of an allowed carrier");

const NOT_ONE_SOURCE: Refusal = Refusal("not exactly one identity source");

/// The carriers that are allowed. A request has exactly one of them; the others are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carriers {
    /// `authorization`: `Authorization: Bearer <token>`. The default.
    authorization: bool,
    /// `x-auth-token`: `X-Auth-Token: <token>`, without a scheme.
    x_auth_token: bool,
    /// `cookie`: the cookie `__Host-latchkey-token`.
    cookie: bool,
}

impl Carriers {
    /// Reads `LATCHKEY_CARRIERS`, a list separated by commas, by default `authorization`.
    ///
    /// # Errors
    /// [`ConfigError`] for a word that is no carrier, or twice there.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let mut carriers = Self { authorization: false, x_auth_token: false, cookie: false };
        for word in env.text("LATCHKEY_CARRIERS", "authorization").split(',') {
            let carrier = match word.trim() {
                "authorization" => &mut carriers.authorization,
                "x-auth-token" => &mut carriers.x_auth_token,
                "cookie" => &mut carriers.cookie,
                _ => return Err(malformed()),
            };
            if std::mem::replace(carrier, true) {
                return Err(malformed());
            }
        }
        Ok(carriers)
    }

    /// The one credential of a request. Where the event has an identity source, that alone is read: it is what the gateway
    /// knows the caller by when it remembers the answer. Two credentials are none, whichever of them would count.
    pub(super) fn unverified_token<'e>(self, event: &'e Event<'_>, kind: Kind) -> Result<&'e str, Refusal> {
        let presented = self.of_headers(event)?;
        match kind {
            Kind::HttpApi2 => self.of_source(only_source(event)?),
            Kind::HttpApi1 => self.of_source(joined_source(event)?),
            Kind::RestToken => self.of_source(event.authorization_token.as_deref().unwrap_or_default()),
            Kind::AppSync => self.of_graphql(event.authorization_token.as_deref().unwrap_or_default()),
            Kind::RestRequest | Kind::WebSocket => presented.and_then(Presented::token).ok_or(NOT_ONE_TOKEN),
        }
    }

    /// What the headers carry: nothing or one credential, whether or not it is well formed.
    fn of_headers<'e>(self, event: &'e Event<'_>) -> Result<Option<Presented<'e>>, Refusal> {
        let authorization = self.authorization.then(|| once(event, |headers| &headers.authorization)).transpose()?;
        let x_auth_token = self.x_auth_token.then(|| once(event, |headers| &headers.x_auth_token)).transpose()?;
        let cookie = self.cookie.then(|| cookie_of(event)).transpose()?;
        let present = [
            authorization.flatten().map(Presented::Authorization),
            x_auth_token.flatten().map(Presented::Bare),
            cookie.flatten().map(Presented::Bare),
        ];
        let mut present = present.into_iter().flatten();
        match (present.next(), present.next()) {
            (presented, None) => Ok(presented),
            _ => Err(Refusal("two credentials")),
        }
    }

    /// The token of an identity source: its form says which of the allowed carriers it is.
    fn of_source(self, value: &str) -> Result<&str, Refusal> {
        let as_bearer = bearer(value).filter(|_| self.authorization);
        let as_bare = || bare(value).filter(|_| self.x_auth_token);
        let token = match as_bearer.or_else(as_bare) {
            None if self.cookie => cookie([value].into_iter())?,
            token => token,
        };
        token.ok_or(NOT_ONE_TOKEN)
    }

    /// AppSync passes the `Authorization` header on. Where it has other modes of authorization as well, it takes `Bearer` for
    /// one of those, so the scheme may be missing.
    fn of_graphql(self, value: &str) -> Result<&str, Refusal> {
        let token = bearer(value).or_else(|| bare(value)).filter(|_| self.authorization);
        token.ok_or(NOT_ONE_TOKEN)
    }
}

/// What a carrier holds.
enum Presented<'e> {
    /// A header value that has to be of the scheme `Bearer`.
    Authorization(&'e str),
    /// A token without a scheme.
    Bare(&'e str),
}

impl<'e> Presented<'e> {
    fn token(self) -> Option<&'e str> {
        match self {
            Self::Authorization(value) => bearer(value),
            Self::Bare(value) => bare(value),
        }
    }
}

fn malformed() -> ConfigError {
    ConfigError::new("LATCHKEY_CARRIERS", "must be a list of authorization, x-auth-token and cookie, each at most once")
}

/// The one value of an identity source (payload 2.0). The route key may stand beside it, for gateways that remember answers.
fn only_source<'e>(event: &'e Event<'_>) -> Result<&'e str, Refusal> {
    let route = event.declared_route(Kind::HttpApi2);
    let is_route = |text: &Text<'_>| Some(Route::parse(text)) == route;
    let Some(Texts::List(sources)) = &event.identity_source else { return Err(NOT_ONE_SOURCE) };
    match &sources[..] {
        [value] => Ok(value),
        [value, other] | [other, value] if is_route(other) && !is_route(value) => Ok(value),
        _ => Err(NOT_ONE_SOURCE),
    }
}

/// The same of payload 1.0, which joins the values with commas.
fn joined_source<'e>(event: &'e Event<'_>) -> Result<&'e str, Refusal> {
    let Some(Texts::One(joined)) = &event.identity_source else { return Err(NOT_ONE_SOURCE) };
    Ok(match joined.split_once(',') {
        Some((value, other)) if Some(Route::parse(other)) == event.declared_route(Kind::HttpApi1) => value,
        _ => joined,
    })
}

/// The value of a header, or nothing. A REST API says everything twice, and must say the same.
fn once<'e, 'a: 'e>(
    event: &'e Event<'a>,
    of: impl Fn(&'e Headers<'a>) -> &'e Vec<Text<'a>>,
) -> Result<Option<&'e str>, Refusal> {
    let single = event.headers.as_ref().map_or(&[][..], |headers| of(headers));
    let multiple = event.multi_value_headers.as_ref().map_or(&[][..], |headers| of(headers));
    match (single, multiple) {
        ([], []) => Ok(None),
        ([value], []) | ([], [value]) => Ok(Some(value)),
        ([value], [same]) if value == same => Ok(Some(value)),
        _ => Err(Refusal("a header that is there several times")),
    }
}

/// A token as it is: of ours, none has other characters.
fn bare(value: &str) -> Option<&str> {
    let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!value.is_empty() && value.bytes().all(is_ours)).then_some(value)
}

fn cookie_of<'e>(event: &'e Event<'_>) -> Result<Option<&'e str>, Refusal> {
    let header = once(event, |headers| &headers.cookie)?;
    let list = event.cookies.as_ref().map_or(&[][..], Texts::as_slice);
    cookie(header.into_iter().chain(list.iter().map(|cookie| &**cookie)))
}

/// The token of the carrier's cookie, or nothing.
fn cookie<'e>(headers: impl Iterator<Item = &'e str>) -> Result<Option<&'e str>, Refusal> {
    let value = cookies::only(headers, COOKIE)?;
    value.map(|value| bare(value).ok_or(cookies::NOT_ONE_COOKIE)).transpose()
}
