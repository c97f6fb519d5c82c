//! Which ring.

use serde::{Deserialize, Serialize};

use super::{PepperRing, RingError, SealRing, SignRing};

/// The three kinds of ring. Each is a secret of its own, read by other functions, and retires its keys at its own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Signs access tokens.
    Sign,
    /// Seals refresh and session tokens.
    Seal,
    /// Peppers password hashes.
    Pepper,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sign, Self::Seal, Self::Pepper];

    /// The kind as it stands in a ring.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Seal => "seal",
            Self::Pepper => "pepper",
        }
    }

    /// Whether `json` is a ring of this kind in which every key can be used.
    ///
    /// # Errors
    /// [`RingError`], which says what to mend and quotes nothing.
    pub fn check(self, json: &str) -> Result<(), RingError> {
        match self {
            Self::Sign => SignRing::parse(json).map(drop),
            Self::Seal => SealRing::parse(json).map(drop),
            Self::Pepper => PepperRing::parse(json).map(drop),
        }
    }
}
