//! Key rings: the three kinds of secret a deployment holds, each a JSON text in its own secret (or file, in development).
//!
//! | ring | makes | read by |
//! |---|---|---|
//! | `sign` | signatures of JWTs | register, login, refresh, check, me |
//! | `seal` | the MAC of refresh and session tokens | register, login, refresh, check, logout, sessions, me, session-authorizer |
//! | `pepper` | the secret input of password hashes, and the salts of client hashes | register, login, me |
//!
//! A ring holds one `active` key, which makes new things, one `next` key, which everybody already knows, and `retired` keys,
//! which still prove what they made. How keys go from one to the other is in [`rotation`].

mod change;
mod kind;
mod pepper;
pub mod rotation;
mod seal;
mod secrets;
mod sign;

pub use change::{Change, ChangeError, Changed, KeyInfo, Maker, change, generate, list, revision};
pub use kind::Kind;
pub use pepper::PepperRing;
pub use rotation::State;
pub use seal::SealRing;
pub use sign::SignRing;
pub(super) use sign::SigningKey;

use serde::{Deserialize, Serialize};

use crate::domain::random::NoRandomness;
use rotation::RingKey;

/// Why a text is no key ring. Never quotes the text.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    /// Not the JSON of a ring; says where, not what.
    #[error("the key ring is not valid JSON of version 1 (line {line}, column {column})")]
    Malformed {
        /// Line of the first mistake.
        line: usize,
        /// Column of the first mistake.
        column: usize,
    },
    /// A ring of another kind, such as the seal ring where the sign ring belongs.
    #[error("this is the `{0}` key ring, another one belongs here")]
    WrongKind(String),
    /// No key, or not exactly one that is active.
    #[error("the key ring needs exactly one active key")]
    NoActiveKey,
    /// Several keys wait to become active.
    #[error("the key ring has more than one next key")]
    TwoNextKeys,
    /// A key of the wrong length or a sample.
    #[error("key {position} is not usable: {reason}")]
    UnusableKey {
        /// Position in the ring.
        position: usize,
        /// What is wrong.
        reason: &'static str,
    },
}

/// Why no key could be made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// No random bytes.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The crypto library refused.
    #[error("the key could not be generated")]
    Crypto,
}

/// The part all rings share. Members that nobody knows are ignored, here and in keys: a function of an earlier version still
/// starts with the ring of a later one, after a rollback. `version` is for what it must not start with.
#[derive(Serialize, Deserialize)]
struct Ring<K> {
    version: u8,
    kind: String,
    /// Credentials of sessions created before this second are refused.
    #[serde(default)]
    valid_from: u64,
    /// Grows with every change: of two rings, or of what was published of them, the greater one is the later.
    #[serde(default)]
    revision: u64,
    keys: Vec<K>,
}

impl<K: RingKey> Ring<K> {
    const VERSION: u8 = 1;

    /// The first ring: an active key and a next one.
    fn generate(kind: Kind, now: u64, draw: rotation::Draw<'_, K>) -> Result<String, GenerateError> {
        let keys = vec![draw(State::Active)?, draw(State::Next)?];
        let ring = Self { version: Self::VERSION, kind: kind.as_str().to_owned(), valid_from: 0, revision: now, keys };
        Ok(ring.to_json())
    }

    fn parse(kind: Kind, json: &str) -> Result<Self, RingError> {
        let malformed = |error: serde_json::Error| RingError::Malformed { line: error.line(), column: error.column() };
        let ring: Self = serde_json::from_str(json).map_err(malformed)?;
        if ring.kind != kind.as_str() {
            return Err(RingError::WrongKind(ring.kind));
        }
        if ring.version != Self::VERSION {
            return Err(RingError::Malformed { line: 1, column: 1 });
        }
        ring.check()?;
        Ok(ring)
    }

    /// Exactly one active key, and at most one that is next: rings of earlier versions have none.
    fn check(&self) -> Result<(), RingError> {
        let count = |state| self.keys.iter().filter(|key| key.life().state == state).count();
        match (count(State::Active), count(State::Next)) {
            (1, 0 | 1) => Ok(()),
            (1, _) => Err(RingError::TwoNextKeys),
            _ => Err(RingError::NoActiveKey),
        }
    }

    /// The id of every key, in the ring's order.
    fn ids(&self) -> Result<Vec<String>, RingError> {
        let id = |(position, key): (usize, &K)| key.id().map_err(|reason| RingError::UnusableKey { position, reason });
        self.keys.iter().enumerate().map(id).collect()
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
