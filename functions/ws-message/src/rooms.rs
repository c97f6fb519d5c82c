//! What is said about rooms.

use std::collections::BTreeMap;

use latchkey::{
    domain::{Connection, MessageId, RoomId, Timestamp, room::MAX_BODY_BYTES},
    error::{Error, FieldError},
    http::{
        request::Fields,
        websocket::{frame::Said, room_frames::SeenView},
    },
    operations::rooms::{Position, catch_up, join, leave, resume, say},
    ports::{Delivered, SendFrame},
};
use serde_json::Value;

use super::Rooms;

/// Sends who the user is and what they have missed in each room; the end of it is the answer.
pub(crate) async fn resumed<S: Rooms>(
    store: &S,
    gateway: &impl SendFrame,
    connection: &Connection,
    id: Option<&String>,
    unverified_seen: BTreeMap<String, SeenView>,
    now: Timestamp,
) -> Result<Said, Error> {
    let seen = unverified_seen.into_iter().map(|(room, seen)| Ok((room, position("/rooms", seen)?)));
    let seen = seen.collect::<Result<BTreeMap<_, _>, Error>>()?;
    let (user, rooms) = resume(store, connection, now).await?;
    let tell = async |said: Said| gateway.send_frame(&connection.id, &said.to(id.cloned()).text()).await;
    let mut reached = tell(Said::resumed(&user, &rooms)).await?;
    for room in &rooms {
        if reached == Delivered::Gone {
            // Whoever does not stay is told nothing more.
            return Ok(Said::Live);
        }
        let missed = catch_up(store, &room.id, seen.get(room.id.as_str())).await?;
        reached = tell(Said::history(&room.id, missed)).await?;
    }
    // Somebody who was put out meanwhile may have been told so before they were told of the room.
    let still = store.list_rooms(user.id).await?;
    for room in rooms.iter().filter(|room| !still.contains(&room.id)) {
        tell(Said::left(&room.id)).await?;
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
pub(crate) async fn left<S: Rooms>(store: &S, connection: &Connection, unverified_room: &str) -> Result<Said, Error> {
    let room = room(unverified_room)?;
    leave(store, &room, connection.user_id).await?;
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
    unverified_after: Option<SeenView>,
) -> Result<Said, Error> {
    let room = room(unverified_room)?;
    let after = unverified_after.map(|after| position("/after", after)).transpose()?;
    store.find_member(&room, connection.user_id).await?.ok_or(Error::UnknownRoom)?;
    Ok(Said::history(&room, catch_up(store, &room, after.as_ref()).await?))
}

fn position(pointer: &'static str, unverified: SeenView) -> Result<Position, Error> {
    unverified.try_into().map_err(|error| Error::InvalidInput(vec![FieldError::new(pointer, error)]))
}

fn room(unverified: &str) -> Result<RoomId, Error> {
    unverified.parse().map_err(|error| Error::InvalidInput(vec![FieldError::new("/room", error)]))
}
