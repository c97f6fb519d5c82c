//! WebSocket connections: each belongs to one session, and is open for as long as a credential of that session allows.

use std::{fmt, str::FromStr};

use super::{EndCause, SessionId, Timestamp, UserId};

/// The gateway ends a connection after two hours, whatever happens on it.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
pub const MAX_CONNECTION_SECONDS: u64 = 2 * 3600;

/// For how long a handshake may not be over yet after its connection was written down, in seconds: the gateway opens it when the
/// function has answered, and waits 29 seconds for that.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
pub const HANDSHAKE_SECONDS: u64 = 30;

/// How many connections one user may have at once: some dozens of tabs and devices. Whatever ends a user's sessions has to close all
/// of them within seconds.
pub const MAX_CONNECTIONS_OF_USER: usize = 100;

/// Seconds between one `resume` and the next on a connection: some bytes that ask for up to a hundred histories.
pub const RESUME_SECONDS: u64 = 10;

/// How often a user may do so within a minute, on all connections: twice on as many as they may have.
pub const RESUMES_PER_MINUTE: u32 = 200;

/// A text that is no id of a connection or a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct InvalidConnectionId;

/// A connection's name, as the gateway gives it: base64 of a dozen bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(String);

impl ConnectionId {
    /// Reads an id. It becomes part of a URL and of keys, so nothing but letters, digits, `-`, `_` and `=` is one.
    ///
    /// # Errors
    /// [`InvalidConnectionId`].
    pub fn parse(text: &str) -> Result<Self, InvalidConnectionId> {
        let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
        let well_formed = (1..=128).contains(&text.len()) && text.bytes().all(is_ours);
        if well_formed { Ok(Self(text.to_owned())) } else { Err(InvalidConnectionId) }
    }

    /// The id as the gateway wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ConnectionId {
    type Err = InvalidConnectionId;

    fn from_str(text: &str) -> Result<Self, InvalidConnectionId> {
        Self::parse(text)
    }
}

/// The name of a ticket: the `jti` under which it is redeemed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketId(String);

impl TicketId {
    /// Reads an id: a UUID.
    ///
    /// # Errors
    /// [`InvalidConnectionId`].
    pub fn parse(text: &str) -> Result<Self, InvalidConnectionId> {
        uuid::Uuid::try_parse(text).map_err(|_| InvalidConnectionId)?;
        Ok(Self(text.to_owned()))
    }

    /// The id as it was issued.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An open connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Which one.
    pub id: ConnectionId,
    /// Whose.
    pub user_id: UserId,
    /// Of which session.
    pub session_id: SessionId,
    /// The user's epoch when it was opened.
    pub epoch: u64,
    /// When it was opened.
    pub connected_at: Timestamp,
    /// The first second at which its credential is no longer good. A newer one moves it.
    pub good_until: Timestamp,
    /// When everything was last asked for on it: since then it has to hear whatever its user joins.
    pub resumed_at: Option<Timestamp>,
}

impl Connection {
    /// Seconds until everything may be asked for on it again.
    pub fn resumes_in(&self, now: Timestamp) -> u64 {
        self.resumed_at.map_or(0, |at| RESUME_SECONDS.saturating_sub(now.since(at)))
    }

    /// When nobody has to know of it any more.
    pub fn forgotten_at(&self) -> Timestamp {
        self.connected_at.plus(MAX_CONNECTION_SECONDS + 600)
    }

    /// Whether what is sent on it counts.
    pub fn is_good(&self, now: Timestamp) -> bool {
        now < self.good_until
    }

    /// Whether the gateway may not know it yet.
    pub fn may_be_opening(&self, now: Timestamp) -> bool {
        now.since(self.connected_at) < HANDSHAKE_SECONDS
    }
}

/// Why the server closes a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Its session is over.
    Ended(EndCause),
    /// Its credential is no longer good, and no newer one came.
    Expired,
    /// A newer credential was of somebody else, or of another session.
    OtherIdentity,
    /// Nobody knows it: whatever it was told, it may be nothing.
    Unknown,
    /// It has missed a frame, and may never find out.
    Unreachable,
}

impl Closing {
    /// The cause as clients are told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ended(cause) => cause.as_str(),
            Self::Expired => "expired",
            Self::OtherIdentity => "other-identity",
            Self::Unknown => "unknown-connection",
            Self::Unreachable => "unreachable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_can_stand_in_a_url_and_in_a_key() {
        for good in ["L0SM9cOFvHcCIhw=", "a", "0123456789abcdef", "a-b_c"] {
            assert_eq!(ConnectionId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a/b", "a#b", "a%2f", "..", "a b", "\u{e9}", &"a".repeat(129)] {
            assert_eq!(ConnectionId::parse(bad), Err(InvalidConnectionId), "{bad}");
        }
    }
}
