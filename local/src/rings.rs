//! The only file here that knows what is inside a key ring.

use anyhow::{Context, Result};
use latchkey::domain::{Random, time::system_clock};
use latchkey::tokens::rings::{self, Maker};
use latchkey::tokens::{Algorithm, SignRing};

pub use latchkey::tokens::rings::Kind;

/// The text of a fresh ring.
pub fn generate(kind: Kind, algorithm: &str) -> Result<String> {
    let algorithm = Algorithm::parse(algorithm)
        .with_context(|| format!("{algorithm} is no signing algorithm: RS256, ES256 or EdDSA"))?;
    let maker = Maker { algorithm, random: Random::SYSTEM };
    Ok(rings::generate(kind, &maker, system_clock()?)?)
}

/// Whether `text` is a usable ring of that kind; the error says what is wrong with it.
pub fn check(kind: Kind, text: &str) -> Result<()> {
    Ok(kind.check(text)?)
}

/// The public keys of a signing ring as a JWKS document, and their revision.
pub fn public_jwks(sign_ring: &str) -> Result<(String, u64)> {
    let ring = SignRing::parse(sign_ring)?;
    Ok((ring.public_jwks(), ring.revision()))
}
