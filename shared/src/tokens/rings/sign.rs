//! The ring that signs access tokens.

use aws_lc_rs::{
    encoding::AsDer,
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    EncodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use serde::{Deserialize, Serialize};

use super::{
    GenerateError, Kind, Ring, RingError, State,
    rotation::{Life, RingKey},
};
use crate::{
    domain::Timestamp,
    tokens::{
        Algorithm,
        jwks::{JwksDocument, PublicJwk},
    },
};

/// Private keys for access tokens: exactly one signs, the others are published so that verifiers know them before they sign
/// and after.
#[derive(Clone)]
pub struct SignRing {
    active: SigningKey,
    published: JwksDocument,
}

/// A private key bound to its one algorithm.
#[derive(Clone)]
pub(in crate::tokens) struct SigningKey {
    pub(in crate::tokens) kid: String,
    pub(in crate::tokens) algorithm: Algorithm,
    pub(in crate::tokens) key: EncodingKey,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredKey {
    pub(super) algorithm: Algorithm,
    state: State,
    created_at: u64,
    /// The second past which verifiers refuse the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_after: Option<u64>,
    /// PKCS#8, PEM (RFC 7468).
    private_key: String,
}

impl SignRing {
    /// Makes an active key and a next one, and gives the ring's JSON.
    ///
    /// # Errors
    /// [`GenerateError`] when the crypto library refuses.
    pub fn generate(algorithm: Algorithm, now: Timestamp) -> Result<String, GenerateError> {
        Ring::generate(Kind::Sign, now.seconds(), &|state| StoredKey::draw(algorithm, state, now))
    }

    /// Parses a ring.
    ///
    /// # Errors
    /// [`RingError`], which says what to mend and quotes nothing.
    pub fn parse(json: &str) -> Result<Self, RingError> {
        let ring: Ring<StoredKey> = Ring::parse(Kind::Sign, json)?;
        let mut active = None;
        let mut keys = Vec::new();
        for (position, stored) in ring.keys.iter().enumerate() {
            let unusable = |reason| RingError::UnusableKey { position, reason };
            let (key, jwk) = stored.open().map_err(unusable)?;
            keys.push(PublicJwk { jwk, not_after: stored.not_after });
            if stored.state == State::Active {
                active = Some(key);
            }
        }
        let published = JwksDocument { keys, valid_from: ring.valid_from, revision: ring.revision };
        Ok(Self { active: active.ok_or(RingError::NoActiveKey)?, published })
    }

    /// The key that signs.
    pub(in crate::tokens) fn active(&self) -> &SigningKey {
        &self.active
    }

    /// Its `kid`.
    pub fn active_id(&self) -> &str {
        &self.active.kid
    }

    /// The public halves, as the JSON text that is published.
    pub fn public_jwks(&self) -> String {
        self.published.to_json()
    }

    /// The public halves without one: what is published before that one is taken out of the ring.
    pub fn public_jwks_without(&self, kid: &str) -> String {
        let mut published = self.published.clone();
        published.keys.retain(|key| key.jwk.common.key_id.as_deref() != Some(kid));
        published.to_json()
    }

    /// Grows with every change of the ring.
    pub fn revision(&self) -> u64 {
        self.published.revision
    }
}

impl RingKey for StoredKey {
    fn id(&self) -> Result<String, &'static str> {
        self.open().map(|(key, _)| key.kid)
    }

    fn life(&self) -> Life {
        Life { state: self.state, created_at: self.created_at, not_after: self.not_after }
    }

    fn set(&mut self, state: State, not_after: Option<u64>) {
        (self.state, self.not_after) = (state, not_after);
    }
}

impl StoredKey {
    pub(super) fn draw(algorithm: Algorithm, state: State, now: Timestamp) -> Result<Self, GenerateError> {
        let private_key = generate_pem(algorithm).map_err(|_| GenerateError::Crypto)?;
        Ok(Self { algorithm, state, created_at: now.seconds(), not_after: None, private_key })
    }

    fn open(&self) -> Result<(SigningKey, Jwk), &'static str> {
        let pem = self.private_key.as_bytes();
        let key = match self.algorithm {
            Algorithm::RS256 => EncodingKey::from_rsa_pem(pem),
            Algorithm::ES256 => EncodingKey::from_ec_pem(pem),
            Algorithm::EdDSA => EncodingKey::from_ed_pem(pem),
        };
        let key = key.map_err(|_| "it is not a private key of its algorithm in PKCS#8 PEM")?;
        let mut jwk = Jwk::from_encoding_key(&key, self.algorithm.to_jsonwebtoken())
            .map_err(|_| "its public half cannot be derived")?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| "it has no thumbprint")?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok((SigningKey { kid, algorithm: self.algorithm, key }, jwk))
    }
}

impl std::fmt::Debug for SignRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignRing")
    }
}

fn generate_pem(algorithm: Algorithm) -> Result<String, aws_lc_rs::error::Unspecified> {
    let der = match algorithm {
        Algorithm::RS256 => rsa::KeyPair::generate(rsa::KeySize::Rsa2048)?.as_der()?.as_ref().to_vec(),
        Algorithm::ES256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?.to_pkcs8v1()?.as_ref().to_vec(),
        Algorithm::EdDSA => Ed25519KeyPair::generate()?.to_pkcs8v1()?.as_ref().to_vec(),
    };
    Ok(to_pem(&der))
}

/// RFC 7468 section 3: base64 in lines of 64 characters.
fn to_pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}
