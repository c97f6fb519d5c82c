//! `POST /auth/register`: makes an account and signs in to it.

use latchkey::{
    config::Env,
    domain::{AttemptLimits, Timestamp},
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, TokenSet, request},
    operations::register::{Register, Registration, register},
    passwords::PasswordPolicy,
    ports::{CreateSession, CreateUser, ReserveAttempt},
    startup::{Startup, StartupError},
    telemetry::Event,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    email: String,
    password: String,
    name: Option<String>,
    transport: Option<String>,
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<Register<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    Ok(Register {
        store: startup.store()?,
        passwords: startup.passwords().await?,
        policy: PasswordPolicy::from_env(env)?,
        limits: AttemptLimits::from_env(env)?,
        mint: startup.mint().await?,
    })
}

/// Answers one request: 201 with a token set.
///
/// # Errors
/// See [`register`], and everything that can be wrong with a body.
pub async fn handle<S>(app: &Register<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: ReserveAttempt + CreateUser + CreateSession,
{
    let registration = parse(request, request::json(request)?)?;
    let signed_in = register(app, registration, &request::client(request), now).await?;
    Ok(TokenSet::reply(StatusCode::CREATED, &signed_in, now).event(Event::Registered))
}

fn parse(request: &Request, body: Body) -> Result<Registration, Error> {
    let mut fields = request::Fields::default();
    let (email, password) = (fields.email(&body.email), fields.password(&body.password));
    let name = fields.name(body.name.as_deref());
    let transport = fields.transport(request, body.transport.as_deref())?;
    fields.check(email.zip(password).map(|(email, password)| Registration { email, password, name, transport }))
}
