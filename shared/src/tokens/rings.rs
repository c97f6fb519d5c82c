//! Key rings: the three kinds of secret a deployment holds, each a JSON text in its own secret (or file, in development).
//!
//! | ring | makes | read by |
//! |---|---|---|
//! | `sign` | signatures of JWTs | register, login, refresh |
//! | `seal` | the MAC of refresh and session tokens | register, login, refresh, logout, session-authorizer |
//! | `pepper` | the secret input of password hashes | register, login, me |

mod pepper;
mod seal;
mod sign;

pub use pepper::PepperRing;
pub use seal::SealRing;
pub use sign::SignRing;
pub(super) use sign::SigningKey;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::secret::{InvalidSecret, Secret};
use crate::domain::{Random, random::NoRandomness};

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
    /// A key of the wrong length or a sample.
    #[error("key {position} is not usable: {reason}")]
    UnusableKey {
        /// Position in the ring.
        position: usize,
        /// What is wrong.
        reason: &'static str,
    },
}

/// Why no ring could be made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// No random bytes.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The crypto library refused.
    #[error("the key could not be generated")]
    Crypto,
}

/// The part all rings share.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ring<K> {
    version: u8,
    kind: String,
    /// Credentials of sessions created before this second are refused.
    #[serde(default)]
    valid_from: u64,
    keys: Vec<K>,
}

impl<K: for<'de> Deserialize<'de> + Serialize> Ring<K> {
    const VERSION: u8 = 1;

    fn new(kind: &str, keys: Vec<K>) -> Self {
        Self { version: Self::VERSION, kind: kind.to_owned(), valid_from: 0, keys }
    }

    fn parse(kind: &str, json: &str) -> Result<Self, RingError> {
        let malformed = |error: serde_json::Error| RingError::Malformed { line: error.line(), column: error.column() };
        let ring: Self = serde_json::from_str(json).map_err(malformed)?;
        if ring.kind != kind {
            return Err(RingError::WrongKind(ring.kind));
        }
        if ring.version != Self::VERSION {
            return Err(RingError::Malformed { line: 1, column: 1 });
        }
        Ok(ring)
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Where a key is in its life. A `next` key is published and does not sign yet; a `retired` one only verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Next,
    Active,
    Retired,
}

/// A symmetric key as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSecret {
    id: u32,
    state: State,
    created_at: u64,
    secret: String,
}

impl StoredSecret {
    fn draw(random: Random, now: u64) -> Result<Self, NoRandomness> {
        let id = u32::from_be_bytes(random.draw()?);
        let secret: [u8; super::secret::SECRET_BYTES] = random.draw()?;
        Ok(Self { id, state: State::Active, created_at: now, secret: STANDARD.encode(secret) })
    }

    fn open(&self) -> Result<Secret, &'static str> {
        let bytes = STANDARD.decode(&self.secret).map_err(|_| "not base64")?;
        Secret::parse(&bytes).map_err(|reason| match reason {
            InvalidSecret::Length => "it is not 32 bytes long",
            InvalidSecret::Sample => "it is a sample, not random",
        })
    }
}

/// The symmetric keys of a ring: which one makes new things, and all that still prove old ones.
#[derive(Debug, Clone)]
struct Secrets {
    active: u32,
    keys: Vec<(u32, Secret)>,
}

impl Secrets {
    fn open(stored: &[StoredSecret]) -> Result<Self, RingError> {
        let open = |(position, key): (usize, &StoredSecret)| {
            let secret = key.open().map_err(|reason| RingError::UnusableKey { position, reason })?;
            Ok((key.id, secret))
        };
        let keys = stored.iter().enumerate().map(open).collect::<Result<_, RingError>>()?;
        let mut active = stored.iter().filter(|key| key.state == State::Active);
        match (active.next(), active.next()) {
            (Some(key), None) => Ok(Self { active: key.id, keys }),
            _ => Err(RingError::NoActiveKey),
        }
    }

    fn find(&self, id: u32) -> Option<&Secret> {
        self.keys.iter().find(|(key, _)| *key == id).map(|(_, secret)| secret)
    }
}
