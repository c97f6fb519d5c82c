//! The stateless authorizer: decides by the token's signature and claims alone, with public keys, without any I/O.

use latchkey::{
    config::{ConfigError, Env},
    domain::Timestamp,
    error::Error,
    http::authorizer::Caller,
    tokens::{Audience, Jwks, Verifier},
};

/// Puts the function together.
///
/// # Errors
/// When issuer or keys are missing or malformed.
pub fn start(env: &Env) -> Result<Verifier, ConfigError> {
    Ok(Verifier::new(&Audience::from_env(env)?, Jwks::from_env(env)?))
}

/// Proves a token.
///
/// # Errors
/// [`Error::InvalidToken`] for anything but a good access token of this issuer and audience.
pub fn identify(verifier: &Verifier, unverified_token: &str, now: Timestamp) -> Result<Caller, Error> {
    Ok(verifier.verify(unverified_token, now)?.into())
}
