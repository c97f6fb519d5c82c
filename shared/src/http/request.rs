//! What a request says, each part proven or named as unproven.

use std::net::{IpAddr, Ipv4Addr};

use lambda_http::{
    Request, RequestExt,
    http::{Method, header},
    request::RequestContext,
};
use serde::de::{DeserializeOwned, value::MapDeserializer};
use url::form_urlencoded;

pub use super::{
    credential::{carries_token, cookie, cookies, credential, unverified_token},
    fields::Fields,
};
use crate::{domain::Client, error::Error};

/// No body of ours is longer: the longest password is 4 KB of UTF-8, the longest token 8 KB.
const MAX_BODY_BYTES: usize = 32 * 1024;

/// The body as JSON.
///
/// # Errors
/// [`Error::UnsupportedMediaType`], [`Error::BodyTooLarge`], [`Error::MalformedBody`] with line and column of the mistake.
pub fn json<T: DeserializeOwned>(request: &Request) -> Result<T, Error> {
    if !media_type(request).eq_ignore_ascii_case("application/json") {
        return Err(Error::UnsupportedMediaType);
    }
    let body: &[u8] = request.body().as_ref();
    if body.len() > MAX_BODY_BYTES {
        return Err(Error::BodyTooLarge);
    }
    // serde would take an array of the values for the object as well.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Error::MalformedBody("not a JSON object".into()));
    }
    serde_json::from_slice(body).map_err(|error| Error::MalformedBody(describe(&error)))
}

/// The body as far as it is JSON, whatever it is declared as; otherwise `T`'s default. For signing out, which must not fail
/// because a page that is being closed cannot set a content type.
pub fn lenient_json<T: DeserializeOwned + Default>(request: &Request) -> T {
    serde_json::from_slice(request.body().as_ref()).unwrap_or_default()
}

/// The body as JSON, or `T`'s default when there is none.
///
/// # Errors
/// As [`json`].
pub fn optional_json<T: DeserializeOwned + Default>(request: &Request) -> Result<T, Error> {
    let body: &[u8] = request.body().as_ref();
    if body.is_empty() { Ok(T::default()) } else { json(request) }
}

/// The fields of a form (WHATWG URL section 5.1), whatever they are declared as. A field that is sent twice is none.
///
/// # Errors
/// [`Error::BodyTooLarge`], [`Error::MalformedBody`].
pub fn form<T: DeserializeOwned>(request: &Request) -> Result<T, Error> {
    let body: &[u8] = request.body().as_ref();
    if body.len() > MAX_BODY_BYTES {
        return Err(Error::BodyTooLarge);
    }
    let not_the_form = |_: serde::de::value::Error| Error::MalformedBody("a field is missing or doubled".into());
    T::deserialize(MapDeserializer::new(form_urlencoded::parse(body))).map_err(not_the_form)
}

/// Where the mistake is and of which kind. serde's own text would quote values.
fn describe(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Data => {
            format!("a member is missing, doubled or of the wrong type, before line {line} column {column}")
        }
        _ => format!("not JSON, at line {line} column {column}"),
    }
}

/// Who is calling, as the gateway saw it.
pub fn client(request: &Request) -> Client {
    let gateway = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    // Without an address everybody counts as one source: limits then hold too early, never too late.
    let address = gateway.and_then(|text| text.parse().ok()).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let user_agent = request.headers().get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    Client::new(address, user_agent.as_deref())
}

/// Whether a page's form was sent.
pub fn is_form(request: &Request) -> bool {
    media_type(request).eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn media_type(request: &Request) -> &str {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

/// The path as the gateway received it, without the query.
pub fn path(request: &Request) -> &str {
    request.raw_http_path()
}

/// The request's method.
pub fn method(request: &Request) -> &Method {
    request.method()
}

/// The origin of the page that asks, as browsers name it with whatever is not a `GET`.
pub fn origin(request: &Request) -> Option<&str> {
    request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok())
}

/// The first value of a query parameter.
pub fn query(request: &Request, name: &str) -> Option<String> {
    request.query_string_parameters_ref().and_then(|query| query.first(name)).map(str::to_owned)
}
