//! The loop between the Runtime API and a function's `handle`.

use std::time::Instant;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use base64::{Engine, engine::general_purpose::STANDARD};
use lambda_http::{Request, http::header, request::LambdaRequest};
use lambda_runtime::{LambdaEvent, service_fn};

use super::{Reply, problem};
use crate::{
    config::Env,
    domain::{Timestamp, time::system_clock},
    error::Error,
    telemetry::Telemetry,
};

/// Serves HTTP API events (payload 2.0) with `handle` until the sandbox ends. Every failure becomes a problem document and
/// every request one log line.
///
/// # Errors
/// Only when the Runtime API is gone.
pub async fn run(
    function: &'static str,
    env: &Env,
    handle: impl AsyncFn(&Request, Timestamp) -> Result<Reply, Error>,
) -> Result<(), lambda_runtime::Error> {
    let telemetry = Telemetry::from_env(function, env)?;
    let (telemetry, handle) = (&telemetry, &handle);
    lambda_runtime::run(service_fn(|event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
        let reply = answer(telemetry, &event.context.request_id, event.payload, handle).await;
        Ok::<_, std::convert::Infallible>(into_gateway(reply))
    }))
    .await
}

/// Answers one event: the whole of a function but the loop around it.
pub async fn answer(
    telemetry: &Telemetry,
    request_id: &str,
    event: ApiGatewayV2httpRequest,
    handle: impl AsyncFn(&Request, Timestamp) -> Result<Reply, Error>,
) -> Reply {
    let started = Instant::now();
    let method = event.request_context.http.method.to_string();
    let path = event.raw_path.clone().unwrap_or_default();
    let result = match accept(event) {
        // Boxed: the futures of the SDK are nested deeper than the compiler computes layouts in one go.
        Ok(request) => Box::pin(handle(&request, system_clock())).await,
        Err(error) => Err(error),
    };
    let reply = result.unwrap_or_else(|error| problem::reply(&error));
    telemetry.record(request_id, &method, &path, reply.status().as_u16(), started.elapsed(), &reply.facts);
    reply
}

/// Turns an event into a request. `lambda_http` would panic on a body that is not the base64 it claims to be, and on a `Host`
/// that is no authority; nothing of ours is derived from `Host`, so it is dropped.
fn accept(mut event: ApiGatewayV2httpRequest) -> Result<Request, Error> {
    if event.is_base64_encoded && event.body.as_deref().is_some_and(|body| STANDARD.decode(body).is_err()) {
        return Err(Error::MalformedBody("not the base64 that the event says it is".into()));
    }
    event.headers.remove(header::HOST);
    event.request_context.domain_name = None;
    // The path and the query reach handlers as they came; in a URI they would have to be valid.
    if event
        .raw_query_string
        .as_deref()
        .is_some_and(|query| !query.is_ascii() || query.contains(|c: char| c.is_control() || c == ' ' || c == '#'))
    {
        return Err(Error::NotFound);
    }
    if event.raw_path.as_deref().is_some_and(|path| path.parse::<lambda_http::http::uri::PathAndQuery>().is_err()) {
        return Err(Error::NotFound);
    }
    Ok(LambdaRequest::ApiGatewayV2(event).into())
}

fn into_gateway(reply: Reply) -> ApiGatewayV2httpResponse {
    let (mut parts, body) = reply.response.into_parts();
    let cookies = parts
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok().map(str::to_owned))
        .collect();
    parts.headers.remove(header::SET_COOKIE);
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(parts.status.as_u16());
    response.headers = parts.headers;
    response.cookies = cookies;
    // Absent, not null: a gateway may take null for a body.
    response.body = Some(body).filter(|body| !body.is_empty());
    response
}
