//! Password hashing: Argon2id (RFC 9106) with a keyed pepper, the same work whether or not there is anybody to check.

mod guesses;
mod hash;
mod policy;
mod wordlist;

pub use policy::PasswordPolicy;

use std::sync::{Mutex, PoisonError};

use argon2::Block;

use crate::{
    domain::{Password, Random},
    error::Error,
    tokens::PepperRing,
};

/// The work of one hash: OWASP's minimum for Argon2id is the default, m = 19456 KiB, t = 2, p = 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashWork {
    /// Memory in KiB: `LATCHKEY_ARGON2_MEMORY_KIB`, default 19456.
    pub memory_kib: u32,
    /// Passes over it: `LATCHKEY_ARGON2_ITERATIONS`, default 2.
    pub iterations: u32,
}

impl Default for HashWork {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2 }
    }
}

/// What a password turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one.
    Right {
        /// Its hash was made with less work or an older pepper than today's, and is worth making again.
        needs_rehash: bool,
    },
    /// It is not.
    Wrong,
}

/// Hashes and verifies passwords. Holds the memory of one hash, because touching 19 MiB for the first time costs as much as a
/// third of the hash itself.
pub struct Passwords {
    peppers: PepperRing,
    work: HashWork,
    arena: Mutex<Vec<Block>>,
}

impl Passwords {
    /// Hashes with `work` from now on; verifies whatever work a stored hash names, within bounds.
    pub fn new(peppers: PepperRing, work: HashWork) -> Self {
        Self { peppers, work, arena: Mutex::default() }
    }

    /// Hashes a password under a fresh salt and the active pepper. Gives a PHC string that names both.
    ///
    /// # Errors
    /// [`Error::Unavailable`] without random bytes, [`Error::Internal`] when the parameters are refused.
    pub fn hash(&self, password: &Password, random: Random) -> Result<String, Error> {
        let recipe = hash::Recipe::new(self.work, self.peppers.active_id(), random.draw()?)?;
        let output = self.run(&recipe, password)?;
        recipe.to_phc(&output)
    }

    /// Compares a password with a stored hash, in constant time.
    ///
    /// # Errors
    /// [`Error::Internal`] when the stored hash is none of ours: of another algorithm, of unreasonable work, or of a pepper
    /// that is gone. Nobody signs in with it.
    pub fn verify(&self, password: &Password, stored: &str) -> Result<Verdict, Error> {
        let (recipe, expected) = hash::Recipe::from_phc(stored)?;
        let output = self.run(&recipe, password)?;
        if !bool::from(subtle::ConstantTimeEq::ct_eq(&output[..], &expected[..])) {
            return Ok(Verdict::Wrong);
        }
        let needs_rehash = recipe.is_weaker_than(self.work) || recipe.pepper_id() != self.peppers.active_id();
        Ok(Verdict::Right { needs_rehash })
    }

    /// Does the work of [`Self::verify`] for a user who does not exist, and finds nothing.
    ///
    /// # Errors
    /// As [`Self::hash`].
    pub fn verify_nobody(&self, password: &Password) -> Result<(), Error> {
        let recipe = hash::Recipe::new(self.work, self.peppers.active_id(), [0; 16])?;
        self.run(&recipe, password).map(drop)
    }

    fn run(&self, recipe: &hash::Recipe, password: &Password) -> Result<[u8; hash::OUTPUT_BYTES], Error> {
        let pepper = self
            .peppers
            .find(recipe.pepper_id())
            .ok_or_else(|| Error::Internal("a password names a pepper that is gone".into()))?;
        let mut arena = self.arena.lock().unwrap_or_else(PoisonError::into_inner);
        recipe.run(password, pepper, &mut arena)
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords")
    }
}

#[cfg(test)]
mod tests;
