//! Letting the connections of somebody know of which rooms they are a member, whoever has changed it and on whatever device.

use futures_util::{StreamExt, stream};

use super::fan_out::AT_ONCE;
use crate::{
    domain::{ConnectionId, Room, RoomId, Timestamp, UserId},
    error::Error,
    ports::{Change, Delivered, FindRooms, ListConnections, ListRooms, Listen, Listener, SendFrame, StopListening},
};

/// How things are between somebody and a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The room, if they are a member of it.
    pub room: Option<Room>,
    /// Those of their connections that have to know.
    pub connections: Vec<ConnectionId>,
}

/// Lets every connection of somebody that has resumed hear a room of which they are a member, and none a room of which they are none. It
/// goes by how things are and not by what was told of them, so that it can be done again, and late.
///
/// # Errors
/// [`Error::Unavailable`]: it has to be done again.
pub async fn settle<S>(store: &S, room: &RoomId, user_id: UserId, now: Timestamp) -> Result<Membership, Error>
where
    S: ListConnections + ListRooms + FindRooms + Listen + StopListening,
{
    let mut connections = store.list_connections(user_id).await?;
    connections.retain(|connection| connection.is_good(now));
    if connections.is_empty() {
        return Ok(Membership { room: None, connections: Vec::new() });
    }
    let is_member = store.list_rooms(user_id).await?.contains(room);
    let found = if is_member { store.find_rooms(std::slice::from_ref(room)).await?.pop() } else { None };
    let mut settled = Vec::new();
    for connection in connections {
        let has_to_know = if found.is_none() {
            store.stop_listening(room, user_id, &connection.id).await?;
            true
        } else {
            // One that has asked for nothing hears what it joins itself. Where somebody leaves meanwhile, that is told next.
            connection.resumed_at.is_some() && store.listen(room, &Listener::of(&connection)).await? == Change::Done
        };
        settled.extend(has_to_know.then_some(connection.id));
    }
    Ok(Membership { room: found, connections: settled })
}

/// Sends `frame` to connections; gives to how many. Whoever cannot be told finds out by the next message, or when they come back.
pub async fn tell(gateway: &impl SendFrame, connections: &[ConnectionId], frame: &str) -> usize {
    let told = connections.iter().map(|id| gateway.send_frame(id, frame));
    let told: Vec<_> = stream::iter(told).buffer_unordered(AT_ONCE).collect().await;
    told.iter().filter(|told| matches!(told, Ok(Delivered::Sent))).count()
}
