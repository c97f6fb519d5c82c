//! What a caller shows, and who they turn out to be.

use super::{AccessClaims, CookieClaims, Subject};
use crate::domain::{SessionId, Timestamp, UserId};

/// What a caller shows, as it came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// An access token or a session token.
    Token(&'a str),
    /// A cookie's value.
    Cookie(&'a str),
}

/// A caller, proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who, in which session.
    pub subject: Subject,
    /// When the credential they showed stops being good.
    pub expires_at: Timestamp,
}

impl Identity {
    /// The user.
    pub fn user_id(&self) -> UserId {
        self.subject.user_id
    }

    /// The session.
    pub fn session_id(&self) -> SessionId {
        self.subject.session_id
    }
}

impl From<AccessClaims> for Identity {
    fn from(claims: AccessClaims) -> Self {
        Self { subject: claims.subject, expires_at: claims.expires_at }
    }
}

impl From<CookieClaims> for Identity {
    fn from(claims: CookieClaims) -> Self {
        Self { subject: claims.subject, expires_at: claims.expires_at }
    }
}
