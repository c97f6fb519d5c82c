//! Telling whoever listens in a room what was said.

use futures_util::{StreamExt, stream};

use crate::{
    domain::{Closing, ConnectionId, Message, RoomId, Timestamp},
    error::Error,
    ports::{
        Change, Delivered, ExpireMessage, FindConnection, HangUp, ListListeners, Listen, Listener, SendFrame,
        StopListening,
    },
};

/// Connections that are told at once.
pub(super) const AT_ONCE: usize = 32;

/// Sends `frame` to every connection that listens in a room; gives to how many. Whoever is gone or no longer good listens no more.
/// Doing it again tells it again: clients know messages by their numbers.
///
/// # Errors
/// [`Error::Unavailable`] when somebody could be neither told nor cut off.
pub async fn fan_out<S, G>(store: &S, gateway: &G, room: &RoomId, frame: &str, now: Timestamp) -> Result<usize, Error>
where
    S: ListListeners + FindConnection + Listen + StopListening,
    G: SendFrame + HangUp,
{
    let listeners = store.list_listeners(room).await?;
    let told = listeners.iter().map(|listener| tell_one(store, gateway, room, listener, frame, now));
    let told: Vec<_> = stream::iter(told).buffer_unordered(AT_ONCE).collect().await;
    told.into_iter().sum()
}

/// Sends a frame. Whoever cannot be told is cut off: on a connection that goes on they might never find out that they have missed it, and
/// a client that reads nothing would keep others waiting with every message.
///
/// # Errors
/// [`Error::Unavailable`] when they could not be cut off either.
pub(super) async fn deliver<G: SendFrame + HangUp>(
    gateway: &G,
    id: &ConnectionId,
    frame: &str,
) -> Result<Delivered, Error> {
    match gateway.send_frame(id, frame).await {
        Ok(delivered) => Ok(delivered),
        Err(_) => Ok(gateway.hang_up(id, Closing::Unreachable).await.map(|_| Delivered::Gone)?),
    }
}

/// Lets the message before a new one be forgotten when `kept` seconds are over. The newest stays for ever: its number is what the next one
/// is counted from.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn expire_before<S: ExpireMessage>(
    store: &S,
    room: &RoomId,
    stored: &Message,
    kept: u64,
) -> Result<(), Error> {
    match stored.sequence.checked_sub(1) {
        None | Some(0) => Ok(()),
        Some(before) => Ok(store.expire_message(room, before, stored.at.plus(kept)).await?),
    }
}

/// How many were told: one, or nobody.
async fn tell_one<S, G>(
    store: &S,
    gateway: &G,
    room: &RoomId,
    listener: &Listener,
    frame: &str,
    now: Timestamp,
) -> Result<usize, Error>
where
    S: FindConnection + Listen + StopListening,
    G: SendFrame + HangUp,
{
    let hears = may_hear(store, room, listener, now).await?
        && deliver(gateway, &listener.connection_id, frame).await? == Delivered::Sent;
    if !hears {
        store.stop_listening(room, listener.user_id, &listener.connection_id).await?;
    }
    Ok(usize::from(hears))
}

/// Whether the credential of a connection is still good; a newer one may have been shown on it.
async fn may_hear<S>(store: &S, room: &RoomId, listener: &Listener, now: Timestamp) -> Result<bool, Error>
where
    S: FindConnection + Listen,
{
    if now < listener.good_until {
        return Ok(true);
    }
    match store.find_connection(listener.user_id, &listener.connection_id).await? {
        Some(connection) if connection.is_good(now) => {
            Ok(store.listen(room, &Listener::of(&connection)).await? == Change::Done)
        }
        _ => Ok(false),
    }
}
