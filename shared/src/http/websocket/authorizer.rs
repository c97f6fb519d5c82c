//! The authorizer of `$connect`: asked once per connection, by no identity source, and never answered from memory.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html>

use std::time::Instant;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{admitted::Context, event::Event, handshake, origins::Origins};
use crate::{
    config::Env,
    domain::{
        Timestamp,
        time::{BrokenClock, system_clock},
    },
    error::{Error, Refusal},
    http::{
        authorizer::{MethodArn, Policy, UNAUTHORIZED, UNDECIDED},
        problem,
    },
    operations::connect::{Admitted, Shown},
    telemetry::{Facts, Telemetry},
};

/// The one answer that lets somebody in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Allowed {
    principal_id: String,
    policy_document: Policy,
    context: Context,
}

/// Decides events with `admit`, which proves what a handshake shows, until the sandbox ends.
///
/// # Errors
/// When a setting is wrong, and when the Runtime API is gone.
pub async fn run(
    function: &'static str,
    env: &Env,
    admit: impl AsyncFn(Shown<'_>, Option<&str>, Timestamp) -> Result<Admitted, Error>,
) -> Result<(), lambda_runtime::Error> {
    let (telemetry, origins) = (Telemetry::from_env(function, env)?, Origins::from_env(env));
    let (telemetry, origins, admit) = (&telemetry, &origins, &admit);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let (id, event) = (&event.context.request_id, event.payload.get());
        decide(telemetry, origins, id, event, system_clock(), admit).await
    }))
    .await
}

/// Decides one event, given as JSON.
///
/// # Errors
/// The text of the failed invocation: `Unauthorized`, which the gateway makes 401 of, or that nothing could be decided.
pub async fn decide(
    telemetry: &Telemetry,
    origins: &Origins,
    request_id: &str,
    event: &str,
    now: Result<Timestamp, BrokenClock>,
    admit: impl AsyncFn(Shown<'_>, Option<&str>, Timestamp) -> Result<Admitted, Error>,
) -> Result<Box<RawValue>, &'static str> {
    let started = Instant::now();
    let decided = judge(origins, event, now, admit).await;
    let (status, facts) = match &decided {
        Ok((admitted, _)) => (200, facts(admitted)),
        Err(error) => (problem::status(error), problem::facts(error)),
    };
    telemetry.record(request_id, "AUTHORIZE", "$connect", status, started.elapsed(), &facts);
    match decided {
        Ok((_, answer)) => Ok(answer),
        Err(Error::Unavailable(_) | Error::Internal(_)) => Err(UNDECIDED),
        Err(_) => Err(UNAUTHORIZED),
    }
}

async fn judge(
    origins: &Origins,
    event: &str,
    now: Result<Timestamp, BrokenClock>,
    admit: impl AsyncFn(Shown<'_>, Option<&str>, Timestamp) -> Result<Admitted, Error>,
) -> Result<(Admitted, Box<RawValue>), Error> {
    let event = Event::read(event)?;
    let arn = MethodArn::parse(event.method_arn.as_deref().unwrap_or_default());
    let context = &event.request_context;
    let is_connect = context.event_type == "CONNECT" && context.route_key == "$connect";
    let arn = arn.filter(|arn| is_connect && arn.request == "$connect").ok_or(Refusal("not a handshake"))?;
    event.connection_id()?;
    let (shown, origin) = (handshake::shown(&event)?, handshake::origin(&event)?);
    origins.check(origin)?;
    let admitted = admit(shown, origin, now?).await?;
    let answer = Allowed {
        principal_id: admitted.user_id.to_string(),
        policy_document: Policy::allow_connect(arn),
        context: (&admitted).into(),
    };
    let answer = serde_json::value::to_raw_value(&answer);
    Ok((admitted, answer.map_err(|error| Error::Internal(error.to_string()))?))
}

pub(super) fn facts(admitted: &Admitted) -> Facts {
    let (user_id, session_id) = (admitted.user_id.to_string(), admitted.session_id.to_string());
    Facts { user_id: Some(user_id), session_id: Some(session_id), ..Facts::default() }
}
