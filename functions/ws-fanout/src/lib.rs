//! The stream of Rooms: tells every connection that listens in a room what was said there, and those of a member that they are one.

use std::collections::HashSet;

use latchkey::{
    config::Env,
    delivery::LiveConnections,
    domain::{Lifetimes, Message, RoomId, Timestamp, UserId},
    dynamodb::{
        DynamoDb,
        stream::{self, Record},
    },
    error::{Error, chain},
    http::websocket::frame::Said,
    operations::rooms::{HappenedInRoom, Membership, expire_before, fan_out, settle, tell_all},
    ports::{
        ExpireMessage, FindConnection, FindRooms, HangUp, ListConnections, ListListeners, ListRooms, Listen,
        ReadMessages, SendFrame, Silence, StopListening,
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
    ListListeners
    + FindConnection
    + Listen
    + StopListening
    + ExpireMessage
    + ListConnections
    + ListRooms
    + FindRooms
    + Silence
    + ReadMessages
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
        + Silence
        + ReadMessages
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
    app: &App<S, impl SendFrame + HangUp>,
    telemetry: &Telemetry,
    batch: Batch<'_>,
) -> Result<Value, Error> {
    let records = stream::read_rooms(batch.event).map(each_member_once);
    work_off(&batch, telemetry, records, async |happened, now| match happened {
        HappenedInRoom::Said(room, message) => said(app, &room, message, now).await,
        HappenedInRoom::MemberChanged(room, user_id) => member_changed(app, &room, user_id, now).await,
    })
    .await
}

/// Leaves out what is told of somebody and a room after the first time: how things are is read after all of it has happened.
fn each_member_once(mut records: Vec<Record<HappenedInRoom>>) -> Vec<Record<HappenedInRoom>> {
    let mut known = HashSet::new();
    for record in &mut records {
        if let Ok(Some(HappenedInRoom::MemberChanged(room, user_id))) = &record.told
            && !known.insert((room.clone(), *user_id))
        {
            record.told = Ok(None);
        }
    }
    records
}

async fn said<S: Rooms>(
    app: &App<S, impl SendFrame + HangUp>,
    room: &RoomId,
    message: Message,
    now: Timestamp,
) -> Outcome {
    let frame = Said::message(room, message.clone()).to(None).text();
    let told = fan_out(&app.store, &app.gateway, room, &frame, now).await;
    let expired = expire_before(&app.store, room, &message, app.kept).await;
    let facts = Facts {
        changes: told.iter().map(|told| format!("{room}: connections told: {told}")).collect(),
        // A message that is kept for too long is no reason to tell everybody again.
        reason: expired.err().map(|error| chain(&error)),
        ..Facts::default()
    };
    Outcome { about: "messages", facts, result: told.map(|_| ()) }
}

async fn member_changed<S: Rooms>(
    app: &App<S, impl SendFrame + HangUp>,
    room: &RoomId,
    user_id: UserId,
    now: Timestamp,
) -> Outcome {
    let told = settle_and_tell(app, room, user_id, now).await;
    let changes = told.iter().map(|told| format!("{room}: connections told: {told}")).collect();
    let facts = Facts { user_id: Some(user_id.to_string()), changes, ..Facts::default() };
    Outcome { about: "members", facts, result: told.map(|_| ()) }
}

async fn settle_and_tell<S: Rooms>(
    app: &App<S, impl SendFrame + HangUp>,
    room: &RoomId,
    user_id: UserId,
    now: Timestamp,
) -> Result<usize, Error> {
    let (membership, connections) = settle(&app.store, room, user_id, now).await?;
    let said = match &membership {
        Membership::Member(entered) => Said::joined(entered),
        Membership::Stranger => Said::left(room),
    };
    tell_all(&app.gateway, &connections, &said.to(None).text()).await
}
