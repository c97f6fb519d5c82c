//! What clients make of a password, version 1: Argon2id of its NFKC form under a salt that anybody may ask for.
//!
//! The numbers are the scheme's and never follow a setting: whoever raised them would lock everybody out who signs in by a
//! client hash. They are a floor for guessing (OWASP's minimum) and what a phone does in a second or two.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    domain::{ClientHash, Password, client_hash::CLIENT_HASH_BYTES},
    error::Error,
    tokens::PepperRing,
};

/// Memory of a client hash in KiB.
pub const MEMORY_KIB: u32 = 19_456;
/// Passes over it.
pub const ITERATIONS: u32 = 2;
/// Lanes, one after the other.
pub const PARALLELISM: u32 = 1;
/// Length of a salt in bytes.
const SALT_BYTES: usize = 16;

/// What the salts of this version are derived for, and nothing else is.
const SALT_LABEL: &[u8] = b"latchkey client hash salt v1\0";

/// The salt of one address. It is public, the same for ever, and there is one for every address that can be written, whether or
/// not there is an account: it is computed from the address alone, so that it cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientSalt {
    /// Which pepper it was derived from.
    pub(super) pepper_id: u32,
    bytes: [u8; SALT_BYTES],
}

impl ClientSalt {
    /// Derives the salt from the oldest pepper: rotations only ever add younger ones.
    pub(super) fn of(peppers: &PepperRing, canonical_email: &str) -> Result<Self, Error> {
        let (pepper_id, pepper) = peppers.oldest().ok_or_else(|| Error::Internal("a ring without peppers".into()))?;
        let message = [SALT_LABEL, canonical_email.as_bytes()].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, pepper.reveal()), &message);
        let mut bytes = [0; SALT_BYTES];
        bytes.copy_from_slice(&tag.as_ref()[..SALT_BYTES]);
        Ok(Self { pepper_id, bytes })
    }

    /// As clients are told it: 22 characters of base64url.
    pub fn to_text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }
}

/// Computes what a client would have sent.
pub(super) fn hash(password: &Password, salt: &ClientSalt, arena: &mut Vec<Block>) -> Result<ClientHash, Error> {
    let broken = |error| Error::Internal(format!("Argon2: {error}"));
    let params = Params::new(MEMORY_KIB, ITERATIONS, PARALLELISM, Some(CLIENT_HASH_BYTES)).map_err(broken)?;
    if arena.len() < params.block_count() {
        arena.resize(params.block_count(), Block::default());
    }
    let mut output = [0; CLIENT_HASH_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.reveal().as_bytes(), &salt.bytes, &mut output, &mut arena[..])
        .map_err(broken)?;
    Ok(ClientHash::from_bytes(output))
}

#[cfg(test)]
mod tests;
