//! The gateway of WebSocket connections and the event bus in memory: they remember what they were told.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    domain::{Closing, ConnectionId, Ended, SessionId, UserId},
    ports::{AnnounceEnding, Delivered, HangUp, HungUp, SendFrame, StoreError, Stored},
};

/// What was told. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Gateway(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
struct Told {
    frames: Vec<(ConnectionId, String)>,
    closed: Vec<(ConnectionId, Closing)>,
    announced: Vec<(UserId, SessionId, Ended)>,
    /// Connections that it does not know.
    gone: HashSet<ConnectionId>,
    /// Connections that it can neither reach nor close.
    stuck: HashSet<ConnectionId>,
    /// Connections whose clients read nothing.
    deaf: HashSet<ConnectionId>,
    /// Whether it answers at all.
    is_down: bool,
}

impl Gateway {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every frame that was sent since the last call, in order.
    pub fn take_frames(&self) -> Vec<(ConnectionId, String)> {
        std::mem::take(&mut self.told().frames)
    }

    /// Every connection that was closed, in order.
    pub fn closed(&self) -> Vec<(ConnectionId, Closing)> {
        self.told().closed.clone()
    }

    /// Every ending that was announced, in order.
    pub fn announced(&self) -> Vec<(UserId, SessionId, Ended)> {
        self.told().announced.clone()
    }

    /// Knows a connection no more.
    pub fn lose(&self, id: &ConnectionId) {
        self.told().gone.insert(id.clone());
    }

    /// Can neither reach nor close a connection, or can again.
    pub fn set_stuck(&self, id: &ConnectionId, is_stuck: bool) {
        let mut told = self.told();
        if is_stuck {
            told.stuck.insert(id.clone())
        } else {
            told.stuck.remove(id)
        };
    }

    /// Cannot reach a connection any more, and can close it.
    pub fn deafen(&self, id: &ConnectionId) {
        self.told().deaf.insert(id.clone());
    }

    /// Answers nobody, or everybody again.
    pub fn set_down(&self, is_down: bool) {
        self.told().is_down = is_down;
    }
}

fn down() -> StoreError {
    StoreError::Unavailable("the gateway is down".into())
}

impl SendFrame for Gateway {
    async fn send_frame(&self, id: &ConnectionId, frame: &str) -> Stored<Delivered> {
        let mut told = self.told();
        if told.gone.contains(id) {
            return Ok(Delivered::Gone);
        }
        if told.is_down || told.stuck.contains(id) || told.deaf.contains(id) {
            return Err(down());
        }
        told.frames.push((id.clone(), frame.to_owned()));
        Ok(Delivered::Sent)
    }
}

impl HangUp for Gateway {
    async fn hang_up(&self, id: &ConnectionId, closing: Closing) -> Stored<HungUp> {
        let mut told = self.told();
        if told.is_down || told.stuck.contains(id) {
            return Err(down());
        }
        if !told.gone.insert(id.clone()) {
            return Ok(HungUp::Gone);
        }
        told.closed.push((id.clone(), closing));
        Ok(HungUp::Closed)
    }
}

impl AnnounceEnding for Gateway {
    async fn announce_ending(&self, user_id: UserId, session_id: SessionId, ended: Ended) -> Stored<()> {
        let mut told = self.told();
        if told.is_down {
            return Err(down());
        }
        told.announced.push((user_id, session_id, ended));
        Ok(())
    }
}
