//! The streams of Sessions and Users: closes the WebSocket connections of what has ended, and announces it on the event bus.

use latchkey::{
    config::Env,
    delivery::Outside,
    dynamodb::{DynamoDb, stream},
    error::Error,
    operations::hang_up::{Happened, follow},
    ports::{AnnounceEnding, FindEpoch, ForgetConnection, HangUp, LeaveRoom, ListConnections, ListRooms},
    startup::{Startup, StartupError},
    streams::{Batch, Outcome, work_off},
    telemetry::{Facts, Telemetry},
};
use serde_json::Value;

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

/// Works off one batch.
///
/// # Errors
/// Those of [`work_off`].
pub async fn answer<S, G>(app: &App<S, G>, telemetry: &Telemetry, batch: Batch<'_>) -> Result<Value, Error>
where
    S: ListConnections + ForgetConnection + FindEpoch + ListRooms + LeaveRoom,
    G: HangUp + AnnounceEnding,
{
    work_off(&batch, telemetry, stream::read(batch.event, batch.now?), async |happened, now| {
        let (about, user_id, session_id) = match happened {
            Happened::SessionEnded { user_id, session_id, .. } => ("sessions", user_id, Some(session_id)),
            Happened::UserChanged(user_id) => ("users", user_id, None),
        };
        let closed = follow(&app.store, &app.gateway, happened, now).await;
        let changes = closed.iter().filter(|closed| **closed > 0).map(|closed| format!("connections closed: {closed}"));
        let facts = Facts {
            user_id: Some(user_id.to_string()),
            session_id: session_id.map(|id| id.to_string()),
            changes: changes.collect(),
            ..Facts::default()
        };
        Outcome { about, facts, result: closed.map(|_| ()) }
    })
    .await
}
