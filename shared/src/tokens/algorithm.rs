//! The signature algorithms of access tokens.

use serde::{Deserialize, Serialize};

/// A signature algorithm (RFC 7518, RFC 8037). A key has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits: the default, since every JWT verifier of AWS's own accepts it and
    /// verification is the fastest.
    RS256,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// Ed25519.
    EdDSA,
}

impl Algorithm {
    /// The name as it stands in `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }

    /// Reads the name as it stands in `alg`: exact, so that `none` in any spelling is no algorithm.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::RS256, Self::ES256, Self::EdDSA].into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    pub(super) const fn to_jsonwebtoken(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::RS256 => jsonwebtoken::Algorithm::RS256,
            Self::ES256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDSA => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}
