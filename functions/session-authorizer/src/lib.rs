//! The session-authorizer: decides by a session token that is looked up with every request, so that an ended session is
//! refused at once.

use latchkey::{
    config::Env,
    domain::Timestamp,
    dynamodb::DynamoDb,
    error::Error,
    http::authorizer::Caller,
    operations::SessionGuard,
    ports::{FindSession, SlideSession},
    startup::{Startup, StartupError},
    tokens::Audience,
};

/// What the function holds.
#[derive(Debug)]
pub struct SessionAuthorizer<S> {
    /// Sessions and profiles.
    pub store: S,
    /// Proves session tokens.
    pub guard: SessionGuard,
    /// The client the token set was made for.
    pub client_id: String,
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<SessionAuthorizer<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    let client_id = Audience::from_env(env)?.client_id;
    Ok(SessionAuthorizer { store: startup.store()?, guard: startup.session_guard().await?, client_id })
}

/// Proves a token.
///
/// # Errors
/// [`Error::InvalidToken`] for anything but the token of a live session; [`Error::Unavailable`].
pub async fn identify<S>(app: &SessionAuthorizer<S>, unverified_token: &str, now: Timestamp) -> Result<Caller, Error>
where
    S: FindSession + SlideSession,
{
    let identity = app.guard.identify(&app.store, unverified_token, now).await?;
    Ok(Caller {
        subject: identity.subject,
        client_id: app.client_id.clone(),
        expires_at: identity.expires_at,
        is_good_until_then: false,
    })
}
