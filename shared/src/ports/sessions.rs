//! Sessions: started, renewed and found.

use std::future::Future;

use super::{Change, Stored};
use crate::domain::{SeedHash, Session, SessionId, Timestamp, User, UserId};

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

/// One page of a user's sessions, ended and expired ones left out.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionPage {
    /// The live sessions on this page, in the order of their ids.
    pub sessions: Vec<Session>,
    /// Where the next page begins: hand it back as `after`.
    pub next: Option<SessionId>,
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
