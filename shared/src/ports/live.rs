//! What reaches others than the caller: open connections, and whoever follows what happens here.

use std::future::Future;

use super::Stored;
use crate::domain::{Closing, ConnectionId, Ended, SessionId, UserId};

/// What became of closing a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HungUp {
    /// It was told why, and is closed.
    Closed,
    /// There is none, or not yet.
    Gone,
}

/// Speaks on connections.
pub trait SendFrame {
    /// Sends a connection a frame; one that is gone hears nothing, and its frame is lost.
    fn send_frame(&self, id: &ConnectionId, frame: &str) -> impl Future<Output = Stored<()>> + Send;
}

/// Closes connections.
pub trait HangUp {
    /// Sends a connection a last frame that says why, and closes it.
    fn hang_up(&self, id: &ConnectionId, closing: Closing) -> impl Future<Output = Stored<HungUp>> + Send;
}

/// Tells others that sessions end.
pub trait AnnounceEnding {
    /// Tells that a session has ended; a repeated call tells it again.
    fn announce_ending(
        &self,
        user_id: UserId,
        session_id: SessionId,
        ended: Ended,
    ) -> impl Future<Output = Stored<()>> + Send;
}

/// Something that ends connections, as a table's stream tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// A session has ended.
    SessionEnded {
        /// Whose.
        user_id: UserId,
        /// Which.
        session_id: SessionId,
        /// Why and when.
        ended: Ended,
    },
    /// Something about a user has changed, perhaps their epoch, or they are gone.
    UserChanged(UserId),
}
