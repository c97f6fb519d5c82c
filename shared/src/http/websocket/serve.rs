//! The loop between the Runtime API and the functions behind the routes.

use std::time::Instant;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json, value::RawValue};

use super::{Event, PROTOCOL, authorizer::facts};
use crate::{
    config::Env,
    domain::{
        Timestamp,
        time::{BrokenClock, system_clock},
    },
    error::Error,
    http::problem,
    telemetry::{Facts, Telemetry},
};

/// What a route answers, and what the log says about it. Frames are sent and not answered: a route would need a response of its own
/// for that.
#[derive(Debug)]
pub struct Answer {
    /// Of the handshake: anything but 2xx refuses it. Frames have no status of their own; this one is for the log.
    status: u16,
    selects_protocol: bool,
    facts: Facts,
}

impl Answer {
    /// Nothing to say.
    pub fn nothing() -> Self {
        Self { status: 200, selects_protocol: false, facts: Facts::default() }
    }

    /// Says that our subprotocol is spoken, if the client has offered it.
    #[must_use]
    pub fn selecting_protocol(self, event: &Event) -> Self {
        Self { selects_protocol: event.offers_protocol(), ..self }
    }

    /// Tells the log what went wrong, in the words of `error`.
    #[must_use]
    pub fn because(self, error: &Error) -> Self {
        Self { status: problem::status(error), facts: problem::facts(error), ..self }
    }

    /// Tells the log why, where nothing went wrong.
    #[must_use]
    pub fn noting(mut self, reason: impl Into<String>) -> Self {
        self.facts.reason = Some(reason.into());
        self
    }

    fn into_gateway(self, is_frame: bool) -> Value {
        let mut answer = json!({ "statusCode": if is_frame { 200 } else { self.status } });
        if self.selects_protocol {
            answer["headers"] = json!({ "Sec-WebSocket-Protocol": PROTOCOL });
        }
        answer
    }
}

/// Serves the events of routes with `handle` until the sandbox ends: one log line each, and no event fails an invocation.
///
/// # Errors
/// Only when the Runtime API is gone, or the log level is wrong.
pub async fn run(
    function: &'static str,
    env: &Env,
    handle: impl AsyncFn(&Event, Timestamp) -> Result<Answer, Error>,
) -> Result<(), lambda_runtime::Error> {
    let telemetry = &Telemetry::from_env(function, env)?;
    let handle = &handle;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let (id, event) = (&event.context.request_id, event.payload.get());
        Ok::<_, std::convert::Infallible>(answer(telemetry, id, event, system_clock(), handle).await)
    }))
    .await
}

/// Answers one event, given as JSON.
pub async fn answer(
    telemetry: &Telemetry,
    request_id: &str,
    event: &str,
    now: Result<Timestamp, BrokenClock>,
    handle: impl AsyncFn(&Event, Timestamp) -> Result<Answer, Error>,
) -> Value {
    let started = Instant::now();
    let (mut method, mut route) = (String::new(), String::new());
    let mut whose = Facts::default();
    let result = match Event::read(event) {
        Ok(event) => {
            (method, route) = (event.request_context.event_type.clone(), event.request_context.route_key.clone());
            whose = event.admitted().map(|admitted| facts(&admitted)).unwrap_or_default();
            // Boxed: the futures of the SDK are nested deeper than the compiler computes layouts in one go.
            Box::pin(handle_now(&event, now, handle)).await
        }
        Err(error) => Err(error),
    };
    let mut answer = result.unwrap_or_else(|error| Answer::nothing().because(&error));
    answer.facts.user_id = whose.user_id;
    answer.facts.session_id = whose.session_id;
    telemetry.record(request_id, &method, &route, answer.status, started.elapsed(), &answer.facts);
    answer.into_gateway(method == "MESSAGE")
}

async fn handle_now(
    event: &Event,
    now: Result<Timestamp, BrokenClock>,
    handle: impl AsyncFn(&Event, Timestamp) -> Result<Answer, Error>,
) -> Result<Answer, Error> {
    handle(event, now?).await
}
