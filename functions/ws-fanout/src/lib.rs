//! The stream of Rooms: tells every connection that listens in a room what was said there.

use std::time::Instant;

use latchkey::{
    config::Env,
    delivery::LiveConnections,
    domain::{Lifetimes, Timestamp, time::BrokenClock},
    dynamodb::{DynamoDb, stream},
    error::{Error, chain},
    http::websocket::frame::Said,
    operations::rooms::{MessageStored, expire_before, fan_out},
    ports::{ExpireMessage, FindConnection, ListListeners, Listen, SendFrame, StopListening},
    startup::{Startup, StartupError},
    telemetry::{Facts, Telemetry},
};
use serde_json::{Value, json};

/// The name in logs and metrics.
pub const NAME: &str = "ws-fanout";

/// What the function holds.
#[derive(Debug)]
pub struct App<S, G> {
    /// Listeners, and messages to be forgotten.
    pub store: S,
    /// Reaches connections.
    pub gateway: G,
    /// For how long messages are kept, in seconds.
    pub kept: u64,
}

/// Puts the function together.
///
/// # Errors
/// When a setting is missing or malformed.
pub fn start(env: &Env) -> Result<App<DynamoDb, LiveConnections>, StartupError> {
    let startup = Startup::new(env)?;
    Ok(App { store: startup.store()?, gateway: startup.live()?, kept: Lifetimes::from_env(env)?.message })
}

/// Works off one event: tells the stream where it has to begin again, if somebody could not be told. Whoever hears a message twice knows
/// it by its number.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>
///
/// # Errors
/// [`Error::Internal`] for what is no event of a stream: all of it is said again.
pub async fn answer<S, G>(
    app: &App<S, G>,
    telemetry: &Telemetry,
    request_id: &str,
    event: &str,
    now: Result<Timestamp, BrokenClock>,
) -> Result<Value, Error>
where
    S: ListListeners + FindConnection + Listen + StopListening + ExpireMessage,
    G: SendFrame,
{
    let now = now?;
    for record in stream::read_messages(event)? {
        let started = Instant::now();
        let outcome = match record.told {
            Ok(None) => continue,
            Ok(Some(stored)) => tell(app, stored, now).await,
            Err(error) => Err(error.into()),
        };
        let status = if outcome.is_ok() { 200 } else { 503 };
        telemetry.record(request_id, "STREAM", "rooms", status, started.elapsed(), &facts(&outcome));
        if outcome.is_err() {
            // The stream begins again there, and says everything after it again.
            return Ok(json!({ "batchItemFailures": [{ "itemIdentifier": record.sequence_number }] }));
        }
    }
    Ok(json!({ "batchItemFailures": [] }))
}

async fn tell<S, G>(app: &App<S, G>, stored: MessageStored, now: Timestamp) -> Result<usize, Error>
where
    S: ListListeners + FindConnection + Listen + StopListening + ExpireMessage,
    G: SendFrame,
{
    let frame = Said::message(stored.clone()).to(None).text();
    let told = fan_out(&app.store, &app.gateway, &stored.room, &frame, now).await?;
    expire_before(&app.store, &stored, app.kept).await?;
    Ok(told)
}

fn facts(outcome: &Result<usize, Error>) -> Facts {
    let changes = outcome.as_ref().ok().map(|told| format!("connections told: {told}"));
    Facts {
        changes: changes.into_iter().collect(),
        reason: outcome.as_ref().err().map(|error| chain(error)),
        ..Facts::default()
    }
}
