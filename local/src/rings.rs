//! The only file here that knows what is inside a key ring.

use anyhow::{Context, Result};
use latchkey::domain::Random;
use latchkey::domain::time::system_clock;
use latchkey::tokens::Algorithm;
use latchkey::tokens::rings::{PepperRing, SealRing, SignRing};

/// The three kinds of ring; each has its own file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Signs access tokens.
    Sign,
    /// Seals refresh and session tokens.
    Seal,
    /// Peppers passwords.
    Pepper,
}

impl Kind {
    /// The file's name in the keys folder, without its ending.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Sign => "sign",
            Kind::Seal => "seal",
            Kind::Pepper => "pepper",
        }
    }
}

/// The text of a fresh ring.
pub fn generate(kind: Kind, algorithm: &str) -> Result<String> {
    let now = system_clock()?;
    let ring = match kind {
        Kind::Sign => {
            let algorithm = Algorithm::parse(algorithm)
                .with_context(|| format!("{algorithm} is no signing algorithm: RS256, ES256 or EdDSA"))?;
            SignRing::generate(algorithm, now)
        }
        Kind::Seal => SealRing::generate(Random::SYSTEM, now),
        Kind::Pepper => PepperRing::generate(Random::SYSTEM, now),
    };
    Ok(ring?)
}

/// Whether `text` is a usable ring of that kind; the error says what is wrong with it.
pub fn check(kind: Kind, text: &str) -> Result<()> {
    match kind {
        Kind::Sign => SignRing::parse(text).map(|_| ()),
        Kind::Seal => SealRing::parse(text).map(|_| ()),
        Kind::Pepper => PepperRing::parse(text).map(|_| ()),
    }
    .map_err(Into::into)
}

/// The public keys of a signing ring as a JWKS document.
pub fn public_jwks(sign_ring: &str) -> Result<String> {
    Ok(SignRing::parse(sign_ring)?.public_jwks())
}
