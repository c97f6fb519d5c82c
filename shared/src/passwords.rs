//! Password hashing: Argon2id (RFC 9106) with a keyed pepper, the same work whether or not there is anybody to check.

pub mod client;
mod guesses;
mod hash;
mod policy;
mod wordlist;

pub use client::ClientSalt;
pub use policy::PasswordPolicy;

use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::Block;
use subtle::{Choice, ConstantTimeEq};

use crate::{
    domain::{ClientHash, ClientHashing, Password, Proof, Random},
    error::{Error, FieldError},
    tokens::PepperRing,
};
use hash::{Kind, OUTPUT_BYTES, Recipe, SALT_BYTES, Stored};

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

/// The work of a client hash's hash: next to none, because each guess has cost the work of the client hash already, and nobody
/// guesses a client hash itself. RFC 9106 allows no less memory.
const CLIENT_HASH_WORK: HashWork = HashWork { memory_kib: 8, iterations: 1 };

/// What a password turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one.
    Right {
        /// Its hash is of the other spelling, or was made with less work or an older pepper than today's: worth making again.
        needs_rehash: bool,
    },
    /// It is not.
    Wrong,
}

/// What somebody proves to know, in every spelling that it may be compared in.
#[derive(Debug)]
pub struct Candidate<'a> {
    salt: ClientSalt,
    spelled: Spelled<'a>,
}

#[derive(Debug)]
enum Spelled<'a> {
    /// Where clients send passwords.
    Password(&'a Password),
    /// A password, and the client hash that is derived from it, where accounts move from one to the other.
    Both(&'a Password, ClientHash),
    ClientHash(&'a ClientHash),
}

impl Candidate<'_> {
    /// What is hashed to be stored.
    fn kind(&self) -> Kind {
        match self.spelled {
            Spelled::Password(_) => Kind::Password,
            Spelled::Both(..) | Spelled::ClientHash(_) => Kind::ClientHash { salt_pepper: self.salt.pepper_id },
        }
    }
}

/// Hashes and verifies passwords. Holds the memory of one hash, because touching 19 MiB for the first time costs as much as a
/// third of the hash itself.
pub struct Passwords {
    peppers: PepperRing,
    work: HashWork,
    client_hashing: ClientHashing,
    arena: Mutex<Vec<Block>>,
}

impl Passwords {
    /// Hashes with `work` from now on; verifies whatever work a stored hash names, within bounds.
    pub fn new(peppers: PepperRing, work: HashWork, client_hashing: ClientHashing) -> Self {
        Self { peppers, work, client_hashing, arena: Mutex::default() }
    }

    /// Whether clients hash.
    pub fn client_hashing(&self) -> ClientHashing {
        self.client_hashing
    }

    /// The salt of an address for the hash that clients make.
    ///
    /// # Errors
    /// [`Error::Internal`] without a pepper.
    pub fn client_salt(&self, canonical_email: &str) -> Result<ClientSalt, Error> {
        ClientSalt::of(&self.peppers, canonical_email)
    }

    /// Makes ready what somebody at this address has sent, the client hash as `hash_at`. A client hash beside its password is
    /// compared with the password alone, whosever it is: a client that computes it wrongly is told before anybody moves.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] when the two are not one password.
    pub fn prepare<'a>(
        &self,
        proof: &'a Proof,
        canonical_email: &str,
        hash_at: &'static str,
    ) -> Result<Candidate<'a>, Error> {
        let salt = self.client_salt(canonical_email)?;
        let spelled = match proof {
            Proof::ClientHash(sent) => Spelled::ClientHash(sent),
            Proof::Password { password, .. } if self.client_hashing == ClientHashing::Off => {
                Spelled::Password(password)
            }
            Proof::Password { password, client_hash: sent } => {
                let derived = self.derive(password, &salt)?;
                if sent.as_ref().is_some_and(|sent| !sent.is_same_as(&derived)) {
                    return Err(Error::InvalidInput(vec![FieldError::new(hash_at, "is not that of the password")]));
                }
                Spelled::Both(password, derived)
            }
        };
        Ok(Candidate { salt, spelled })
    }

    /// Hashes under a fresh salt and the active pepper. Gives a PHC string that names both.
    ///
    /// # Errors
    /// [`Error::Unavailable`] without random bytes, [`Error::Internal`] when the parameters are refused.
    pub fn hash(&self, candidate: &Candidate<'_>, random: Random) -> Result<String, Error> {
        let recipe = self.recipe(candidate.kind(), random.draw()?)?;
        let output = match &candidate.spelled {
            Spelled::Password(password) => self.run(&recipe, password.reveal().as_bytes()),
            Spelled::Both(_, hash) => self.run(&recipe, hash.reveal()),
            Spelled::ClientHash(hash) => self.run(&recipe, hash.reveal()),
        };
        recipe.to_phc(&output?)
    }

    /// Compares with a stored hash, in constant time, or with nobody's. What was sent decides about the work, never what is
    /// stored, except for an account that still has a client hash where they are `off` again.
    ///
    /// # Errors
    /// [`Error::Internal`] when the stored hash is none of ours: of another algorithm, of unreasonable work, or of a pepper
    /// that is gone. Nobody signs in with it.
    pub fn verify(&self, candidate: &Candidate<'_>, stored: Option<&str>) -> Result<Verdict, Error> {
        let stored = stored.map(Stored::from_phc).transpose()?;
        let of_client = Kind::ClientHash { salt_pepper: candidate.salt.pepper_id };
        let kind = stored.as_ref().map(|stored| stored.recipe.kind());
        if kind.is_some_and(|kind| kind != Kind::Password && kind != of_client) {
            return Err(Error::Internal("the pepper is gone that the salts of client hashes were made of".into()));
        }
        let compare_client = |hash: &ClientHash| self.compare(of_client, hash.reveal(), stored.as_ref());
        let compare = |password: &Password| self.compare(Kind::Password, password.reveal().as_bytes(), stored.as_ref());
        let is_right = match &candidate.spelled {
            Spelled::Password(password) if kind == Some(of_client) => {
                compare_client(&self.derive(password, &candidate.salt)?)?
            }
            Spelled::Password(password) => compare(password)?,
            Spelled::Both(password, hash) => compare(password)? | compare_client(hash)?,
            Spelled::ClientHash(hash) => compare_client(hash)?,
        };
        Ok(match stored {
            Some(stored) if bool::from(is_right) => {
                Verdict::Right { needs_rehash: self.is_outdated(&stored.recipe, candidate.kind()) }
            }
            _ => Verdict::Wrong,
        })
    }

    /// Compares with what is stored, if it is of this kind. Otherwise does the same work and finds nothing.
    fn compare(&self, kind: Kind, input: &[u8], stored: Option<&Stored>) -> Result<Choice, Error> {
        match stored.filter(|stored| stored.recipe.kind() == kind) {
            Some(stored) => Ok(self.run(&stored.recipe, input)?.ct_eq(&stored.hash)),
            None => self.run(&self.recipe(kind, [0; SALT_BYTES])?, input).map(|_| Choice::from(0)),
        }
    }

    fn is_outdated(&self, stored: &Recipe, wanted: Kind) -> bool {
        stored.kind() != wanted
            || stored.is_weaker_than(self.work_of(wanted))
            || stored.pepper_id() != self.peppers.active_id()
    }

    fn work_of(&self, kind: Kind) -> HashWork {
        match kind {
            Kind::Password => self.work,
            Kind::ClientHash { .. } => CLIENT_HASH_WORK,
        }
    }

    fn recipe(&self, kind: Kind, salt: [u8; SALT_BYTES]) -> Result<Recipe, Error> {
        Recipe::new(kind, self.work_of(kind), self.peppers.active_id(), salt)
    }

    fn derive(&self, password: &Password, salt: &ClientSalt) -> Result<ClientHash, Error> {
        client::hash(password, salt, &mut self.arena())
    }

    fn run(&self, recipe: &Recipe, input: &[u8]) -> Result<[u8; OUTPUT_BYTES], Error> {
        let pepper = self
            .peppers
            .find(recipe.pepper_id())
            .ok_or_else(|| Error::Internal("a password names a pepper that is gone".into()))?;
        recipe.run(input, pepper, &mut self.arena())
    }

    fn arena(&self) -> MutexGuard<'_, Vec<Block>> {
        self.arena.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords")
    }
}

#[cfg(test)]
mod tests;
