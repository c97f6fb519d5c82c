//! The streams of Sessions and Users: closes the WebSocket connections of what has ended, and announces it on the event bus.

use std::time::Instant;

use latchkey::{
    config::Env,
    delivery::Outside,
    domain::{Timestamp, time::BrokenClock},
    dynamodb::{DynamoDb, stream},
    error::{Error, chain},
    operations::hang_up::{Happened, follow},
    ports::{AnnounceEnding, FindEpoch, ForgetConnection, HangUp, LeaveRoom, ListConnections, ListRooms},
    startup::{Startup, StartupError},
    telemetry::{Facts, Telemetry},
};
use serde_json::{Value, json};

/// The name in logs and metrics.
pub const NAME: &str = "session-ended";

/// What the function holds.
#[derive(Debug)]
pub struct App<S, G> {
    /// Connections and epochs.
    pub store: S,
    /// Closes connections and announces endings.
    pub gateway: G,
}

/// Puts the function together.
///
/// # Errors
/// When a setting is missing or malformed.
pub fn start(env: &Env) -> Result<App<DynamoDb, Outside>, StartupError> {
    let startup = Startup::new(env)?;
    Ok(App { store: startup.store()?, gateway: startup.outside()? })
}

/// Works off one event, all of it; tells the stream from which record on it has to be said again: streams repeat everything from the
/// first failure on, so that no other one is named.
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
    S: ListConnections + ForgetConnection + FindEpoch + ListRooms + LeaveRoom,
    G: HangUp + AnnounceEnding,
{
    let now = now?;
    let mut first_failure = None;
    for record in stream::read(event, now)? {
        let started = Instant::now();
        let (happened, outcome) = match record.told {
            Ok(None) => continue,
            Ok(Some(happened)) => (Some(happened), follow(&app.store, &app.gateway, happened, now).await),
            Err(error) => (None, Err(error.into())),
        };
        let (name, facts) = facts(happened, &outcome);
        let status = if outcome.is_ok() { 200 } else { 503 };
        telemetry.record(request_id, "STREAM", name, status, started.elapsed(), &facts);
        if outcome.is_err() {
            first_failure.get_or_insert(record.sequence_number);
        }
    }
    let failures = first_failure.iter().map(|number| json!({ "itemIdentifier": number }));
    Ok(json!({ "batchItemFailures": failures.collect::<Vec<_>>() }))
}

fn facts(happened: Option<Happened>, outcome: &Result<usize, Error>) -> (&'static str, Facts) {
    let (name, user_id, session_id) = match happened {
        Some(Happened::SessionEnded { user_id, session_id, .. }) => ("sessions", Some(user_id), Some(session_id)),
        Some(Happened::UserChanged(user_id)) => ("users", Some(user_id), None),
        None => ("", None, None),
    };
    let changes = outcome.as_ref().ok().filter(|closed| **closed > 0);
    let facts = Facts {
        user_id: user_id.map(|id| id.to_string()),
        session_id: session_id.map(|id| id.to_string()),
        changes: changes.map(|closed| format!("connections closed: {closed}")).into_iter().collect(),
        reason: outcome.as_ref().err().map(|error| chain(error)),
        ..Facts::default()
    };
    (name, facts)
}
