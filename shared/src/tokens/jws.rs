//! Signed tokens in compact form (RFC 7515), checked in one order: shape, header, key, algorithm fits key, signature.
//!
//! Stricter than `jsonwebtoken`'s own `decode`, which accepts unknown critical headers, any `typ` and many shapes of claims;
//! this module signs with it, and verifies with the crypto library below it: `jsonwebtoken` parses the key for every token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::crypto;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Algorithm, jwks::PublicKey, rings::SigningKey};
use crate::error::Refusal;

/// No token of ours is longer; API Gateway passes 10 KB of headers at most.
pub(super) const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// No token of ours has more lists and objects in it, in each other or side by side.
const MAX_BRACKETS: usize = 64;

/// The only members our headers have. Any other (`crit`, `b64`, `zip`, `jwk`, `jku`, `x5u`, `x5c`, …) is a reason to refuse,
/// also when it is signed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

/// Signs `claims` as a token of type `typ`.
pub(super) fn sign(
    key: &SigningKey,
    typ: &str,
    claims: &impl Serialize,
) -> Result<String, jsonwebtoken::errors::Error> {
    let header = Header { alg: key.algorithm.as_str(), typ, kid: &key.kid };
    let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
    let message = format!("{}.{}", part(serde_json::to_vec(&header)?), part(serde_json::to_vec(claims)?));
    let signature = crypto::sign(message.as_bytes(), &key.key, key.algorithm.to_jsonwebtoken())?;
    Ok(format!("{message}.{signature}"))
}

/// Gives the claims of a token that a key of those that `find` knows signed as type `typ`, and the key. The claims are authentic
/// and not yet judged.
pub(super) fn open<'k, C: DeserializeOwned>(
    unverified: &str,
    typ: &str,
    find: impl FnOnce(&str) -> Option<&'k PublicKey>,
) -> Result<(C, &'k PublicKey), Refusal> {
    let (message, header, payload, signature) = split(unverified)?;
    let header = object(header)?;
    let header: Header<'_> = serde_json::from_str(&header).map_err(|_| Refusal("header"))?;
    if header.typ != typ {
        return Err(Refusal("type"));
    }
    let algorithm = Algorithm::parse(header.alg).ok_or(Refusal("algorithm"))?;
    let key = find(header.kid).ok_or(Refusal::UNKNOWN_KEY)?;
    if key.algorithm != algorithm {
        return Err(Refusal("algorithm of another key"));
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal("encoding"))?;
    key.key.verify_sig(message.as_bytes(), &signature).map_err(|_| Refusal("signature"))?;
    let claims = serde_json::from_str(&object(payload)?).map_err(|_| Refusal("claims"))?;
    Ok((claims, key))
}

/// Splits into (what is signed, header, payload, signature); exactly three parts, none empty.
fn split(unverified: &str) -> Result<(&str, &str, &str, &str), Refusal> {
    if unverified.len() > MAX_TOKEN_BYTES {
        return Err(Refusal("length"));
    }
    let (message, signature) = unverified.rsplit_once('.').ok_or(Refusal("shape"))?;
    let (header, payload) = message.split_once('.').ok_or(Refusal("shape"))?;
    let parts = [header, payload, signature];
    if parts.iter().any(|part| part.is_empty() || part.contains('.')) {
        return Err(Refusal("shape"));
    }
    Ok((message, header, payload, signature))
}

/// The text of a part: strict base64url (no padding, no foreign characters, no stray bits at the end), UTF-8 and shallow also
/// where nobody looks, and an object: serde would take an array of the values for one as well.
fn object(part: &str) -> Result<String, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal("encoding"))?;
    let text = String::from_utf8(bytes).map_err(|_| Refusal("encoding"))?;
    let brackets = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    if !text.starts_with('{') || brackets > MAX_BRACKETS {
        return Err(Refusal("not a plain object"));
    }
    Ok(text)
}
