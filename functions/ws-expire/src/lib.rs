//! Invoked every minute: closes WebSocket connections whose credential has expired. What comes on them is refused from that second on,
//! by whoever hears it; this is for those that say nothing.

use std::time::Instant;

use latchkey::{
    config::Env,
    delivery::LiveConnections,
    domain::{Timestamp, time::BrokenClock},
    dynamodb::DynamoDb,
    error::{Error, chain},
    operations::hang_up::close_expired,
    ports::{FindConnection, ForgetConnection, ForgetDue, HangUp, ListDue},
    startup::{Startup, StartupError},
    telemetry::{Facts, Telemetry},
};
use serde_json::{Value, json};

/// The name in logs and metrics.
pub const NAME: &str = "ws-expire";

/// What the function holds.
#[derive(Debug)]
pub struct App<S, G> {
    /// Connections.
    pub store: S,
    /// Closes them.
    pub gateway: G,
}

/// Puts the function together.
///
/// # Errors
/// When a setting is missing or malformed.
pub fn start(env: &Env) -> Result<App<DynamoDb, LiveConnections>, StartupError> {
    let startup = Startup::new(env)?;
    Ok(App { store: startup.store()?, gateway: startup.live()? })
}

/// Looks once; says how many connections were closed.
///
/// # Errors
/// [`Error::Unavailable`]: the next invocation tries again.
pub async fn answer<S, G>(
    app: &App<S, G>,
    telemetry: &Telemetry,
    request_id: &str,
    now: Result<Timestamp, BrokenClock>,
) -> Result<Value, Error>
where
    S: ListDue + ForgetDue + FindConnection + ForgetConnection,
    G: HangUp,
{
    let started = Instant::now();
    let outcome = match now {
        Ok(now) => Box::pin(close_expired(&app.store, &app.gateway, now)).await,
        Err(error) => Err(error.into()),
    };
    let facts = Facts { reason: outcome.as_ref().err().map(|error| chain(error)), ..Facts::default() };
    let status = if outcome.is_ok() { 200 } else { 503 };
    telemetry.record(request_id, "INVOKE", "expire", status, started.elapsed(), &facts);
    outcome.map(|closed| json!({ "closed": closed }))
}
