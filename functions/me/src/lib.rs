//! `GET`, `PATCH` and `DELETE /auth/me`: one's own account; `POST /auth/me/password`: changes its password.

use latchkey::{
    config::Env,
    domain::{AttemptLimits, Timestamp},
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, TokenSet, UserView, request},
    operations::{
        Identity, Transport,
        account::{Account, delete, read, rename},
        change_password::{NewPassword, change_password},
    },
    passwords::PasswordPolicy,
    ports::{
        ChangePassword, CreateSession, DeleteUser, EndSession, FindAccountById, FindPublishedKeys, FindSession,
        ListSessions, RenameUser, ReserveAttempt, SlideSession,
    },
    startup::{Startup, StartupError},
    telemetry::Event,
};
use serde::Deserialize;

const ACCOUNT: &str = "/auth/me";
const PASSWORD: &str = "/auth/me/password";

#[derive(Deserialize)]
struct Rename {
    /// `null` removes the name.
    #[serde(deserialize_with = "present")]
    name: Option<String>,
}

#[derive(Deserialize, Default)]
struct Delete {
    password: Option<String>,
    client_hash: Option<String>,
}

#[derive(Deserialize)]
struct Passwords {
    current_password: Option<String>,
    current_client_hash: Option<String>,
    new_password: Option<String>,
    new_client_hash: Option<String>,
}

/// A member that may be `null`, but not absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<Account<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    let store = startup.store()?;
    let guard = startup.guard(store.find_published_keys().await?).await?;
    Ok(Account {
        store,
        guard,
        passwords: startup.passwords().await?,
        limits: AttemptLimits::from_env(env)?,
        policy: PasswordPolicy::from_env(env)?,
        mint: startup.mint().await?,
    })
}

/// Answers one request: 200 with the profile or, after a change of the password, with a token set; 204 when the account is
/// deleted.
///
/// # Errors
/// See [`read`], [`rename`], [`delete`] and [`change_password`], and everything that can be wrong with a body.
pub async fn handle<S>(app: &Account<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: FindSession
        + SlideSession
        + RenameUser
        + FindAccountById
        + ReserveAttempt
        + DeleteUser
        + ChangePassword
        + CreateSession
        + ListSessions
        + EndSession,
{
    let credential = request::credential(request)?;
    let identity = app.guard.identify(&app.store, credential, now).await?;
    let reply = match (request::path(request), request::method(request).as_str()) {
        (ACCOUNT, "GET") => Reply::json(StatusCode::OK, &UserView::new(&read(app, &identity, now).await?)),
        (ACCOUNT, "PATCH") => patch(app, request, &identity, now).await?,
        (ACCOUNT, "DELETE") => delete_account(app, request, &identity, now).await?,
        (ACCOUNT, _) => return Err(Error::MethodNotAllowed { allow: "GET, PATCH, DELETE".into() }),
        (PASSWORD, "POST") => post_password(app, request, &identity, credential.transport(), now).await?,
        (PASSWORD, _) => return Err(Error::MethodNotAllowed { allow: "POST".into() }),
        _ => return Err(Error::NotFound),
    };
    Ok(reply.of(identity.user_id(), identity.session_id()))
}

async fn patch<S: FindSession + RenameUser>(
    app: &Account<S>,
    request: &Request,
    identity: &Identity,
    now: Timestamp,
) -> Result<Reply, Error> {
    let body: Rename = request::json(request)?;
    let mut fields = request::Fields::default();
    let name = fields.name(body.name.as_deref());
    let name = fields.check(Some(name))?;
    let user = rename(app, identity, name, now).await?;
    Ok(Reply::json(StatusCode::OK, &UserView::new(&user)))
}

async fn delete_account<S>(
    app: &Account<S>,
    request: &Request,
    identity: &Identity,
    now: Timestamp,
) -> Result<Reply, Error>
where
    S: FindSession + FindAccountById + ReserveAttempt + DeleteUser + ListSessions + EndSession,
{
    let body: Delete = request::optional_json(request)?;
    let mut fields = request::Fields::default();
    let proof = match [body.password.as_deref(), body.client_hash.as_deref()] {
        [None, None] => None,
        sent => fields.proof(app.passwords.client_hashing(), ["/password", "/client_hash"], sent),
    };
    let proof = fields.check(Some(proof))?;
    delete(app, identity, proof, &request::client(request), now).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).event(Event::AccountDeleted).without_cookie_of(request))
}

async fn post_password<S>(
    app: &Account<S>,
    request: &Request,
    identity: &Identity,
    transport: Transport,
    now: Timestamp,
) -> Result<Reply, Error>
where
    S: FindSession + ReserveAttempt + FindAccountById + ChangePassword + ListSessions + EndSession + CreateSession,
{
    let body: Passwords = request::json(request)?;
    let mut fields = request::Fields::default();
    let mut proof = |at, sent| fields.proof(app.passwords.client_hashing(), at, sent);
    let current = proof(
        ["/current_password", "/current_client_hash"],
        [body.current_password.as_deref(), body.current_client_hash.as_deref()],
    );
    let new =
        proof(["/new_password", "/new_client_hash"], [body.new_password.as_deref(), body.new_client_hash.as_deref()]);
    let password = fields.check(current.zip(new).map(|(current, new)| NewPassword { current, new, transport }))?;
    let signed_in = change_password(app, identity, &password, &request::client(request), now).await?;
    Ok(TokenSet::reply(StatusCode::OK, &signed_in, now).event(Event::PasswordChanged))
}
