//! The public key, parsed once.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{Failure, quoted};

/// The first key of a JWKS document, which must be RSA.
///
/// # Errors
/// When there is none.
pub fn from_jwks(json: &str) -> Result<ParsedPublicKey, Failure> {
    let number = |member| Ok::<_, Failure>(URL_SAFE_NO_PAD.decode(quoted(json, member).ok_or("not an RSA key")?)?);
    let components = RsaPublicKeyComponents { n: number("\"n\":\"")?, e: number("\"e\":\"")? };
    Ok(components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)?)
}
