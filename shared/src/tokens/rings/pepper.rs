//! The ring that peppers password hashes.

use super::{GenerateError, Ring, RingError, Secrets, StoredSecret};
use crate::{
    domain::{Random, Timestamp},
    tokens::secret::Secret,
};

const KIND: &str = "pepper";

/// Peppers: secret inputs of the password hash, so that a dump of the table alone cannot be guessed against. A pepper stays
/// while any password names it.
#[derive(Debug, Clone)]
pub struct PepperRing(Secrets);

impl PepperRing {
    /// Draws a ring of one pepper and gives its JSON.
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
        Ok(Self(Secrets::open(&ring.keys)?))
    }

    /// The id of the pepper of new hashes.
    pub fn active_id(&self) -> u32 {
        self.0.active
    }

    /// The pepper named `id`.
    pub fn find(&self, id: u32) -> Option<&Secret> {
        self.0.find(id)
    }
}
