//! Public keys: the set that verifiers hold and that `/.well-known/jwks.json` serves.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk};
use serde::{Deserialize, Serialize};

use super::Algorithm;
use crate::domain::Timestamp;

/// Why a text is no key set of ours.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// Not JSON, or not the members a JWKS has (RFC 7517).
    #[error("the key set is not a JWKS: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A key without `kid`, of an unknown algorithm, or whose type does not fit its algorithm.
    #[error("key {0} of the set is not usable")]
    Unusable(usize),
    /// Nothing to verify with.
    #[error("the key set is empty")]
    Empty,
}

/// One public key as it is published: a JWK with `kid`, `alg` and `use`, and the second past which it is refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublicJwk {
    #[serde(flatten)]
    pub(super) jwk: Jwk,
    /// Seconds since the epoch; absent while the key has no end. Ignored by other people's verifiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_after: Option<u64>,
}

/// The document that is published (RFC 7517 section 5).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JwksDocument {
    pub(super) keys: Vec<PublicJwk>,
    /// Credentials of sessions created before this second are refused everywhere. 0 until a recovery moves it.
    #[serde(default)]
    pub(super) valid_from: u64,
    /// Grows with every change: of two sets the greater one is the later.
    #[serde(default)]
    pub(super) revision: u64,
}

impl JwksDocument {
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A JWKS document with only what a JWKS of ours has, and only keys whose time is not over: a private member that somebody
/// pasted in does not get out, and verifiers that know no `not_after` lose a retired key all the same.
///
/// # Errors
/// [`JwksError`] when it is no key set of ours.
pub fn public_only(json: &str, now: Timestamp) -> Result<String, JwksError> {
    let mut document: JwksDocument = serde_json::from_str(json)?;
    document.keys.retain(|key| key.not_after.is_none_or(|end| now.seconds() < end));
    Jwks::try_from(document.clone())?;
    Ok(document.to_json())
}

/// A key set, parsed once: what a verifier holds.
#[derive(Clone, Default)]
pub struct Jwks {
    keys: Vec<PublicKey>,
    valid_from: Timestamp,
    revision: u64,
}

/// One key of the set, bound to its one algorithm.
#[derive(Clone)]
pub(super) struct PublicKey {
    pub(super) kid: String,
    pub(super) algorithm: Algorithm,
    /// Parsed once: `jsonwebtoken` would parse it again for every token.
    pub(super) key: ParsedPublicKey,
    not_after: Option<Timestamp>,
}

impl Jwks {
    /// Parses a JWKS document. Every key must be usable: a set of which half is ignored hides a mistake.
    ///
    /// # Errors
    /// [`JwksError`], which names the position of the key at fault.
    pub fn parse(json: &str) -> Result<Self, JwksError> {
        Self::try_from(serde_json::from_str::<JwksDocument>(json)?)
    }

    /// No keys, for a verifier that takes none of an earlier revision.
    pub fn none_before(revision: u64) -> Self {
        Self { revision, ..Self::default() }
    }

    /// The key named `kid`, if it is still to be trusted at `now`.
    pub(super) fn find(&self, kid: &str, now: Timestamp) -> Option<&PublicKey> {
        let in_time = |key: &&PublicKey| key.not_after.is_none_or(|end| now < end);
        self.keys.iter().find(|key| key.kid == kid).filter(in_time)
    }

    /// Whether nothing can be verified.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The names of the keys that are to be trusted at `now`.
    pub fn key_ids(&self, now: Timestamp) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.kid.as_str()).filter(move |kid| self.find(kid, now).is_some())
    }

    /// Sessions created before this are refused.
    pub fn valid_from(&self) -> Timestamp {
        self.valid_from
    }

    /// Grows with every change of the keys.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The algorithms of the keys, each once.
    pub fn algorithms(&self) -> Vec<Algorithm> {
        let mut algorithms: Vec<_> = self.keys.iter().map(|key| key.algorithm).collect();
        algorithms.sort_unstable();
        algorithms.dedup();
        algorithms
    }
}

impl TryFrom<JwksDocument> for Jwks {
    type Error = JwksError;

    fn try_from(document: JwksDocument) -> Result<Self, JwksError> {
        let keys = document
            .keys
            .into_iter()
            .enumerate()
            .map(|(position, jwk)| public_key(jwk).ok_or(JwksError::Unusable(position)));
        let keys: Vec<_> = keys.collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(JwksError::Empty);
        }
        let valid_from = Timestamp::from_seconds(document.valid_from);
        Ok(Self { keys, valid_from, revision: document.revision })
    }
}

fn public_key(PublicJwk { jwk, not_after }: PublicJwk) -> Option<PublicKey> {
    let kid = jwk.common.key_id.clone().filter(|kid| !kid.is_empty())?;
    let algorithm = Algorithm::parse(&jwk.common.key_algorithm?.to_string())?;
    let key = parsed(&jwk.algorithm, algorithm)?;
    Some(PublicKey { kid, algorithm, key, not_after: not_after.map(Timestamp::from_seconds) })
}

/// The key itself, if its type and curve are those of `algorithm` (RFC 7518 section 6, RFC 8037 section 2).
fn parsed(parameters: &AlgorithmParameters, algorithm: Algorithm) -> Option<ParsedPublicKey> {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let key = match (parameters, algorithm) {
        (AlgorithmParameters::RSA(key), Algorithm::RS256) => {
            let components = RsaPublicKeyComponents { n: bytes(&key.n)?, e: bytes(&key.e)? };
            components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
        }
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) if key.curve == EllipticCurve::P256 => {
            // SEC 1 section 2.3.3: an uncompressed point.
            let point = [vec![4], bytes(&key.x)?, bytes(&key.y)?].concat();
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        }
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) if key.curve == EllipticCurve::Ed25519 => {
            ParsedPublicKey::new(&ED25519, bytes(&key.x)?)
        }
        _ => return None,
    };
    key.ok()
}
