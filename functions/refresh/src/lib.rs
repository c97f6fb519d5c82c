//! `POST /auth/refresh`: trades a refresh token for the next pair of tokens.

use latchkey::{
    config::Env,
    domain::Timestamp,
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, TokenSet, request},
    operations::refresh::{Refresh, refresh},
    ports::{EndSession, FindUser, RotateSession},
    startup::{Startup, StartupError},
    telemetry::Event,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    refresh_token: String,
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<Refresh<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    Ok(Refresh { store: startup.store()?, mint: startup.mint().await? })
}

/// Answers one request: 200 with a token set.
///
/// # Errors
/// See [`refresh`], and everything that can be wrong with a body.
pub async fn handle<S>(app: &Refresh<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: FindUser + RotateSession + EndSession,
{
    let body: Body = request::json(request)?;
    let signed_in = refresh(app, &body.refresh_token, now).await?;
    let event = if signed_in.replayed { Event::RefreshReplayed } else { Event::Refreshed };
    Ok(TokenSet::reply(StatusCode::OK, &signed_in, now).event(event))
}
