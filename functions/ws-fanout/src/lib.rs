//! The stream of Rooms: tells every connection that listens in a room what was said there, and those of a member that they are one.

use latchkey::{
    config::Env,
    delivery::LiveConnections,
    domain::{Lifetimes, Message, RoomId, Timestamp, UserId},
    dynamodb::{DynamoDb, stream},
    error::Error,
    http::websocket::frame::Said,
    operations::rooms::{HappenedInRoom, expire_before, fan_out, settle, tell},
    ports::{
        ExpireMessage, FindConnection, FindRooms, ListConnections, ListListeners, ListRooms, Listen, SendFrame,
        StopListening,
    },
    startup::{Startup, StartupError},
    streams::{Batch, Outcome, work_off},
    telemetry::{Facts, Telemetry},
};
use serde_json::Value;

/// The name in logs and metrics.
pub const NAME: &str = "ws-fanout";

/// All that it asks of a store.
pub trait Rooms:
    ListListeners + FindConnection + Listen + StopListening + ExpireMessage + ListConnections + ListRooms + FindRooms
{
}
impl<S> Rooms for S where
    S: ListListeners
        + FindConnection
        + Listen
        + StopListening
        + ExpireMessage
        + ListConnections
        + ListRooms
        + FindRooms
{
}

/// What the function holds.
#[derive(Debug)]
pub struct App<S, G> {
    /// Who listens, who is a member, and messages to be forgotten.
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

/// Works off one batch. Whoever hears something twice knows it.
///
/// # Errors
/// Those of [`work_off`].
pub async fn answer<S: Rooms>(
    app: &App<S, impl SendFrame>,
    telemetry: &Telemetry,
    batch: Batch<'_>,
) -> Result<Value, Error> {
    work_off(&batch, telemetry, stream::read_rooms(batch.event), async |happened, now| {
        let (about, user_id, told) = match happened {
            HappenedInRoom::Said(room, message) => ("messages", None, said(app, &room, message, now).await),
            HappenedInRoom::MemberChanged(room, user_id) => {
                ("members", Some(user_id), member_changed(app, &room, user_id, now).await)
            }
        };
        let changes = told.iter().map(|told| format!("connections told: {told}")).collect();
        let facts = Facts { user_id: user_id.map(|id| id.to_string()), changes, ..Facts::default() };
        Outcome { about, facts, result: told.map(|_| ()) }
    })
    .await
}

async fn said<S: Rooms>(
    app: &App<S, impl SendFrame>,
    room: &RoomId,
    message: Message,
    now: Timestamp,
) -> Result<usize, Error> {
    let frame = Said::message(room, message.clone()).to(None).text();
    let told = fan_out(&app.store, &app.gateway, room, &frame, now).await?;
    expire_before(&app.store, room, &message, app.kept).await?;
    Ok(told)
}

async fn member_changed<S: Rooms>(
    app: &App<S, impl SendFrame>,
    room: &RoomId,
    user_id: UserId,
    now: Timestamp,
) -> Result<usize, Error> {
    let membership = settle(&app.store, room, user_id, now).await?;
    let said = membership.room.as_ref().map_or_else(|| Said::left(room), Said::joined);
    Ok(tell(&app.gateway, &membership.connections, &said.to(None).text()).await)
}
