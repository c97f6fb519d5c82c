//! Rooms, as operators make them.

use crate::{
    domain::{Room, RoomId, Timestamp, UserId, room::MAX_ROOMS},
    error::Error,
    operations::rooms::too_many_rooms,
    ports::{Change, FindRooms, FindUser, JoinRoom, ListRooms, PutRoom},
};

/// Makes a room, or gives one another name and other rules; its members stay.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn put_room<S: PutRoom>(store: &S, room: &Room) -> Result<Room, Error> {
    store.put_room(room).await?;
    Ok(room.clone())
}

/// Makes somebody a member whether or not the room admits them.
///
/// # Errors
/// [`Error::UnknownRoom`], [`Error::Conflict`] for one room too many, and [`Error::NotFound`] when there is no such user.
pub async fn add_member<S: FindRooms + FindUser + ListRooms + JoinRoom>(
    store: &S,
    room: &RoomId,
    user_id: UserId,
    now: Timestamp,
) -> Result<(), Error> {
    store.find_rooms(std::slice::from_ref(room)).await?.pop().ok_or(Error::UnknownRoom)?;
    store.find_user(user_id).await?.ok_or(Error::NotFound)?;
    let rooms = store.list_rooms(user_id).await?;
    if rooms.len() >= MAX_ROOMS && !rooms.contains(room) {
        return Err(too_many_rooms());
    }
    match store.join_room(room, user_id, now).await? {
        Change::Done => Ok(()),
        // They were there a moment ago, as was the room.
        Change::Stale => Err(Error::NotFound),
    }
}
