//! The verbs an operation needs from the outside, one trait each: an operation names exactly those it uses, and the policy of
//! its function in `template.yaml` is those verbs again.
//!
//! Contracts that hold for every verb: reads are strongly consistent; a write is one request that happens whole or not at
//! all; a request that was committed and whose reply was lost may be sent again without a second effect; what the store
//! refuses is told by the outcome, and [`StoreError`] means that nothing is known.
//!
//! `dynamodb` and `memory` implement them and pass one contract suite (`tests/tests/store_contract.rs`).

use std::future::Future;

use crate::domain::{
    Attempt, AttemptKey, Ended, FeedEntry, SeedHash, Session, SessionId, Timestamp, User, UserId, Words,
};

/// The store did not answer, or answered with something no version of ours ever wrote. The request fails closed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Unreachable, overloaded, throttled or timed out: trying again later helps.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An item could not be understood, or the request was refused as wrong: trying again does not help.
    #[error("the store is not as expected: {0}")]
    Unexpected(String),
}

/// What a store call gives.
pub type Stored<T> = Result<T, StoreError>;

/// A new account, whole.
#[derive(Clone)]
pub struct NewUser {
    /// The profile.
    pub user: User,
    /// The password's hash as a PHC string.
    pub password_hash: String,
}

/// Whether an account was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// It exists now.
    Created,
    /// Another account has this email; nothing was written.
    EmailTaken,
}

/// An account as a sign-in needs it. Profile and password are two items that carry the same epoch; a reader that saw them
/// differ has read in the middle of a change and must read again.
#[derive(Clone, PartialEq)]
pub struct Account {
    /// The profile.
    pub user: User,
    /// The password's hash as a PHC string.
    pub password_hash: String,
    /// The epoch on the password item.
    pub password_epoch: u64,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("NewUser").field(&self.user).finish()
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Account").field(&self.user).field(&self.password_epoch).finish()
    }
}

/// Whether an attempt may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reservation {
    /// It is counted and may go on.
    Granted,
    /// One of its limits is reached; nothing was counted.
    Refused,
}

/// What a rotation demands of the session, all of it in one condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// Whose session.
    pub user_id: UserId,
    /// Which session.
    pub session_id: SessionId,
    /// The generation presented; it becomes this plus one.
    pub generation: u32,
    /// The hash of the seed presented.
    pub seed_hash: SeedHash,
    /// The user's epoch now.
    pub epoch: u64,
    /// When.
    pub now: Timestamp,
    /// The session's idle limit afterwards.
    pub idle_expires_at: Timestamp,
    /// The oldest remembered rotation must not be younger than this, so that within one grace period no rotation is ever
    /// forgotten.
    pub oldest_rotation_before: Timestamp,
}

/// What became of a rotation.
#[derive(Debug, Clone, PartialEq)]
pub enum Rotated {
    /// It holds; the session as it is now.
    Rotated(Session),
    /// The condition failed; the session as it was found, if there is one. Nothing was written.
    Refused(Option<Session>),
}

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
    /// When.
    pub now: Timestamp,
    /// How long the feed must tell.
    pub feed_until: Timestamp,
}

/// Whether a conditional change happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It did.
    Done,
    /// What it was conditional on no longer holds; nothing was written.
    Stale,
}

/// One page of a user's sessions, ended and expired ones left out.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionPage {
    /// The live sessions on this page, in the order of their ids.
    pub sessions: Vec<Session>,
    /// Where the next page begins: hand it back as `after`.
    pub next: Option<SessionId>,
}

/// What an administrator gives a user. Each kind is set on its own, so that setting one never undoes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grants {
    /// What the user is.
    Roles(Words),
    /// What the user's tokens may be used for.
    Scopes(Words),
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

/// Makes accounts.
pub trait CreateUser {
    /// Writes profile, password and the marker of the email in one transaction.
    fn create_user(&self, new: &NewUser) -> impl Future<Output = Stored<Creation>> + Send;
}

/// Finds who signs in.
pub trait FindAccount {
    /// Finds an account by its canonical email, and how much of `attempts` is used.
    fn find_account(
        &self,
        canonical_email: &str,
        attempts: &AttemptKey,
    ) -> impl Future<Output = Stored<(Option<Account>, u32)>> + Send;
}

/// Finds the account behind a proven identity.
pub trait FindAccountById {
    /// Finds an account by its user id.
    fn find_account_by_id(&self, user_id: UserId) -> impl Future<Output = Stored<Option<Account>>> + Send;
}

/// Replaces a password's hash by one of the same password made with stronger parameters.
pub trait ReplacePasswordHash {
    /// Writes `new` if the hash is still `verified` and the epoch still `epoch`.
    fn replace_password_hash(
        &self,
        user_id: UserId,
        epoch: u64,
        verified: &str,
        new: &str,
    ) -> impl Future<Output = Stored<Change>> + Send;
}

/// Starts sessions.
pub trait CreateSession {
    /// Writes a new session; never replaces one.
    fn create_session(&self, session: &Session) -> impl Future<Output = Stored<()>> + Send;
}

/// Renews sessions.
pub trait RotateSession {
    /// Takes the session to its next generation, in one conditional write: the generation and seed hash are the ones
    /// presented, the epoch holds, it has neither ended nor expired, and no remembered rotation is forgotten too soon.
    fn rotate_session(&self, rotation: &Rotation) -> impl Future<Output = Stored<Rotated>> + Send;
}

/// Ends sessions.
pub trait EndSession {
    /// Ends one session, once: [`Change::Stale`] when there is none or it has ended already, so that the first cause stays.
    fn end_session(&self, ending: &Ending) -> impl Future<Output = Stored<Change>> + Send;
}

/// Lists sessions.
pub trait ListSessions {
    /// One page of the user's live sessions, from `after` (exclusive) on.
    fn list_sessions(
        &self,
        user_id: UserId,
        after: Option<SessionId>,
        now: Timestamp,
    ) -> impl Future<Output = Stored<SessionPage>> + Send;
}

/// Reads a profile.
pub trait FindUser {
    /// Finds a user.
    fn find_user(&self, user_id: UserId) -> impl Future<Output = Stored<Option<User>>> + Send;
}

/// Reads a profile by its address.
pub trait FindUserByEmail {
    /// Finds a user by their canonical email.
    fn find_user_by_email(&self, canonical_email: &str) -> impl Future<Output = Stored<Option<User>>> + Send;
}

/// Reads a session with its user.
pub trait FindSession {
    /// Finds a session, live or not, and its user, in one request.
    fn find_session(
        &self,
        user_id: UserId,
        session_id: SessionId,
    ) -> impl Future<Output = Stored<(Option<Session>, Option<User>)>> + Send;
}

/// Moves the idle limit of a session that is sent with every request.
pub trait SlideSession {
    /// Sets last use to `now` and the idle limit to `idle_expires_at`, if the session is live; never brings one back.
    fn slide_session(
        &self,
        user_id: UserId,
        session_id: SessionId,
        now: Timestamp,
        idle_expires_at: Timestamp,
    ) -> impl Future<Output = Stored<Change>> + Send;
}

/// Ends everything of a user at once.
pub trait RaiseEpoch {
    /// Raises the epoch of profile and password and tells the feed, in one transaction.
    fn raise_epoch(&self, change: &EpochChange) -> impl Future<Output = Stored<Change>> + Send;
}

/// Changes a profile.
pub trait RenameUser {
    /// Sets the name, if the epoch still holds.
    fn rename_user(
        &self,
        user_id: UserId,
        epoch: u64,
        name: Option<&str>,
    ) -> impl Future<Output = Stored<Change>> + Send;
}

/// Sets what users may do.
pub trait SetGrants {
    /// Replaces the words of one kind, if the user exists, whatever else is changed meanwhile. Gives the user as they are now;
    /// `None` when there is none.
    fn set_grants(&self, user_id: UserId, grants: &Grants) -> impl Future<Output = Stored<Option<User>>> + Send;
}

/// Takes every way in from a user.
pub trait DisableUser {
    /// Disables the user, raises the epoch of profile and password and tells the feed, in one transaction.
    fn disable_user(&self, change: &EpochChange) -> impl Future<Output = Stored<Change>> + Send;
}

/// Lets a user sign in again.
pub trait EnableUser {
    /// Clears the mark, if the user exists; the epoch stays, so that nothing issued before comes back. Gives the user as they
    /// are now; `None` when there is none.
    fn enable_user(&self, user_id: UserId) -> impl Future<Output = Stored<Option<User>>> + Send;
}

/// Deletes accounts.
pub trait DeleteUser {
    /// Deletes profile, password and the marker of the email and tells the feed, in one transaction.
    fn delete_user(&self, user: &User, change: &EpochChange) -> impl Future<Output = Stored<Change>> + Send;
}

/// Reads what the revocation feed tells.
pub trait ReadFeed {
    /// Every entry of the buckets after `after` that still matter at `now`, in any order; each `until` its bucket is forgotten.
    fn read_feed(&self, after: u64, now: Timestamp) -> impl Future<Output = Stored<Vec<FeedEntry>>> + Send;
}

/// Reads the public keys that `well-known` serves.
pub trait FindPublishedKeys {
    /// The JWKS document, if one was ever published.
    fn find_published_keys(&self) -> impl Future<Output = Stored<Option<String>>> + Send;
}

/// Publishes them.
pub trait PublishKeys {
    /// Replaces the JWKS document, unless one of a greater revision is published: somebody slow must not undo a rotation.
    fn publish_keys(&self, document: &str, revision: u64) -> impl Future<Output = Stored<Published>> + Send;
}

/// What came of publishing keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The document is there; another one was before, or none.
    Anew,
    /// The very same document was there already.
    Again,
    /// A document of a greater revision is there; nothing was written.
    Stale,
}
