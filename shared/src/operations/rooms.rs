//! Rooms over a WebSocket connection: who is in them, what is said, and what somebody has missed.

mod catch_up;
mod fan_out;
mod membership;

pub use catch_up::{Missed, Position, catch_up, resume};
pub use fan_out::{expire_before, fan_out};
pub use membership::{Membership, settle, tell_all};

pub use crate::ports::{HappenedInRoom, Kept};

use crate::{
    domain::{Connection, MessageId, Room, RoomId, Timestamp, UserId, room::MAX_ROOMS},
    error::{Error, Refusal},
    ports::{
        Change, FindMember, FindRooms, FindUser, JoinRoom, KeepMessage, LeaveRoom, ListRooms, Listen, Listener,
        NewMessage, ReadMessages,
    },
};

/// Makes whoever speaks a member of a room that admits them, and lets the connection listen; [`settle`] lets the others. Members of before may always come in.
///
/// # Errors
/// [`Error::UnknownRoom`] for a room that there is not, or that does not admit them; [`Error::Conflict`] for one room too many.
pub async fn join<S>(store: &S, connection: &Connection, room: &RoomId, now: Timestamp) -> Result<Entered, Error>
where
    S: FindRooms + FindUser + ListRooms + JoinRoom + Listen + ReadMessages,
{
    let user_id = connection.user_id;
    let room = store.find_rooms(std::slice::from_ref(room)).await?.pop().ok_or(Error::UnknownRoom)?;
    let rooms = store.list_rooms(user_id).await?;
    if !rooms.contains(&room.id) {
        let user = store.find_user(user_id).await?.ok_or(Refusal("no such user"))?;
        if !room.admits.admits(&user.roles) {
            return Err(Error::UnknownRoom);
        }
        if rooms.len() >= MAX_ROOMS {
            return Err(too_many_rooms());
        }
        if store.join_room(&room.id, user_id, now).await? == Change::Stale {
            return Err(Error::UnknownRoom);
        }
    }
    match store.listen(&room.id, &Listener::of(connection)).await? {
        Change::Done => Entered::now(store, room).await,
        // Another device has left it meanwhile.
        Change::Stale => Err(Error::UnknownRoom),
    }
}

/// A room that is heard from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// Which one.
    pub room: Room,
    /// The number of its newest message; 0 where nothing was said. Whoever loses the connection before they know any message knows from
    /// where on they were there.
    pub newest: u64,
}

impl Entered {
    async fn now<S: ReadMessages>(store: &S, room: Room) -> Result<Self, Error> {
        let newest = store.newest_messages(&room.id, 1).await?.messages.pop();
        Ok(Self { room, newest: newest.map_or(0, |newest| newest.sequence) })
    }
}

pub(super) fn too_many_rooms() -> Error {
    Error::Conflict(format!("nobody can be in more than {MAX_ROOMS} rooms"))
}

/// Makes somebody no member of a room any more: they hear, read and say nothing there from now on.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn leave<S: LeaveRoom>(store: &S, room: &RoomId, user_id: UserId) -> Result<(), Error> {
    Ok(store.leave_room(room, user_id).await?)
}

/// Stores what a member says under the next number of the room. Whoever hears it hears it from the table's stream.
///
/// # Errors
/// [`Error::UnknownRoom`] for whoever is no member; [`Error::Unavailable`]: it may be sent again, under the same id.
pub async fn say<S: FindMember + KeepMessage>(
    store: &S,
    from: UserId,
    room: RoomId,
    id: MessageId,
    body: String,
    now: Timestamp,
) -> Result<Kept, Error> {
    let user = store.find_member(&room, from).await?.ok_or(Error::UnknownRoom)?;
    Ok(store.keep_message(&NewMessage { room, id, from, from_name: user.name, at: now, body }).await?)
}

impl Listener {
    /// A connection, as one that listens.
    pub(crate) fn of(connection: &Connection) -> Self {
        Self {
            user_id: connection.user_id,
            connection_id: connection.id.clone(),
            good_until: connection.good_until,
            forgotten_at: connection.forgotten_at(),
        }
    }
}
