//! The ports in memory, for tests; no function names it. One lock around everything makes each verb as atomic
//! as its DynamoDB request; the contract suite holds both stores to the same rules.

mod accounts;
mod connections;
mod endings;
mod gateway;
mod rooms;
mod sessions;

pub use gateway::Gateway;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    domain::{
        Attempt, AttemptKey, Connection, ConnectionId, EndCause, FeedEntry, RoomId, Session, SessionId, Timestamp,
        UserId,
        feed::{forgotten_at, last_forgotten},
    },
    ports::{
        Account, ClearAttempts, FindPublishedKeys, PublishKeys, Published, ReadFeed, Reservation, ReserveAttempt,
        Stored,
    },
};

/// A store that forgets everything when its last clone is dropped.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    accounts: HashMap<UserId, Account>,
    markers: HashMap<String, UserId>,
    sessions: BTreeMap<(UserId, SessionId), Session>,
    attempts: HashMap<AttemptKey, u32>,
    feed: Vec<FeedEntry>,
    connections: BTreeMap<(UserId, ConnectionId), Connection>,
    rooms: BTreeMap<RoomId, rooms::Place>,
    /// When connections were to expire.
    due: BTreeSet<(Timestamp, UserId, ConnectionId)>,
    /// How often users have resumed, by minute.
    resumes: BTreeMap<(UserId, u64), u32>,
    /// Tickets that were used.
    redeemed: HashSet<String>,
    /// Why epochs were last raised.
    causes: HashMap<UserId, EndCause>,
    /// The public keys and their revision.
    keys: Option<(String, u64)>,
}

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every verb leaves the state whole before anything could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the revocation feed tells, oldest first.
    pub fn feed(&self) -> Vec<FeedEntry> {
        self.state().feed.clone()
    }
}

impl ReserveAttempt for Memory {
    async fn reserve_attempt(&self, attempt: &Attempt) -> Stored<Reservation> {
        let mut state = self.state();
        let counters = [(&attempt.account, attempt.limits.per_account), (&attempt.source, attempt.limits.per_source)];
        let used = |key| state.attempts.get(key).copied().unwrap_or(0);
        if counters.iter().any(|(key, limit)| used(*key) >= *limit) {
            return Ok(Reservation::Refused);
        }
        for (key, _) in counters {
            *state.attempts.entry(key.clone()).or_default() += 1;
        }
        Ok(Reservation::Granted)
    }
}

impl ClearAttempts for Memory {
    async fn clear_attempts(&self, key: &AttemptKey) -> Stored<()> {
        self.state().attempts.remove(key);
        Ok(())
    }
}

impl ReadFeed for Memory {
    async fn read_feed(&self, after: u64, now: Timestamp) -> Stored<Vec<FeedEntry>> {
        let matters = |entry: &&FeedEntry| entry.bucket > after.max(last_forgotten(now));
        let read = |entry: &FeedEntry| FeedEntry { until: forgotten_at(entry.bucket), ..entry.clone() };
        Ok(self.state().feed.iter().filter(matters).map(read).collect())
    }
}

impl FindPublishedKeys for Memory {
    async fn find_published_keys(&self) -> Stored<Option<String>> {
        Ok(self.state().keys.as_ref().map(|(document, _)| document.clone()))
    }
}

impl PublishKeys for Memory {
    async fn publish_keys(&self, document: &str, revision: u64) -> Stored<Published> {
        let mut state = self.state();
        if state.keys.as_ref().is_some_and(|(_, published)| *published > revision) {
            return Ok(Published::Stale);
        }
        let before = state.keys.replace((document.to_owned(), revision));
        let is_same = before.is_some_and(|(before, _)| before == document);
        Ok(if is_same { Published::Again } else { Published::Anew })
    }
}
