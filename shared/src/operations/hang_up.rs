//! Closing WebSocket connections: because their session has ended, or because nobody has shown a newer credential.

use std::future::Future;

use futures_util::{StreamExt, stream};

pub use crate::ports::Happened;
use crate::{
    domain::{Closing, Connection, EndCause, SessionId, Timestamp, UserId},
    error::Error,
    ports::{
        AnnounceEnding, Due, Epoch, FindConnection, FindEpoch, ForgetConnection, ForgetDue, HangUp, HungUp, LeaveRoom,
        ListConnections, ListDue, ListRooms,
    },
};

/// How many connections are closed at once. A user has a hundred at most, so that all of them are closed in the time of a few.
const AT_ONCE: usize = 16;

/// Does what something that happened asks for: closes connections, and ends the memberships of whoever is gone; gives how many connections
/// were closed. Doing it again does nothing, but for the announcement.
///
/// # Errors
/// [`Error::Unavailable`]: it has to be done again.
pub async fn follow<S, G>(store: &S, gateway: &G, happened: Happened, now: Timestamp) -> Result<usize, Error>
where
    S: ListConnections + ForgetConnection + FindEpoch + ListRooms + LeaveRoom,
    G: HangUp + AnnounceEnding,
{
    match happened {
        Happened::SessionEnded { user_id, session_id, ended } => {
            let closing = Closing::Ended(ended.cause);
            let is_over = |connection: &Connection| of_session(connection, session_id);
            let closed = close_those(store, gateway, user_id, is_over, closing, now).await;
            // Whoever else hears of it does not wait for a connection that cannot be closed.
            gateway.announce_ending(user_id, session_id, ended).await?;
            closed
        }
        Happened::UserChanged(user_id) => {
            let epoch = store.find_epoch(user_id).await?;
            let (good_from, cause) = match epoch {
                None => (u64::MAX, EndCause::AccountDeleted),
                // It has no cause where a version that wrote none has raised it.
                Some(Epoch { number, cause }) => (number, cause.unwrap_or(EndCause::LogoutAll)),
            };
            let is_over = |connection: &Connection| connection.epoch < good_from;
            let closed = close_those(store, gateway, user_id, is_over, Closing::Ended(cause), now).await;
            if epoch.is_none() {
                leave_all(store, user_id).await?;
            }
            closed
        }
    }
}

/// Ends the memberships of whoever is gone.
async fn leave_all<S: ListRooms + LeaveRoom>(store: &S, user_id: UserId) -> Result<(), Error> {
    let rooms = store.list_rooms(user_id).await?;
    all_of(rooms.iter().map(async |room| Ok(store.leave_room(room, user_id).await.map(|()| 0)?))).await.map(|_| ())
}

fn of_session(connection: &Connection, session_id: SessionId) -> bool {
    connection.session_id == session_id
}

async fn close_those<S: ListConnections + ForgetConnection>(
    store: &S,
    gateway: &impl HangUp,
    user_id: UserId,
    is_over: impl Fn(&Connection) -> bool,
    closing: Closing,
    now: Timestamp,
) -> Result<usize, Error> {
    let connections = store.list_connections(user_id).await?;
    let over = connections.iter().filter(|connection| is_over(connection));
    all_of(over.map(async |connection| close(store, gateway, connection, closing, now).await.map(|()| 1))).await
}

/// Tries all of them, [`AT_ONCE`] at a time: one that fails keeps no other waiting. Gives how many connections were closed, or what went
/// wrong first.
async fn all_of(closings: impl Iterator<Item: Future<Output = Result<usize, Error>>>) -> Result<usize, Error> {
    let outcomes = stream::iter(closings).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
    outcomes.into_iter().sum()
}

/// Tells a connection why, closes and forgets it.
///
/// # Errors
/// [`Error::Unavailable`], also while the gateway may not have opened it yet.
pub(super) async fn close<S: ForgetConnection>(
    store: &S,
    gateway: &impl HangUp,
    connection: &Connection,
    closing: Closing,
    now: Timestamp,
) -> Result<(), Error> {
    if gateway.hang_up(&connection.id, closing).await? == HungUp::Gone && connection.may_be_opening(now) {
        return Err(Error::Unavailable("the handshake may not be over".into()));
    }
    Ok(store.forget_connection(connection.user_id, &connection.id).await?)
}

/// Closes every connection whose credential has expired; gives how many. What cannot be closed stays due and keeps no other open.
///
/// # Errors
/// What went wrong first, when everything was tried: the next look tries again.
pub async fn close_expired<S>(store: &S, gateway: &impl HangUp, now: Timestamp) -> Result<usize, Error>
where
    S: ListDue + ForgetDue + FindConnection + ForgetConnection,
{
    let (mut outcome, mut after) = (Ok(0), None);
    loop {
        let page = store.list_due(now, after.as_ref()).await?;
        let closed = all_of(page.iter().map(|due| close_due(store, gateway, due, now))).await;
        outcome = outcome.and_then(|before| Ok(before + closed?));
        after = page.into_iter().last();
        if after.is_none() {
            return outcome;
        }
    }
}

async fn close_due<S>(store: &S, gateway: &impl HangUp, due: &Due, now: Timestamp) -> Result<usize, Error>
where
    S: ForgetDue + FindConnection + ForgetConnection,
{
    let connection = store.find_connection(due.user_id, &due.connection_id).await?;
    let expired = connection.filter(|connection| !connection.is_good(now));
    if let Some(connection) = &expired {
        close(store, gateway, connection, Closing::Expired, now).await?;
    }
    store.forget_due(due).await?;
    Ok(usize::from(expired.is_some()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn sixteen_connections_are_closed_at_once_and_one_that_cannot_be_closed_keeps_no_other_open() {
        let (open, most, tried) = (Cell::new(0), Cell::new(0), Cell::new(0));
        let close = async |number: usize| {
            open.set(open.get() + 1);
            most.set(most.get().max(open.get()));
            for _ in 0..number % 7 {
                tokio::task::yield_now().await;
            }
            open.set(open.get() - 1);
            tried.set(tried.get() + 1);
            if number == 3 { Err(Error::Internal("three".to_owned())) } else { Ok(1) }
        };
        assert!(matches!(all_of((0..100).map(close)).await, Err(Error::Internal(text)) if text == "three"));
        assert_eq!((tried.get(), most.get()), (100, AT_ONCE));
        assert_eq!(all_of((100..200).map(close)).await.unwrap(), 100);
    }
}
