//! The event of an HTTP API (payload 2.0), as it comes from the gateway and as a request. What callers wrote into it is theirs:
//! whatever it is, it becomes a request or a problem document, never a failed invocation.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::{
    Request,
    http::{HeaderName, HeaderValue, header, uri::PathAndQuery},
    request::LambdaRequest,
};
use serde_json::Value;

use crate::error::Error;

/// Reads an event. A header that is none (line breaks, escape sequences) would fail the whole event; it is left out instead.
pub(super) fn read(json: &str) -> Result<ApiGatewayV2httpRequest, Error> {
    if let Ok(event) = serde_json::from_str(json) {
        return Ok(event);
    }
    let not_understood = |_| Error::MalformedBody("the event is none of an HTTP API".into());
    let mut event: Value = serde_json::from_str(json).map_err(not_understood)?;
    if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
        headers.retain(|name, value| is_header(name, value));
    }
    serde_json::from_value(event).map_err(not_understood)
}

fn is_header(name: &str, value: &Value) -> bool {
    HeaderName::try_from(name).is_ok() && value.as_str().is_some_and(|value| HeaderValue::try_from(value).is_ok())
}

/// The gateway takes cookies out of the headers; `lambda_http` would lose all of them for one with line breaks or escape sequences,
/// which is none. `cargo lambda watch` leaves them in the headers as well: they are the same ones.
fn keep_cookies(event: &mut ApiGatewayV2httpRequest) {
    let Some(cookies) = event.cookies.take() else { return };
    event.headers.remove(header::COOKIE);
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_bytes(cookie.as_bytes()) {
            event.headers.append(header::COOKIE, value);
        }
    }
}

/// Turns an event into a request. `lambda_http` would panic on a body that is not the base64 it claims to be, and on a `Host`
/// that is no authority; nothing of ours is derived from `Host`, so it is dropped.
pub(super) fn accept(mut event: ApiGatewayV2httpRequest) -> Result<Request, Error> {
    if event.is_base64_encoded && event.body.as_deref().is_some_and(|body| STANDARD.decode(body).is_err()) {
        return Err(Error::MalformedBody("not the base64 that the event says it is".into()));
    }
    keep_cookies(&mut event);
    event.headers.remove(header::HOST);
    event.request_context.domain_name = None;
    // The path and the query reach handlers as they came; in a URI they would have to be valid.
    let path = event.raw_path.as_deref().unwrap_or_default();
    let query = event.raw_query_string.as_deref().unwrap_or_default();
    let is_cut = path.contains(['#', '?']) || query.contains('#');
    if is_cut || !path.starts_with('/') || format!("{path}?{query}").parse::<PathAndQuery>().is_err() {
        return Err(Error::NotFound);
    }
    Ok(LambdaRequest::ApiGatewayV2(event).into())
}
