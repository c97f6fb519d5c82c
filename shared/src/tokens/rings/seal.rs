//! The ring that seals refresh and session tokens.

use super::{
    GenerateError, Kind, Ring, RingError,
    secrets::{Secrets, StoredSecret},
};
use crate::{
    domain::{Random, Timestamp},
    tokens::secret::Secret,
};

/// Keys for the MAC of refresh and session tokens. A key stays until the last session sealed with it has reached its absolute
/// limit.
#[derive(Debug, Clone)]
pub struct SealRing(Secrets);

impl SealRing {
    /// Draws an active key and a next one, and gives the ring's JSON.
    ///
    /// # Errors
    /// [`GenerateError`] when there are no random bytes.
    pub fn generate(random: Random, now: Timestamp) -> Result<String, GenerateError> {
        Ring::generate(Kind::Seal, now.seconds(), &|state| StoredSecret::draw(random, state, now))
    }

    /// Parses a ring.
    ///
    /// # Errors
    /// [`RingError`], which says what to mend and quotes nothing.
    pub fn parse(json: &str) -> Result<Self, RingError> {
        Secrets::parse(Kind::Seal, json).map(Self)
    }

    /// The id of the key that seals new sessions.
    pub fn active_id(&self) -> u32 {
        self.0.active
    }

    /// The key that sealed a token, if it still proves anything at `now`.
    pub(in crate::tokens) fn find_in_time(&self, id: u32, now: Timestamp) -> Option<&Secret> {
        self.0.find_in_time(id, now)
    }

    /// The key that seals the next token of a session: the one of its first, whose time was judged when that was opened.
    pub(in crate::tokens) fn find(&self, id: u32) -> Option<&Secret> {
        self.0.find(id)
    }

    /// Sessions created before this are refused.
    pub fn valid_from(&self) -> Timestamp {
        self.0.valid_from
    }
}
