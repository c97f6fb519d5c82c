//! Key rings for tests.

use std::sync::OnceLock;

use latchkey::{
    domain::{Random, Timestamp},
    tokens::{Algorithm, Jwks, PepperRing, SealRing, SignRing, rings::GenerateError},
};

use crate::local_dynamodb::local_dynamodb;

/// The three rings as JSON, as they stand in their secrets.
#[derive(Clone)]
pub struct Rings {
    /// Signs access tokens.
    pub sign: String,
    /// Seals refresh and session tokens.
    pub seal: String,
    /// Peppers passwords.
    pub pepper: String,
}

impl Rings {
    /// Rings of this process: RS256, made once.
    pub fn of_this_process() -> Self {
        static RINGS: OnceLock<Rings> = OnceLock::new();
        RINGS.get_or_init(|| Self::generate(Algorithm::RS256)).clone()
    }

    /// Fresh rings.
    pub fn generate(algorithm: Algorithm) -> Self {
        let then = Timestamp::from_seconds(0);
        let made: Result<_, GenerateError> = (|| {
            Ok(Self {
                sign: SignRing::generate(algorithm, then)?,
                seal: SealRing::generate(Random::SYSTEM, then)?,
                pepper: PepperRing::generate(Random::SYSTEM, then)?,
            })
        })();
        made.expect("rings can be made")
    }

    /// The rings that `latchkey-local` made and that built functions read.
    pub fn of_local() -> Self {
        let read = |kind: &str| {
            let place = local_dynamodb().ready().pointer(&format!("/keys/{kind}")).and_then(|place| place.as_str());
            let path = place.and_then(|place| place.strip_prefix("file:")).expect("latchkey-local names its rings");
            std::fs::read_to_string(path).expect("its rings are files")
        };
        Self { sign: read("sign"), seal: read("seal"), pepper: read("pepper") }
    }

    /// The ring that signs.
    pub fn sign(&self) -> SignRing {
        SignRing::parse(&self.sign).expect("the ring is valid")
    }

    /// The ring that seals.
    pub fn seal(&self) -> SealRing {
        SealRing::parse(&self.seal).expect("the ring is valid")
    }

    /// The ring that peppers.
    pub fn pepper(&self) -> PepperRing {
        PepperRing::parse(&self.pepper).expect("the ring is valid")
    }

    /// The public keys as JSON.
    pub fn public_jwks(&self) -> String {
        self.sign().public_jwks()
    }

    /// The public keys.
    pub fn jwks(&self) -> Jwks {
        Jwks::parse(&self.public_jwks()).expect("the set is valid")
    }
}
