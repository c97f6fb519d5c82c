//! Endings: of one session, or of everything a user has. Each tells the revocation feed in the same transaction.

use std::future::Future;

use super::{Change, Stored};
use crate::domain::{EndCause, Ended, SessionId, Timestamp, User, UserId};

/// A session to be ended: it becomes a tombstone and, in the same transaction, an entry of the revocation feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Whose session.
    pub user_id: UserId,
    /// Which session.
    pub session_id: SessionId,
    /// Why and when.
    pub ended: Ended,
    /// When a credential that was issued for this session just now could last expire: how long the feed must tell. None when
    /// it tells already, since an entry about the user's epoch speaks of this session too.
    pub feed_until: Option<Timestamp>,
}

/// Everything of one user to be refused from now on, by raising the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochChange {
    /// Whose.
    pub user_id: UserId,
    /// The epoch that is expected; it becomes this plus one.
    pub epoch: u64,
    /// Why: kept with the epoch, for whoever is told later that it is over.
    pub cause: EndCause,
    /// When.
    pub now: Timestamp,
    /// How long the feed must tell.
    pub feed_until: Timestamp,
}

impl EpochChange {
    /// The epoch afterwards: from it on credentials are good.
    pub fn next_epoch(&self) -> u64 {
        self.epoch.saturating_add(1)
    }
}

/// Ends sessions.
pub trait EndSession {
    /// Ends one session, once: [`Change::Stale`] when there is none or it has ended already, so that the first cause stays.
    fn end_session(&self, ending: &Ending) -> impl Future<Output = Stored<Change>> + Send;
}

/// Ends everything of a user at once.
pub trait RaiseEpoch {
    /// Raises the epoch of profile and password and tells the feed, in one transaction.
    fn raise_epoch(&self, change: &EpochChange) -> impl Future<Output = Stored<Change>> + Send;
}

/// Changes passwords.
pub trait ChangePassword {
    /// Replaces the hash `verified`, and no other, by `new`, raises the epoch of profile and password and tells the feed, in
    /// one transaction: of two changes that verified the same password one happens.
    fn change_password(
        &self,
        change: &EpochChange,
        verified: &str,
        new: &str,
    ) -> impl Future<Output = Stored<Change>> + Send;
}

/// Takes every way in from a user.
pub trait DisableUser {
    /// Disables the user, raises the epoch of profile and password and tells the feed, in one transaction.
    fn disable_user(&self, change: &EpochChange) -> impl Future<Output = Stored<Change>> + Send;
}

/// Deletes accounts.
pub trait DeleteUser {
    /// Deletes profile, password and the marker of the email and tells the feed, in one transaction.
    fn delete_user(&self, user: &User, change: &EpochChange) -> impl Future<Output = Stored<Change>> + Send;
}
