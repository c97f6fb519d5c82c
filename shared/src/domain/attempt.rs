//! Attempts at something that must not be tried without end: signing in, registering, proving a password.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Timestamp;

/// How often something may be tried within one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptLimits {
    /// Attempts on one account: `LATCHKEY_ATTEMPTS_PER_ACCOUNT`, default 10.
    pub per_account: u32,
    /// Attempts from one network: `LATCHKEY_ATTEMPTS_PER_SOURCE`, default 100; an office or a school shares one.
    pub per_source: u32,
    /// Length of the window in seconds: `LATCHKEY_ATTEMPT_WINDOW_SECONDS`, default 900.
    pub window: u64,
}

impl Default for AttemptLimits {
    fn default() -> Self {
        Self { per_account: 10, per_source: 100, window: 900 }
    }
}

/// Names one counter. Made of a hash, so that the table of counters is no list of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttemptKey(String);

impl AttemptKey {
    /// The counter of `subject` (a canonical email, a network) for one `purpose` in the window that holds `now`.
    pub fn new(purpose: &str, subject: &str, window: u64, now: Timestamp) -> Self {
        let number = now.seconds() / window.max(1);
        let hash = digest(&SHA256, subject.as_bytes());
        Self(format!("attempts#{purpose}#{}#{number}", URL_SAFE_NO_PAD.encode(hash)))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is attempted: each has counters of its own, so that registering an address never locks its owner out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Proving a password, to sign in or to confirm something.
    Password,
    /// Making an account.
    Registration,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Registration => "registration",
        }
    }
}

/// One attempt, to be reserved before any work is done for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Counts by account, whether or not it exists.
    pub account: AttemptKey,
    /// Counts by network.
    pub source: AttemptKey,
    /// The limits of both.
    pub limits: AttemptLimits,
    /// When the attempt is made.
    pub now: Timestamp,
}

impl Attempt {
    /// An attempt at `purpose` on `account` (a canonical email) from `network`.
    pub fn new(purpose: Purpose, account: &str, network: &str, limits: AttemptLimits, now: Timestamp) -> Self {
        let purpose = purpose.as_str();
        Self {
            account: AttemptKey::new(&format!("{purpose}-account"), account, limits.window, now),
            source: AttemptKey::new(&format!("{purpose}-source"), network, limits.window, now),
            limits,
            now,
        }
    }

    /// When the window ends and the counters start over.
    pub fn window_end(&self) -> Timestamp {
        let window = self.limits.window.max(1);
        Timestamp::from_seconds((self.now.seconds() / window + 1).saturating_mul(window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_starts_over_exactly_at_the_end_of_its_window() {
        let limits = AttemptLimits { window: 900, ..AttemptLimits::default() };
        let at = |seconds| {
            Attempt::new(Purpose::Password, "a@b.example", "192.0.2.1", limits, Timestamp::from_seconds(seconds))
        };
        assert_eq!(at(900).account, at(1799).account);
        assert_ne!(at(1799).account, at(1800).account);
        assert_eq!(at(1799).window_end(), Timestamp::from_seconds(1800));
    }

    #[test]
    fn a_counter_does_not_name_the_address() {
        let key = AttemptKey::new("account", "ada@example.com", 900, Timestamp::from_seconds(0));
        assert!(!key.as_str().contains("ada"));
    }
}
