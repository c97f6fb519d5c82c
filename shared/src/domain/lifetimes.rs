//! How long things live. Every duration of the product is a field here, in seconds.

/// The longest an access token may live, whatever is configured: a verifier refuses more (ASVS 7.3, RFC 9068 section 5).
pub const MAX_ACCESS_TOKEN_SECONDS: u64 = 3600;

/// The longest a session may live, whatever is configured: a year.
pub const MAX_SESSION_SECONDS: u64 = 366 * 24 * 3600;

/// The longest a cookie may pass without anybody asking the table, whatever is configured: a week.
pub const MAX_COOKIE_SECONDS: u64 = 7 * 24 * 3600;

/// The longest a message may be kept, whatever is configured: ten years.
pub const MAX_MESSAGE_SECONDS: u64 = 10 * 366 * 24 * 3600;

/// How long a function goes on with keys it has read, at most: it reads them again every few minutes, and an hour without
/// success is an outage. So a key that retires is still used for an hour.
pub const MAX_KEPT_SECONDS: u64 = 3600;

/// Seconds after which what a function holds is put together anew: `LATCHKEY_KEYS_RELOAD_SECONDS`. Keys are published for
/// hours before they are used, so this is only how late a revocation is seen where no sandbox is replaced.
pub const RELOAD_SECONDS: u64 = 300;

/// Lifetimes of one deployment, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// An access token: `LATCHKEY_ACCESS_TOKEN_SECONDS`, default 900. What a stolen one is worth, and how late a stateless
    /// authorizer learns of a logout.
    pub access_token: u64,
    /// How long a superseded refresh token is answered with the current one: `LATCHKEY_REFRESH_GRACE_SECONDS`, default 30.
    /// Covers parallel tabs, lost replies and SDK retries.
    pub refresh_grace: u64,
    /// For how long a cookie passes as it is: `LATCHKEY_COOKIE_FRESH_SECONDS`, default an hour. Afterwards it is replaced by a
    /// new one wherever it is seen.
    pub cookie_fresh: u64,
    /// A cookie nobody uses: `LATCHKEY_COOKIE_SECONDS`, default 8 hours. Afterwards the table is asked.
    pub cookie: u64,
    /// For how long one cookie follows the other without the table being asked: `LATCHKEY_COOKIE_UNCHECKED_SECONDS`, default a
    /// day. What a copied cookie is worth after its session has ended, where nobody asks the revocation feed.
    pub cookie_unchecked: u64,
    /// A session nobody uses: `LATCHKEY_SESSION_IDLE_SECONDS`, default 14 days; every use moves it.
    pub session_idle: u64,
    /// A session at all: `LATCHKEY_SESSION_ABSOLUTE_SECONDS`, default 30 days; nothing moves it.
    pub session_absolute: u64,
    /// A message in a room, once a newer one is there: `LATCHKEY_MESSAGE_SECONDS`, default 30 days.
    pub message: u64,
}

impl Lifetimes {
    /// For how long the table is not asked about a cookie: twice in an idle limit at least, so that nobody who is there runs into
    /// it.
    pub fn longest_unchecked(&self) -> u64 {
        self.cookie_unchecked.min(self.session_idle / 2)
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access_token: 900,
            refresh_grace: 30,
            cookie_fresh: 3600,
            cookie: 8 * 3600,
            cookie_unchecked: 24 * 3600,
            session_idle: 14 * 24 * 3600,
            session_absolute: 30 * 24 * 3600,
            message: 30 * 24 * 3600,
        }
    }
}
