//! Letting the connections of somebody know of which rooms they are a member, whoever has changed it and on whatever device.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    Entered,
    fan_out::{AT_ONCE, deliver},
};
use crate::{
    domain::{Connection, ConnectionId, RoomId, Timestamp, UserId},
    error::Error,
    ports::{
        Change, Delivered, FindRooms, HangUp, ListConnections, ListListeners, ListRooms, Listen, Listener,
        ReadMessages, SendFrame, Silence,
    },
};

/// How things are between somebody and a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// They are a member of it.
    Member(Entered),
    /// They are none.
    Stranger,
}

/// Lets every connection of somebody that has resumed hear a room of which they are a member, and none a room of which they are none;
/// gives which it is, and the connections that have to know. It goes by how things are and not by what was told of them, so that it can
/// be done again, and late: whatever changes meanwhile is told as well.
///
/// # Errors
/// [`Error::Unavailable`]: it has to be done again.
pub async fn settle<S>(
    store: &S,
    room: &RoomId,
    user_id: UserId,
    now: Timestamp,
) -> Result<(Membership, Vec<ConnectionId>), Error>
where
    S: ListConnections + ListRooms + FindRooms + ListListeners + Listen + Silence + ReadMessages,
{
    let is_member = store.list_rooms(user_id).await?.contains(room);
    let found = if is_member { store.find_rooms(std::slice::from_ref(room)).await?.pop() } else { None };
    let Some(found) = found else {
        let listening = store.list_listeners_of(room, user_id).await?;
        let silenced = listening.iter().map(|listener| store.silence(room, user_id, &listener.connection_id));
        let _: Vec<Change> = stream::iter(silenced).buffer_unordered(AT_ONCE).try_collect().await?;
        let connections = resumed(store, user_id, now).await?;
        return Ok((Membership::Stranger, connections.into_iter().map(|connection| connection.id).collect()));
    };
    let listening = resumed(store, user_id, now).await?.into_iter().map(async |connection| {
        let change = store.listen(room, &Listener::of(&connection)).await?;
        Ok::<_, Error>((change == Change::Done).then_some(connection.id))
    });
    let listening: Vec<_> = stream::iter(listening).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok((Membership::Member(Entered::now(store, found).await?), listening.into_iter().flatten().collect()))
}

/// The connections on which a client expects to be told of rooms. Others hear what they join themselves.
async fn resumed<S: ListConnections>(store: &S, user_id: UserId, now: Timestamp) -> Result<Vec<Connection>, Error> {
    let mut connections = store.list_connections(user_id).await?;
    connections.retain(|connection| connection.is_good(now) && connection.resumed_at.is_some());
    Ok(connections)
}

/// Sends `frame` to connections; gives to how many. Whoever cannot be told is cut off, and finds out when they come back.
///
/// # Errors
/// [`Error::Unavailable`] when somebody could not be cut off either.
pub async fn tell_all<G>(gateway: &G, connections: &[ConnectionId], frame: &str) -> Result<usize, Error>
where
    G: SendFrame + HangUp,
{
    let told = connections.iter().map(|id| deliver(gateway, id, frame));
    let told: Vec<_> = stream::iter(told).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(told.iter().filter(|delivered| **delivered == Delivered::Sent).count())
}
