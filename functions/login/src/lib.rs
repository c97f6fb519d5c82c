//! `POST /auth/login`: trades an email and a password for a session.

use latchkey::{
    config::Env,
    domain::{AttemptLimits, Timestamp},
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, TokenSet, request},
    operations::login::{Credentials, Login, login},
    ports::{ClearAttempts, CreateSession, FindAccount, ReplacePasswordHash, ReserveAttempt},
    startup::{Startup, StartupError},
    telemetry::Event,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    email: String,
    password: String,
    transport: Option<String>,
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<Login<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    Ok(Login {
        store: startup.store()?,
        passwords: startup.passwords().await?,
        limits: AttemptLimits::from_env(env)?,
        mint: startup.mint().await?,
    })
}

/// Answers one request: 200 with a token set.
///
/// # Errors
/// See [`login`], and everything that can be wrong with a body.
pub async fn handle<S>(app: &Login<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: ReserveAttempt + ClearAttempts + FindAccount + ReplacePasswordHash + CreateSession,
{
    let credentials = parse(request, request::json(request)?)?;
    let signed_in = login(app, credentials, &request::client(request), now).await?;
    Ok(TokenSet::reply(StatusCode::OK, &signed_in, now).event(Event::SignedIn))
}

fn parse(request: &Request, body: Body) -> Result<Credentials, Error> {
    let mut fields = request::Fields::default();
    let (email, password) = (fields.email(&body.email), fields.password(&body.password));
    let transport = fields.transport(request, body.transport.as_deref())?;
    fields.check(email.zip(password).map(|(email, password)| Credentials { email, password, transport }))
}
