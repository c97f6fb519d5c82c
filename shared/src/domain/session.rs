//! A session: the root of everything a sign-in gives.

use std::{fmt, net::IpAddr};

use super::{SessionId, Timestamp, UserId};

/// How many rotations a session remembers, and so the most it makes within one grace period.
pub const REMEMBERED_ROTATIONS: usize = 4;

/// SHA-256 of a session's seed: what the table holds instead of the seed, so that a dump of it makes no token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SeedHash(pub [u8; 32]);

impl fmt::Debug for SeedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeedHash")
    }
}

/// One signed-in device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub user_id: UserId,
    /// Which one.
    pub id: SessionId,
    /// When the user signed in: the `auth_time` of its tokens.
    pub created_at: Timestamp,
    /// The user's epoch at sign-in.
    pub epoch: u64,
    /// How the user proved who they are (RFC 8176), such as `pwd`.
    pub amr: Vec<String>,
    /// The hash of the seed that every credential of this session is made of.
    pub seed_hash: SeedHash,
    /// Generation of the refresh token that is current; the first is 1.
    pub generation: u32,
    /// When the last four rotations happened, newest first; 0 where there was none.
    pub rotated_at: [Timestamp; REMEMBERED_ROTATIONS],
    /// Last use, as far as it was written.
    pub last_used_at: Timestamp,
    /// The idle limit: moved by every rotation. Also the table's TTL.
    pub idle_expires_at: Timestamp,
    /// The absolute limit: never moved.
    pub absolute_expires_at: Timestamp,
    /// The network address of the sign-in.
    pub address: IpAddr,
    /// The user agent of the sign-in.
    pub user_agent: Option<String>,
    /// Set once, when the session ends: the item stays as a tombstone that says why.
    pub ended: Option<Ended>,
}

/// Why and when a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Why.
    pub cause: EndCause,
    /// When.
    pub at: Timestamp,
}

/// Every way a session can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndCause {
    /// The user signed this session out.
    Logout,
    /// The user signed out other sessions or all of them.
    LogoutAll,
    /// An administrator ended it.
    RevokedByAdmin,
    /// The password was changed.
    PasswordChanged,
    /// A refresh token was presented that had been superseded longer ago than the grace, or never issued.
    ReuseDetected,
    /// It was not used for too long.
    Idle,
    /// It reached its absolute limit.
    Absolute,
    /// The account is gone.
    AccountDeleted,
}

impl EndCause {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Logout, "logout"),
        (Self::LogoutAll, "logout-all"),
        (Self::RevokedByAdmin, "revoked-by-admin"),
        (Self::PasswordChanged, "password-changed"),
        (Self::ReuseDetected, "reuse-detected"),
        (Self::Idle, "idle"),
        (Self::Absolute, "absolute"),
        (Self::AccountDeleted, "account-deleted"),
    ];

    /// The cause as it is stored, logged and told to clients.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(cause, _)| *cause == self).map_or("", |(_, text)| text)
    }

    /// Reads a stored cause.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == text).map(|(cause, _)| *cause)
    }
}

impl Session {
    /// When the session ends if nobody uses it: the nearer of its two limits.
    pub fn expires_at(&self) -> Timestamp {
        self.idle_expires_at.min(self.absolute_expires_at)
    }

    /// Neither ended nor expired. TTL deletion is days late, so an item being there says nothing.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.expired(now).is_none()
    }

    /// Which of its limits a session has reached, if it has.
    pub fn expired(&self, now: Timestamp) -> Option<EndCause> {
        match now {
            _ if now >= self.absolute_expires_at => Some(EndCause::Absolute),
            _ if now >= self.idle_expires_at => Some(EndCause::Idle),
            _ => None,
        }
    }

    /// When the refresh token of `generation` was replaced, if that is one of the remembered rotations.
    pub fn superseded_at(&self, generation: u32) -> Option<Timestamp> {
        let rotations_since = self.generation.checked_sub(generation)?.checked_sub(1)?;
        let position = usize::try_from(rotations_since).ok()?;
        self.rotated_at.get(position).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_reads_back() {
        for (cause, text) in EndCause::ALL {
            assert_eq!((cause.as_str(), EndCause::parse(text)), (text, Some(cause)));
        }
        assert_eq!(EndCause::parse("other"), None);
    }
}
