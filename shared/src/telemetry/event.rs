//! What is worth counting, and how severe a line is.

use serde::Serialize;

/// Which lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every request.
    Info,
    /// Refused requests and security events.
    Warn,
    /// Our own failures.
    Error,
}

impl Level {
    /// The severity of a request's line.
    pub(super) fn of(status: u16, event: Option<Event>) -> Self {
        match (status, event) {
            (500.., _) => Self::Error,
            (400.., _) | (_, Some(Event::RefreshTokenReused | Event::KeyRevoked | Event::ValidFromMoved)) => Self::Warn,
            _ => Self::Info,
        }
    }
}

/// Something that happened in a request and is worth counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// An account was made.
    Registered,
    /// Somebody signed in.
    SignedIn,
    /// Email or password was wrong.
    SignInFailed,
    /// A session was renewed.
    Refreshed,
    /// A superseded refresh token was answered inside the grace.
    RefreshReplayed,
    /// A superseded refresh token was presented after the grace: theft, or a copy. The session was ended.
    RefreshTokenReused,
    /// A session was signed out.
    SignedOut,
    /// All or all other sessions were signed out.
    SignedOutEverywhere,
    /// A password was changed by its owner.
    PasswordChanged,
    /// An account was deleted by its owner.
    AccountDeleted,
    /// An administrator looked at a user.
    UserRead,
    /// An administrator looked at the sessions of a user.
    SessionsRead,
    /// An administrator set the roles of a user.
    RolesChanged,
    /// An administrator set the scopes of a user.
    ScopesChanged,
    /// An administrator took every way in from a user.
    UserDisabled,
    /// An administrator let a user sign in again.
    UserEnabled,
    /// An administrator ended one session of a user.
    SessionRevoked,
    /// An administrator ended all sessions of a user, or went on with it.
    SessionsRevoked,
    /// An administrator deleted an account.
    UserDeleted,
    /// An operator made a room, or changed one.
    RoomChanged,
    /// An operator made somebody a member of a room, or no member any more.
    MembersChanged,
    /// An administrator asked for something that was not done.
    AdministrationRefused,
    /// An attempt was refused because of a limit.
    AttemptsLimited,
    /// A key became active and another one retired.
    KeysRotated,
    /// A key was taken out before its time.
    KeyRevoked,
    /// Every session from before a moment was ended.
    ValidFromMoved,
    /// An operator's or a schedule's action on the keys failed.
    KeysFailed,
    /// The keys could not be read again; those that were read before are still used.
    KeysNotReloaded,
    /// A verifier needed the issuer's keys and could not fetch them.
    KeysUnreachable,
    /// A verifier could not fetch the revocation feed, or not use what it fetched.
    RevocationFeedUnreachable,
    /// A guard could not ask `check`, or not use what it answered.
    CheckUnreachable,
    /// A verifier goes on with a feed that is older than its bound, as it was told to.
    RevocationFeedStale,
}
