//! Telling whoever listens in a room what was said.

use futures_util::{StreamExt, stream};

use crate::{
    domain::{Message, RoomId, Timestamp},
    error::Error,
    ports::{
        Change, Delivered, ExpireMessage, FindConnection, ListListeners, Listen, Listener, SendFrame, StopListening,
    },
};

/// Connections that are told at once.
pub(super) const AT_ONCE: usize = 32;

/// Sends `frame` to every connection that listens in a room; gives to how many. Whoever is gone or no longer good listens no more.
/// Doing it again tells it again: clients know messages by their numbers. One that cannot be told although others can, such as a client
/// that reads nothing, does not keep the room waiting: the next message tells it that it has missed one.
///
/// # Errors
/// [`Error::Unavailable`] when nobody could be told, and somebody should have been.
pub async fn fan_out<S, G>(store: &S, gateway: &G, room: &RoomId, frame: &str, now: Timestamp) -> Result<usize, Error>
where
    S: ListListeners + FindConnection + Listen + StopListening,
    G: SendFrame,
{
    let listeners = store.list_listeners(room).await?;
    let told = listeners.iter().map(|listener| tell(store, gateway, room, listener, frame, now));
    let told: Vec<_> = stream::iter(told).buffer_unordered(AT_ONCE).collect().await;
    let count = told.iter().filter(|told| matches!(told, Ok(true))).count();
    match told.into_iter().find_map(Result::err) {
        Some(error) if count == 0 => Err(error),
        _ => Ok(count),
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

/// Whether somebody was told.
async fn tell<S, G>(
    store: &S,
    gateway: &G,
    room: &RoomId,
    listener: &Listener,
    frame: &str,
    now: Timestamp,
) -> Result<bool, Error>
where
    S: FindConnection + Listen + StopListening,
    G: SendFrame,
{
    let hears = may_hear(store, room, listener, now).await?
        && gateway.send_frame(&listener.connection_id, frame).await? == Delivered::Sent;
    if !hears {
        store.stop_listening(room, listener.user_id, &listener.connection_id).await?;
    }
    Ok(hears)
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
