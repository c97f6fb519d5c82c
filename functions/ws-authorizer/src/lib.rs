//! The authorizer of the WebSocket API: proves the ticket or access token of a handshake. What only the table knows, whether the
//! ticket was used and the session lives, is left to `ws-connect`.

use latchkey::{
    config::Env,
    domain::Timestamp,
    error::Error,
    operations::connect::{Admitted, Shown, admit},
    ports::FindPublishedKeys,
    startup::{Startup, StartupError},
    tokens::Verifier,
};

/// The name in logs and metrics.
pub const NAME: &str = "ws-authorizer";

/// Puts the function together.
///
/// # Errors
/// When a setting or the public keys are missing or malformed.
pub async fn start(env: &Env) -> Result<Verifier, StartupError> {
    let startup = Startup::new(env)?;
    startup.verifier(startup.store()?.find_published_keys().await?)
}

/// Proves what a handshake from `origin` shows.
///
/// # Errors
/// [`Error::InvalidToken`].
pub fn decide(app: &Verifier, shown: Shown<'_>, origin: Option<&str>, now: Timestamp) -> Result<Admitted, Error> {
    admit(app, shown, origin, now)
}
