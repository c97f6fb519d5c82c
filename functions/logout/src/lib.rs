//! `POST /auth/logout`: ends the session of whatever credential is sent. 204 whatever was sent, and for a form the login page.

use latchkey::{
    config::Env,
    domain::{EndCause, Timestamp},
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, request, return_to, site},
    operations::{
        Credential,
        logout::{Logout, logout},
    },
    ports::{EndSession, FindPublishedKeys},
    startup::{Startup, StartupError},
    telemetry::Event,
};
use serde::Deserialize;

#[derive(Deserialize, Default)]
struct Body {
    refresh_token: Option<String>,
    session_token: Option<String>,
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<Logout<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    let store = startup.store()?;
    let guard = startup.guard(store.find_published_keys().await?).await?;
    Ok(Logout { store, guard })
}

/// Answers one request: 204, also when the body is garbage, so that signing out is idempotent and tells nothing.
///
/// # Errors
/// [`Error::Unavailable`] only.
pub async fn handle<S: EndSession>(app: &Logout<S>, request: &Request, now: Timestamp) -> Result<Reply, Error> {
    let body: Body = request::lenient_json(request);
    let bearer = request::unverified_token(request).ok();
    let tokens = [body.refresh_token.as_deref(), body.session_token.as_deref(), bearer].into_iter().flatten();
    let shown: Vec<_> =
        tokens.map(Credential::Token).chain(request::cookies(request).map(Credential::Cookie)).collect();
    let ended = logout(app, &shown, now).await?;
    let reply = Reply::empty(StatusCode::NO_CONTENT).without_cookie_of(request);
    let reply = match site::public_origin(request) {
        Some(origin) if request::is_form(request) => {
            reply.redirect(StatusCode::SEE_OTHER, &return_to::login_page(origin, None, Some(EndCause::Logout)))
        }
        _ => reply,
    };
    Ok(match ended.first() {
        Some((user_id, session_id)) => reply.of(*user_id, *session_id).event(Event::SignedOut),
        None => reply,
    })
}
