//! Refresh and session tokens: opaque to everybody else, sealed with a MAC so that garbage is refused before any read.
//!
//! ```text
//! lkr_ base64url( 1 ‖ user id 16 ‖ session id 16 ‖ generation 4 ‖ seed 16 ‖ key id 4 ‖ MAC 32 )
//! lkc_ the same, the half of a cookie that renews it
//! lks_ base64url( 1 ‖ user id 16 ‖ session id 16 ‖                seed 16 ‖ key id 4 ‖ MAC 32 )
//! ```
//!
//! The MAC is HMAC-SHA-256 over label, issuer and all that precedes it. The table holds SHA-256 of the seed. So neither a dump
//! of the table nor the MAC key alone makes a token, and a token of one label or issuer is none of another.

use std::fmt;

use aws_lc_rs::{digest, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use super::SealRing;
use crate::{
    domain::{SeedHash, SessionId, Timestamp, UserId},
    error::Refusal,
};

const VERSION: u8 = 1;
const MAC_BYTES: usize = 32;

/// 128 random bits drawn at sign-in: the secret of a session.
#[derive(Clone, Copy)]
pub struct Seed([u8; 16]);

impl Seed {
    /// Takes 16 freshly drawn bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// What the table holds of it.
    pub fn hash(&self) -> SeedHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, &self.0).as_ref());
        SeedHash(hash)
    }

    /// Whether this is the seed that was hashed, in constant time.
    pub fn matches(&self, hash: &SeedHash) -> bool {
        self.hash().0.ct_eq(&hash.0).into()
    }
}

/// A token in the clear, to be shown to its owner once.
pub struct Sealed(String);

impl Sealed {
    /// The token itself, for the reply.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

macro_rules! redacted {
    ($($secret:ty),*) => {$(
        impl fmt::Debug for $secret {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($secret))
            }
        }
    )*};
}
redacted!(Seed, Sealed, RefreshToken, SessionToken);

/// What a refresh token says, once its seal is proven.
#[derive(Clone, Copy)]
pub struct RefreshToken {
    /// Whose.
    pub user_id: UserId,
    /// Which session.
    pub session_id: SessionId,
    /// Its place in the chain of rotations, from 1.
    pub generation: u32,
    /// The session's secret.
    pub seed: Seed,
    /// The key it was sealed with, kept for the session's whole life.
    pub key_id: u32,
}

/// What a session token says, once its seal is proven.
#[derive(Clone, Copy)]
pub struct SessionToken {
    /// Whose.
    pub user_id: UserId,
    /// Which session.
    pub session_id: SessionId,
    /// The session's secret.
    pub seed: Seed,
    /// The key it was sealed with.
    pub key_id: u32,
}

impl RefreshToken {
    const LABEL: &str = "lkr";
    const LABEL_IN_COOKIE: &str = "lkc";
    const HEAD_BYTES: usize = 1 + 16 + 16 + 4 + 16;

    /// Seals the token under the ring's key of its id.
    ///
    /// # Errors
    /// [`Refusal`] when the ring no longer holds that key.
    pub fn seal(&self, ring: &SealRing, issuer: &str) -> Result<Sealed, Refusal> {
        self.seal_as(Self::LABEL, ring, issuer)
    }

    /// The same as the half of a cookie: no refresh token, as that is no cookie.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn seal_for_cookie(&self, ring: &SealRing, issuer: &str) -> Result<Sealed, Refusal> {
        self.seal_as(Self::LABEL_IN_COOKIE, ring, issuer)
    }

    fn seal_as(&self, label: &str, ring: &SealRing, issuer: &str) -> Result<Sealed, Refusal> {
        let mut body = head(self.user_id, self.session_id);
        body.extend(self.generation.to_be_bytes());
        body.extend(self.seed.0);
        seal(label, issuer, body, self.key_id, ring)
    }

    /// Proves the seal of a token as it came. Nothing is read from anywhere.
    ///
    /// # Errors
    /// [`Refusal`] for anything we did not seal as a refresh token of this issuer, with a key whose time is not over.
    pub fn open(unverified: &str, ring: &SealRing, issuer: &str, now: Timestamp) -> Result<Self, Refusal> {
        Self::open_as(Self::LABEL, unverified, ring, issuer, now)
    }

    /// Proves the seal of the half of a cookie.
    ///
    /// # Errors
    /// [`Refusal`] for anything else.
    pub fn open_of_cookie(unverified: &str, ring: &SealRing, issuer: &str, now: Timestamp) -> Result<Self, Refusal> {
        Self::open_as(Self::LABEL_IN_COOKIE, unverified, ring, issuer, now)
    }

    fn open_as(label: &str, unverified: &str, ring: &SealRing, issuer: &str, now: Timestamp) -> Result<Self, Refusal> {
        let (bytes, key_id) = open::<{ Self::HEAD_BYTES }>(label, issuer, unverified, ring, now)?;
        let mut fields = Fields(&bytes);
        let ([VERSION], user_id, session_id, generation, seed) =
            (fields.take()?, fields.take()?, fields.take()?, fields.take()?, fields.take()?)
        else {
            return Err(Refusal("version"));
        };
        Ok(Self {
            user_id: UserId::from_bytes(user_id),
            session_id: SessionId::from_bytes(session_id),
            generation: u32::from_be_bytes(generation),
            seed: Seed(seed),
            key_id,
        })
    }

    /// The same session's token of another generation: how a repeated request is answered again, without writing.
    pub fn at_generation(self, generation: u32) -> Self {
        Self { generation, ..self }
    }
}

impl SessionToken {
    const LABEL: &str = "lks";
    const HEAD_BYTES: usize = 1 + 16 + 16 + 16;

    /// Whether a token as it came claims to be one. Proves nothing.
    pub fn is_labelled(unverified: &str) -> bool {
        unverified.strip_prefix(Self::LABEL).is_some_and(|rest| rest.starts_with('_'))
    }

    /// Whether a token as it came can be one at all. Proves nothing: it spares those who cannot prove it a question.
    pub fn is_well_formed(unverified: &str) -> bool {
        decode::<{ Self::HEAD_BYTES }>(Self::LABEL, unverified).is_ok()
    }

    /// Seals the token under the ring's key of its id.
    ///
    /// # Errors
    /// [`Refusal`] when the ring no longer holds that key.
    pub fn seal(&self, ring: &SealRing, issuer: &str) -> Result<Sealed, Refusal> {
        let mut body = head(self.user_id, self.session_id);
        body.extend(self.seed.0);
        seal(Self::LABEL, issuer, body, self.key_id, ring)
    }

    /// Proves the seal of a token as it came. Nothing is read from anywhere.
    ///
    /// # Errors
    /// [`Refusal`] for anything we did not seal as a session token of this issuer, with a key whose time is not over.
    pub fn open(unverified: &str, ring: &SealRing, issuer: &str, now: Timestamp) -> Result<Self, Refusal> {
        let (bytes, key_id) = open::<{ Self::HEAD_BYTES }>(Self::LABEL, issuer, unverified, ring, now)?;
        let mut fields = Fields(&bytes);
        let ([VERSION], user_id, session_id, seed) = (fields.take()?, fields.take()?, fields.take()?, fields.take()?)
        else {
            return Err(Refusal("version"));
        };
        Ok(Self {
            user_id: UserId::from_bytes(user_id),
            session_id: SessionId::from_bytes(session_id),
            seed: Seed(seed),
            key_id,
        })
    }
}

fn head(user_id: UserId, session_id: SessionId) -> Vec<u8> {
    let mut body = vec![VERSION];
    body.extend(user_id.as_bytes());
    body.extend(session_id.as_bytes());
    body
}

fn seal(label: &str, issuer: &str, mut body: Vec<u8>, key_id: u32, ring: &SealRing) -> Result<Sealed, Refusal> {
    body.extend(key_id.to_be_bytes());
    let key = ring.find(key_id).ok_or(Refusal("unknown seal key"))?.hmac_key();
    let tag = hmac::sign(&key, &sealed_message(label, issuer, &body));
    body.extend(tag.as_ref());
    Ok(Sealed(format!("{label}_{}", URL_SAFE_NO_PAD.encode(body))))
}

/// Gives the `N` bytes before the key id, and the key id, of a token whose MAC holds.
fn open<const N: usize>(
    label: &str,
    issuer: &str,
    unverified: &str,
    ring: &SealRing,
    now: Timestamp,
) -> Result<([u8; N], u32), Refusal> {
    let bytes = decode::<N>(label, unverified)?;
    let (body, tag) = bytes.split_at(N + 4);
    let mut fields = Fields(body);
    let (head, key_id) = (fields.take()?, u32::from_be_bytes(fields.take()?));
    let key = ring.find_in_time(key_id, now).ok_or(Refusal("unknown seal key"))?.hmac_key();
    hmac::verify(&key, &sealed_message(label, issuer, body), tag).map_err(|_| Refusal("seal"))?;
    Ok((head, key_id))
}

/// The bytes of a token: `N` before the key id, the key id and the MAC.
fn decode<const N: usize>(label: &str, unverified: &str) -> Result<Vec<u8>, Refusal> {
    let text = unverified.strip_prefix(label).and_then(|rest| rest.strip_prefix('_')).ok_or(Refusal("label"))?;
    let bytes = Some(text)
        .filter(|text| text.len() <= 2 * (N + 4 + MAC_BYTES))
        .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    bytes.filter(|bytes| bytes.len() == N + 4 + MAC_BYTES).ok_or(Refusal("encoding"))
}

/// What the MAC covers. Each variable part is preceded by its length, so that no two (label, issuer, body) read alike.
fn sealed_message(label: &str, issuer: &str, body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(16 + label.len() + issuer.len() + body.len());
    for part in [label.as_bytes(), issuer.as_bytes()] {
        message.extend((part.len() as u64).to_be_bytes());
        message.extend(part);
    }
    message.extend(body);
    message
}

/// Fixed-size fields, read one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let (field, rest) = self.0.split_first_chunk().ok_or(Refusal("length"))?;
        self.0 = rest;
        Ok(*field)
    }
}
