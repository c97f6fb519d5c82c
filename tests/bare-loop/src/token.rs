//! Finding the token and checking its signature.

use aws_lc_rs::signature::ParsedPublicKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::quoted;

/// The bearer token in `identitySource`.
pub fn of_event(event: &str) -> Option<&str> {
    quoted(event, "\"identitySource\":[\"Bearer ")
}

/// Whether `key` signed it.
pub fn is_signed(token: &str, key: &ParsedPublicKey) -> bool {
    let Some((message, signature)) = token.rsplit_once('.') else { return false };
    let signature = URL_SAFE_NO_PAD.decode(signature);
    signature.is_ok_and(|signature| key.verify_sig(message.as_bytes(), &signature).is_ok())
}
