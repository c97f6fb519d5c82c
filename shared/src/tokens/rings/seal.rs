//! The ring that seals refresh and session tokens.

use super::{GenerateError, Ring, RingError, Secrets, StoredSecret};
use crate::{
    domain::{Random, Timestamp},
    tokens::secret::Secret,
};

const KIND: &str = "seal";

/// Keys for the MAC of refresh and session tokens. A key stays until the last session sealed with it has reached its absolute
/// limit.
#[derive(Debug, Clone)]
pub struct SealRing {
    secrets: Secrets,
    valid_from: Timestamp,
}

impl SealRing {
    /// Draws a ring of one key and gives its JSON.
    ///
    /// # Errors
    /// [`GenerateError`] when there are no random bytes.
    pub fn generate(random: Random, now: Timestamp) -> Result<String, GenerateError> {
        Ok(Ring::new(KIND, vec![StoredSecret::draw(random, now.seconds())?]).to_json())
    }

    /// Parses a ring.
    ///
    /// # Errors
    /// [`RingError`], which says what to mend and quotes nothing.
    pub fn parse(json: &str) -> Result<Self, RingError> {
        let ring: Ring<StoredSecret> = Ring::parse(KIND, json)?;
        Ok(Self { secrets: Secrets::open(&ring.keys)?, valid_from: Timestamp::from_seconds(ring.valid_from) })
    }

    /// The id of the key that seals new sessions.
    pub fn active_id(&self) -> u32 {
        self.secrets.active
    }

    pub(in crate::tokens) fn find(&self, id: u32) -> Option<&Secret> {
        self.secrets.find(id)
    }

    /// Sessions created before this are refused.
    pub fn valid_from(&self) -> Timestamp {
        self.valid_from
    }
}
