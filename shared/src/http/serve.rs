//! The loop between the Runtime API and a function's `handle`.

use std::time::Instant;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::{Request, http::header};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;

use super::{Reply, Site, event, problem};
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
    let (telemetry, site) = (Telemetry::from_env(function, env)?, Site::from_env(env)?);
    let (telemetry, site, handle) = (&telemetry, &site, &handle);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let reply = answer(telemetry, site, &event.context.request_id, event.payload.get(), handle).await;
        Ok::<_, std::convert::Infallible>(into_gateway(reply))
    }))
    .await
}

/// Answers one event, given as JSON: the whole of a function but the loop around it.
pub async fn answer(
    telemetry: &Telemetry,
    site: &Site,
    request_id: &str,
    event: &str,
    handle: impl AsyncFn(&Request, Timestamp) -> Result<Reply, Error>,
) -> Reply {
    let started = Instant::now();
    let (mut method, mut path) = (String::new(), String::new());
    let request = event::read(event).and_then(|event| {
        method = event.request_context.http.method.to_string();
        path = event.raw_path.clone().unwrap_or_default();
        site.admit(event::accept(event)?)
    });
    let result = match request {
        // Boxed: the futures of the SDK are nested deeper than the compiler computes layouts in one go.
        Ok(request) => Box::pin(handle_now(&request, handle)).await,
        Err(error) => Err(error),
    };
    let reply = result.unwrap_or_else(|error| problem::reply(&error));
    telemetry.record(request_id, &method, &path, reply.status().as_u16(), started.elapsed(), &reply.facts);
    reply
}

async fn handle_now(
    request: &Request,
    handle: impl AsyncFn(&Request, Timestamp) -> Result<Reply, Error>,
) -> Result<Reply, Error> {
    handle(request, system_clock()?).await
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
