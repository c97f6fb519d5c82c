//! What others than the caller are told: an open connection why it ends, the event bus that a session has ended.

mod connections;
mod events;

pub use connections::LiveConnections;
pub use events::EventBus;

use crate::{
    domain::{Closing, ConnectionId, Ended, SessionId, UserId},
    ports::{AnnounceEnding, HangUp, HungUp, StoreError, Stored},
};

/// Both together.
#[derive(Debug)]
pub struct Outside {
    /// Open connections.
    pub connections: LiveConnections,
    /// Whoever follows what happens here.
    pub bus: EventBus,
}

impl HangUp for Outside {
    async fn hang_up(&self, id: &ConnectionId, closing: Closing) -> Stored<HungUp> {
        self.connections.hang_up(id, closing).await
    }
}

impl AnnounceEnding for Outside {
    async fn announce_ending(&self, user_id: UserId, session_id: SessionId, ended: Ended) -> Stored<()> {
        self.bus.announce_ending(user_id, session_id, ended).await
    }
}

/// `request` may succeed later.
fn unavailable(request: &'static str, reason: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("{request}: {reason}").into())
}
