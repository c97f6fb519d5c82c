//! The stateless authorizer: decides by the token's signature and claims, with public keys, without any I/O as long as it holds
//! them; in `bounded` mode also by the issuer's revocation feed, which it fetches when what it knows is too old.

use latchkey::{
    config::{ConfigError, Env},
    domain::Timestamp,
    error::Error,
    http::authorizer::Caller,
    published::{Bound, Fetch, Https, Keys, Revocations},
    telemetry::Telemetry,
    tokens::{AccessClaims, Audience},
};

/// The name in logs and metrics.
pub const NAME: &str = "authorizer";

/// What the function holds.
pub struct Authorizer<F> {
    /// Where keys and revocations are fetched.
    pub issuer: F,
    /// What verifies tokens.
    pub keys: Keys,
    /// What refuses those of ended sessions, if it is asked to.
    pub revocations: Option<Revocations>,
}

/// Puts the function together. Nothing is fetched.
///
/// # Errors
/// When a setting is missing or malformed.
pub fn start(env: &Env) -> Result<Authorizer<Https>, ConfigError> {
    let (audience, telemetry) = (Audience::from_env(env)?, Telemetry::from_env(NAME, env)?);
    Ok(Authorizer {
        issuer: Https::new(&audience.issuer, env),
        keys: Keys::from_env(&audience, env, telemetry)?,
        revocations: Bound::from_env(env)?.map(|bound| Revocations::new(bound, telemetry)),
    })
}

/// Proves a token. One that is not authentic costs no I/O, but for one whose key is unknown, and that rarely.
///
/// # Errors
/// [`Error::InvalidToken`] for anything but a good access token of this issuer and audience; [`Error::Unavailable`] when keys or
/// revocations are needed and cannot be had.
pub fn prove<F: Fetch>(app: &Authorizer<F>, unverified_token: &str, now: Timestamp) -> Result<AccessClaims, Error> {
    let claims = app.keys.verify(&app.issuer, |verifier| verifier.verify(unverified_token, now), now)?;
    if let Some(revocations) = &app.revocations {
        revocations.check(&app.issuer, &claims.subject, &claims.key_id, now)?;
    }
    Ok(claims)
}

/// Proves a token, and says who is calling.
///
/// # Errors
/// As [`prove`].
pub fn identify<F: Fetch>(app: &Authorizer<F>, unverified_token: &str, now: Timestamp) -> Result<Caller, Error> {
    Ok(Caller::of(prove(app, unverified_token, now)?, app.revocations.is_none()))
}
