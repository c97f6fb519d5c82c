//! The ring that peppers password hashes.

use super::{
    GenerateError, Kind, Ring, RingError,
    secrets::{Secrets, StoredSecret},
};
use crate::{
    domain::{Random, Timestamp},
    tokens::secret::Secret,
};

/// Peppers: secret inputs of the password hash, so that a dump of the table alone cannot be guessed against. A pepper stays
/// until somebody revokes it: while it does, passwords that name it can be verified, and are hashed again with the active one.
#[derive(Debug, Clone)]
pub struct PepperRing(Secrets);

impl PepperRing {
    /// Draws an active key and a next one, and gives the ring's JSON.
    ///
    /// # Errors
    /// [`GenerateError`] when there are no random bytes.
    pub fn generate(random: Random, now: Timestamp) -> Result<String, GenerateError> {
        Ring::generate(Kind::Pepper, now.seconds(), &|state| StoredSecret::draw(random, state, now))
    }

    /// Parses a ring.
    ///
    /// # Errors
    /// [`RingError`], which says what to mend and quotes nothing.
    pub fn parse(json: &str) -> Result<Self, RingError> {
        Secrets::parse(Kind::Pepper, json).map(Self)
    }

    /// The id of the pepper of new hashes.
    pub fn active_id(&self) -> u32 {
        self.0.active
    }

    /// The pepper that was there first, and its id. Rings only grow at their end, so it stays the same until it is revoked.
    pub fn oldest(&self) -> Option<(u32, &Secret)> {
        self.0.first()
    }

    /// The pepper named `id`.
    pub fn find(&self, id: u32) -> Option<&Secret> {
        self.0.find(id)
    }
}
