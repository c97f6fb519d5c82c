//! What is said about rooms.

use std::collections::BTreeMap;

use latchkey::{
    domain::{Connection, MessageId, RoomId, Timestamp, room::MAX_BODY_BYTES},
    error::{Error, FieldError},
    http::{
        request::Fields,
        websocket::frame::{Reply, Said},
    },
    operations::rooms::{catch_up, join, leave, resume, say},
    ports::SendFrame,
};
use serde_json::Value;

use super::Rooms;

/// Sends who the user is and what they have missed in each room; the end of it is the answer.
pub(crate) async fn resumed<S: Rooms>(
    store: &S,
    gateway: &impl SendFrame,
    connection: &Connection,
    id: Option<&String>,
    seen: &BTreeMap<String, u64>,
) -> Result<Said, Error> {
    let (user, rooms) = resume(store, connection).await?;
    let tell = async |said: Said| gateway.send_frame(&connection.id, &said.to(id.cloned()).text()).await;
    tell(Said::resumed(&user, &rooms)).await?;
    for room in &rooms {
        let missed = catch_up(store, &room.id, seen.get(room.id.as_str()).copied()).await?;
        tell(Said::history(&room.id, missed)).await?;
    }
    Ok(Said::Live)
}

/// Lets the user into a room.
pub(crate) async fn joined<S: Rooms>(
    store: &S,
    connection: &Connection,
    unverified_room: &str,
    now: Timestamp,
) -> Result<Said, Error> {
    Ok(Said::joined(&join(store, connection, &room(unverified_room)?, now).await?))
}

/// Lets the user out of a room.
pub(crate) async fn left<S: Rooms>(
    store: &S,
    gateway: &impl SendFrame,
    connection: &Connection,
    unverified_room: &str,
) -> Result<Said, Error> {
    let room = room(unverified_room)?;
    let told: Reply = Said::left(&room).to(None);
    leave(store, gateway, connection, &room, &told.text()).await?;
    Ok(Said::left(&room))
}

/// Stores what the user says.
pub(crate) async fn sent<S: Rooms>(
    store: &S,
    connection: &Connection,
    (unverified_room, unverified_id): (&str, &str),
    body: &Value,
    now: Timestamp,
) -> Result<Said, Error> {
    let mut fields = Fields::default();
    let room = fields.keep("/room", unverified_room.parse::<RoomId>());
    let id = fields.keep("/message_id", unverified_id.parse::<MessageId>());
    let (room, id) = fields.check(room.zip(id))?;
    let body = body.to_string();
    if body.len() > MAX_BODY_BYTES {
        return Err(Error::BodyTooLarge);
    }
    let kept = say(store, connection.user_id, room.clone(), id.clone(), body, now).await?;
    Ok(Said::sent(&room, &id, kept))
}

/// What comes after a message, or what is newest.
pub(crate) async fn history<S: Rooms>(
    store: &S,
    connection: &Connection,
    unverified_room: &str,
    after: Option<u64>,
) -> Result<Said, Error> {
    let room = room(unverified_room)?;
    store.find_member(&room, connection.user_id).await?.ok_or(Error::UnknownRoom)?;
    Ok(Said::history(&room, catch_up(store, &room, after).await?))
}

fn room(unverified: &str) -> Result<RoomId, Error> {
    unverified.parse().map_err(|error| Error::InvalidInput(vec![FieldError::new("/room", error)]))
}
