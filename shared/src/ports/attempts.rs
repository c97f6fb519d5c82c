//! Attempts to sign in or up, counted before their work is done.

use std::future::Future;

use super::Stored;
use crate::domain::{Attempt, AttemptKey};

/// Whether an attempt may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reservation {
    /// It is counted and may go on.
    Granted,
    /// One of its limits is reached; nothing was counted.
    Refused,
}

/// Counts an attempt before its work is done.
pub trait ReserveAttempt {
    /// Counts by account and by source, both or neither, if neither limit is reached.
    fn reserve_attempt(&self, attempt: &Attempt) -> impl Future<Output = Stored<Reservation>> + Send;
}

/// Forgets attempts.
pub trait ClearAttempts {
    /// Drops one counter.
    fn clear_attempts(&self, key: &AttemptKey) -> impl Future<Output = Stored<()>> + Send;
}
