//! Symmetric keys: what the rings that seal and pepper consist of.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::{
    GenerateError, Kind, Ring, RingError, State,
    rotation::{Life, RingKey},
};
use crate::{
    domain::{Random, Timestamp},
    tokens::secret::{InvalidSecret, SECRET_BYTES, Secret},
};

/// A symmetric key as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredSecret {
    id: u32,
    state: State,
    created_at: u64,
    /// The first second at which it proves nothing any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_after: Option<u64>,
    secret: String,
}

impl RingKey for StoredSecret {
    fn id(&self) -> Result<String, &'static str> {
        Ok(self.id.to_string())
    }

    fn life(&self) -> Life {
        Life { state: self.state, created_at: self.created_at, not_after: self.not_after }
    }

    fn set(&mut self, state: State, not_after: Option<u64>) {
        (self.state, self.not_after) = (state, not_after);
    }
}

impl StoredSecret {
    /// Ids are drawn, not counted: the number of a key that was revoked must never come back for another one.
    pub(super) fn draw(random: Random, state: State, now: Timestamp) -> Result<Self, GenerateError> {
        let id = u32::from_be_bytes(random.draw()?);
        let secret: [u8; SECRET_BYTES] = random.draw()?;
        Ok(Self { id, state, created_at: now.seconds(), not_after: None, secret: STANDARD.encode(secret) })
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
pub(super) struct Secrets {
    pub(super) active: u32,
    pub(super) valid_from: Timestamp,
    keys: Vec<Opened>,
}

#[derive(Debug, Clone)]
struct Opened {
    id: u32,
    not_after: Option<Timestamp>,
    secret: Secret,
}

impl Secrets {
    pub(super) fn parse(kind: Kind, json: &str) -> Result<Self, RingError> {
        let ring: Ring<StoredSecret> = Ring::parse(kind, json)?;
        let open = |(position, key): (usize, &StoredSecret)| {
            let secret = key.open().map_err(|reason| RingError::UnusableKey { position, reason })?;
            Ok(Opened { id: key.id, not_after: key.not_after.map(Timestamp::from_seconds), secret })
        };
        let keys = ring.keys.iter().enumerate().map(open).collect::<Result<_, RingError>>()?;
        let active = ring.keys.iter().find(|key| key.state == State::Active).ok_or(RingError::NoActiveKey)?;
        Ok(Self { active: active.id, valid_from: Timestamp::from_seconds(ring.valid_from), keys })
    }

    /// The first key of the ring, and its id.
    pub(super) fn first(&self) -> Option<(u32, &Secret)> {
        self.keys.first().map(|key| (key.id, &key.secret))
    }

    /// The key of this id, whatever its time.
    pub(super) fn find(&self, id: u32) -> Option<&Secret> {
        self.keys.iter().find(|key| key.id == id).map(|key| &key.secret)
    }

    /// The key of this id, if it still proves anything at `now`.
    pub(super) fn find_in_time(&self, id: u32, now: Timestamp) -> Option<&Secret> {
        let in_time = |key: &&Opened| key.not_after.is_none_or(|end| now < end);
        self.keys.iter().find(|key| key.id == id).filter(in_time).map(|key| &key.secret)
    }
}
