//! What reaches others than the caller: open connections, and whoever follows what happens here.

use std::future::Future;

use super::Stored;
use crate::domain::{Closing, ConnectionId, Ended, Message, RoomId, SessionId, UserId};

/// What became of closing a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HungUp {
    /// It was told why, and is closed.
    Closed,
    /// There is none, or not yet.
    Gone,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// The gateway has it.
    Sent,
    /// There is no such connection, and the frame is lost.
    Gone,
}

/// Speaks on connections.
pub trait SendFrame {
    /// Sends a connection a frame.
    fn send_frame(&self, id: &ConnectionId, frame: &str) -> impl Future<Output = Stored<Delivered>> + Send;
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

/// What happened in a room, as its table's stream tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HappenedInRoom {
    /// A message was stored.
    Said(RoomId, Message),
    /// Somebody has become a member, or was one: which of it is true may have changed again since.
    MemberChanged(RoomId, UserId),
}
