//! WebSocket connections: written down when they open, found, prolonged and closed.

use std::future::Future;

use super::{Change, Stored};
use crate::domain::{Connection, ConnectionId, EndCause, TicketId, Timestamp, UserId};

/// A connection about to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The connection, of a session that must be live and of the user's epoch.
    pub connection: Connection,
    /// The ticket that is redeemed with it, if it was one.
    pub ticket: Option<TicketId>,
}

/// What became of a connection about to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It is written down.
    Open,
    /// Its session is not live, or its user's epoch is another; nothing was written.
    Over,
    /// Its ticket was redeemed before; nothing was written.
    Redeemed,
}

/// A moment at which a connection's credential was to expire, when it was written. It may have moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// Whose connection.
    pub user_id: UserId,
    /// Which one.
    pub connection_id: ConnectionId,
}

/// The epoch of a user, and why it was last raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch {
    /// From it on credentials are good.
    pub number: u64,
    /// Nothing when it never was.
    pub cause: Option<EndCause>,
}

/// Opens connections.
pub trait OpenConnection {
    /// Writes a connection down and redeems its ticket, in one transaction that demands the session to be live and profile and
    /// session to be of the connection's epoch. So whatever ends the session afterwards finds the connection.
    fn open_connection(&self, opening: &Opening) -> impl Future<Output = Stored<Opened>> + Send;
}

/// Finds connections.
pub trait FindConnection {
    /// Finds an open connection.
    fn find_connection(
        &self,
        user_id: UserId,
        id: &ConnectionId,
    ) -> impl Future<Output = Stored<Option<Connection>>> + Send;
}

/// Lists connections.
pub trait ListConnections {
    /// Every connection of a user, in the order of their ids.
    fn list_connections(&self, user_id: UserId) -> impl Future<Output = Stored<Vec<Connection>>> + Send;
}

/// Prolongs connections.
pub trait ProlongConnection {
    /// Moves the moment until which a connection is good from where `connection` has it to `good_until`;
    /// [`Change::Stale`] when it is not as it was any more.
    fn prolong_connection(
        &self,
        connection: &Connection,
        good_until: Timestamp,
    ) -> impl Future<Output = Stored<Change>> + Send;
}

/// Knows when everything was asked for on connections.
pub trait NoteResume {
    /// Writes down that it is at `now`; [`Change::Stale`] when the connection is not as it was any more, as when somebody asks twice at
    /// once, or when its user has done so [`RESUMES_PER_MINUTE`](crate::domain::connection::RESUMES_PER_MINUTE) times in this minute.
    fn note_resume(&self, connection: &Connection, now: Timestamp) -> impl Future<Output = Stored<Change>> + Send;
}

/// Forgets connections.
pub trait ForgetConnection {
    /// Forgets a connection, or has done so before.
    fn forget_connection(&self, user_id: UserId, id: &ConnectionId) -> impl Future<Output = Stored<()>> + Send;
}

/// Knows when credentials of connections were to expire.
pub trait ListDue {
    /// The moments up to `now` that come after `after`, earliest first; some of them if there are very many, none when there is no more.
    fn list_due(&self, now: Timestamp, after: Option<&Due>) -> impl Future<Output = Stored<Vec<Due>>> + Send;
}

/// Forgets such moments.
pub trait ForgetDue {
    /// Forgets one, or has done so before.
    fn forget_due(&self, due: &Due) -> impl Future<Output = Stored<()>> + Send;
}

/// Reads epochs.
pub trait FindEpoch {
    /// The epoch of a user; nothing when there is no such user.
    fn find_epoch(&self, user_id: UserId) -> impl Future<Output = Stored<Option<Epoch>>> + Send;
}
