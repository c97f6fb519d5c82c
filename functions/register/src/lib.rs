//! `POST /auth/register`: makes an account and signs in to it. A form of its page gets a cookie and a page.

use latchkey::{
    config::Env,
    domain::{AttemptLimits, Email, Proof, Timestamp},
    dynamodb::DynamoDb,
    error::Error,
    http::{
        Reply, Request, StatusCode, TokenSet,
        pages::{Pages, Told, Typed},
        request, site,
    },
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
    password: Option<String>,
    client_hash: Option<String>,
    name: Option<String>,
    transport: Option<String>,
}

#[derive(Deserialize)]
struct Form {
    email: String,
    password: String,
    /// Empty when nothing was typed.
    #[serde(default)]
    name: String,
    #[serde(default)]
    return_to: String,
}

/// What the function holds.
#[derive(Debug)]
pub struct App<S> {
    /// Makes accounts.
    pub register: Register<S>,
    /// Says to people what went wrong.
    pub pages: Pages,
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<App<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    let register = Register {
        store: startup.store()?,
        passwords: startup.passwords().await?,
        policy: PasswordPolicy::from_env(env)?,
        limits: AttemptLimits::from_env(env)?,
        mint: startup.mint().await?,
    };
    Ok(App { pages: Pages::from_env(env, register.policy.min_chars)?, register })
}

/// Answers one request: 201 with a token set; a form by 303 to the page that was wanted, or by its page again.
///
/// # Errors
/// See [`register`], and everything that can be wrong with a body.
pub async fn handle<S>(app: &App<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: ReserveAttempt + CreateUser + CreateSession,
{
    if site::is_form_of_ours(request)? {
        return answer_form(app, request, now).await;
    }
    let body: Body = request::json(request)?;
    let mut fields = request::Fields::default();
    let email = fields.email(&body.email);
    let sent = [body.password.as_deref(), body.client_hash.as_deref()];
    let proof = fields.proof(app.register.passwords.client_hashing(), ["/password", "/client_hash"], sent);
    let (name, transport) = (body.name.as_deref(), body.transport.as_deref());
    let registration = parse(request, fields, email.zip(proof), name, transport)?;
    let signed_in = register(&app.register, registration, &request::client(request), now).await?;
    Ok(TokenSet::reply(StatusCode::CREATED, &signed_in, now).event(Event::Registered))
}

async fn answer_form<S>(app: &App<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: ReserveAttempt + CreateUser + CreateSession,
{
    let form: Form = request::form(request)?;
    let name = Some(form.name.as_str()).filter(|name| !name.trim().is_empty());
    let mut fields = request::Fields::default();
    let (email, password) = (fields.email(&form.email), fields.password(&form.password));
    let signed_in = match parse(request, fields, email.zip(password.map(Proof::from)), name, Some("cookie")) {
        Ok(registration) => register(&app.register, registration, &request::client(request), now).await,
        Err(error) => Err(error),
    };
    match signed_in {
        Ok(signed_in) => {
            let reply = TokenSet::reply(StatusCode::CREATED, &signed_in, now).event(Event::Registered);
            Ok(reply.redirect(StatusCode::SEE_OTHER, &site::page_after(request, &form.return_to)))
        }
        Err(error) => {
            let typed = Typed { email: &form.email, name: &form.name, return_to: &form.return_to };
            app.pages.register(request, typed, Told::Failed(&error))
        }
    }
}

fn parse(
    request: &Request,
    mut fields: request::Fields,
    who: Option<(Email, Proof)>,
    name: Option<&str>,
    transport: Option<&str>,
) -> Result<Registration, Error> {
    let name = fields.name(name);
    let transport = fields.transport(request, transport)?;
    fields.check(who.map(|(email, proof)| Registration { email, proof, name, transport }))
}
