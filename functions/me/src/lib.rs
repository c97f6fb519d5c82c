//! `GET`, `PATCH` and `DELETE /auth/me`: one's own account.

use latchkey::{
    config::Env,
    domain::{AttemptLimits, Timestamp},
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, UserView, request},
    operations::{
        Identity,
        account::{Account, delete, read, rename},
    },
    ports::{
        DeleteUser, EndSession, FindAccountById, FindPublishedKeys, FindSession, ListSessions, RenameUser,
        ReserveAttempt, SlideSession,
    },
    startup::{Startup, StartupError},
    telemetry::Event,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Rename {
    /// `null` removes the name.
    #[serde(deserialize_with = "present")]
    name: Option<String>,
}

#[derive(Deserialize, Default)]
struct Delete {
    password: Option<String>,
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
    Ok(Account { store, guard, passwords: startup.passwords().await?, limits: AttemptLimits::from_env(env)? })
}

/// Answers one request: 200 with the profile, or 204 when it is deleted.
///
/// # Errors
/// See [`read`], [`rename`] and [`delete`], and everything that can be wrong with a body.
pub async fn handle<S>(app: &Account<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: FindSession
        + SlideSession
        + RenameUser
        + FindAccountById
        + ReserveAttempt
        + DeleteUser
        + ListSessions
        + EndSession,
{
    let identity = app.guard.identify(&app.store, request::credential(request)?, now).await?;
    let reply = match request::method(request).as_str() {
        "GET" => Reply::json(StatusCode::OK, &UserView::new(&read(app, &identity, now).await?)),
        "PATCH" => patch(app, request, &identity, now).await?,
        "DELETE" => delete_account(app, request, &identity, now).await?,
        _ => {
            return Err(Error::MethodNotAllowed { allow: "GET, PATCH, DELETE".into() });
        }
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
    let password = body.password.as_deref().and_then(|text| fields.password(text));
    let password = fields.check(Some(password))?;
    delete(app, identity, password, &request::client(request), now).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT).event(Event::AccountDeleted).without_cookie_of(request))
}
