//! `POST /auth/login`: trades an email and a password for a session. A form of the login page gets a cookie and a page.
//! `POST /auth/salt`: says how clients hash a password first.

mod salt;

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
    operations::login::{Credentials, Login, login},
    passwords::PasswordPolicy,
    ports::{ClearAttempts, CreateSession, FindAccount, ReplacePasswordHash, ReserveAttempt},
    startup::{Startup, StartupError},
    telemetry::Event,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    email: String,
    password: Option<String>,
    client_hash: Option<String>,
    transport: Option<String>,
}

#[derive(Deserialize)]
struct Form {
    email: String,
    password: String,
    #[serde(default)]
    return_to: String,
}

/// What the function holds.
#[derive(Debug)]
pub struct App<S> {
    /// Signs in.
    pub login: Login<S>,
    /// Says to people what went wrong.
    pub pages: Pages,
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<App<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    let login = Login {
        store: startup.store()?,
        passwords: startup.passwords().await?,
        limits: AttemptLimits::from_env(env)?,
        mint: startup.mint().await?,
    };
    Ok(App { login, pages: Pages::from_env(env, PasswordPolicy::from_env(env)?.min_chars)? })
}

/// Answers one request: 200 with a token set, or with a salt; a form by 303 to the page that was wanted, or by the login page again.
///
/// # Errors
/// See [`login`], [`Error::NoClientHashing`], and everything that can be wrong with a body.
pub async fn handle<S>(app: &App<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: ReserveAttempt + ClearAttempts + FindAccount + ReplacePasswordHash + CreateSession,
{
    if request::path(request) == salt::PATH {
        return salt::handle(&app.login.passwords, request);
    }
    if site::is_form_of_ours(request)? {
        return answer_form(app, request, now).await;
    }
    let body: Body = request::json(request)?;
    let mut fields = request::Fields::default();
    let email = fields.email(&body.email);
    let sent = [body.password.as_deref(), body.client_hash.as_deref()];
    let proof = fields.proof(app.login.passwords.client_hashing(), ["/password", "/client_hash"], sent);
    let credentials = parse(request, fields, email.zip(proof), body.transport.as_deref())?;
    let signed_in = login(&app.login, credentials, &request::client(request), now).await?;
    Ok(TokenSet::reply(StatusCode::OK, &signed_in, now).event(Event::SignedIn))
}

async fn answer_form<S>(app: &App<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: ReserveAttempt + ClearAttempts + FindAccount + ReplacePasswordHash + CreateSession,
{
    let form: Form = request::form(request)?;
    let mut fields = request::Fields::default();
    let (email, password) = (fields.email(&form.email), fields.password(&form.password));
    let signed_in = match parse(request, fields, email.zip(password.map(Proof::from)), Some("cookie")) {
        Ok(credentials) => login(&app.login, credentials, &request::client(request), now).await,
        Err(error) => Err(error),
    };
    match signed_in {
        Ok(signed_in) => {
            let reply = TokenSet::reply(StatusCode::OK, &signed_in, now).event(Event::SignedIn);
            Ok(reply.redirect(StatusCode::SEE_OTHER, &site::page_after(request, &form.return_to)))
        }
        Err(error) => {
            let typed = Typed { email: &form.email, return_to: &form.return_to, ..Typed::default() };
            app.pages.login(request, typed, Told::Failed(&error))
        }
    }
}

fn parse(
    request: &Request,
    mut fields: request::Fields,
    who: Option<(Email, Proof)>,
    transport: Option<&str>,
) -> Result<Credentials, Error> {
    let transport = fields.transport(request, transport)?;
    fields.check(who.map(|(email, proof)| Credentials { email, proof, transport }))
}
