//! `GET /auth/sessions`, `DELETE /auth/sessions/{id}`, `DELETE /auth/sessions[?keep=current]`: one's own sessions.

use latchkey::{
    config::Env,
    domain::{SessionId, Timestamp},
    dynamodb::DynamoDb,
    error::{Error, FieldError},
    http::{Reply, Request, SessionView, StatusCode, request},
    operations::{
        Identity,
        sessions::{Sessions, end_all, end_one, end_others, list},
    },
    ports::{EndSession, FindPublishedKeys, FindSession, ListSessions, RaiseEpoch, SlideSession},
    startup::{Startup, StartupError},
    telemetry::Event,
};
use serde::Serialize;

const PATH: &str = "/auth/sessions";

#[derive(Serialize)]
struct Page<'a> {
    sessions: Vec<SessionView<'a>>,
    /// Hand it back as `?after=` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<Sessions<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    let store = startup.store()?;
    let guard = startup.guard(store.find_published_keys().await?).await?;
    Ok(Sessions { store, guard })
}

/// Answers one request: 200 with a page of sessions, or 204.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::NotFound`], [`Error::MethodNotAllowed`], [`Error::InvalidInput`], [`Error::Unavailable`].
pub async fn handle<S>(app: &Sessions<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: FindSession + SlideSession + ListSessions + EndSession + RaiseEpoch,
{
    let identity = app.guard.identify(&app.store, request::credential(request)?, now).await?;
    let below = request::path(request).strip_prefix(PATH).filter(|below| below.is_empty() || below.starts_with('/'));
    let below = below.ok_or(Error::NotFound)?;
    let reply = match (request::method(request).as_str(), below.strip_prefix('/')) {
        ("GET", None) => get(app, request, &identity, now).await?,
        ("DELETE", None) => delete(app, request, &identity, now).await?,
        ("DELETE", Some(id)) => {
            let id = id.parse().map_err(|_| Error::NotFound)?;
            end_one(&app.store, &identity, id, now).await?;
            let reply = Reply::empty(StatusCode::NO_CONTENT).event(Event::SignedOut);
            if id == identity.session_id() { reply.without_cookie_of(request) } else { reply }
        }
        (_, None) => {
            return Err(Error::MethodNotAllowed { allow: "GET, DELETE".into() });
        }
        (_, Some(_)) => return Err(Error::MethodNotAllowed { allow: "DELETE".into() }),
    };
    Ok(reply.of(identity.user_id(), identity.session_id()))
}

async fn get<S: ListSessions>(
    app: &Sessions<S>,
    request: &Request,
    identity: &Identity,
    now: Timestamp,
) -> Result<Reply, Error> {
    let after = request::query(request, "after").map(|id| id.parse::<SessionId>()).transpose();
    let after = after.map_err(|_| invalid("/after", "must be the `next` of an earlier page"))?;
    let page = list(&app.store, identity, after, now).await?;
    let current = Some(identity.session_id());
    let sessions = page.sessions.iter().map(|session| SessionView::new(session, current)).collect();
    Ok(Reply::json(StatusCode::OK, &Page { sessions, next: page.next.map(|id| id.to_string()) }))
}

async fn delete<S>(app: &Sessions<S>, request: &Request, identity: &Identity, now: Timestamp) -> Result<Reply, Error>
where
    S: FindSession + ListSessions + EndSession + RaiseEpoch,
{
    let reply = Reply::empty(StatusCode::NO_CONTENT).event(Event::SignedOutEverywhere);
    match request::query(request, "keep").as_deref() {
        None => {
            end_all(&app.store, identity, now).await?;
            Ok(reply.without_cookie_of(request))
        }
        Some("current") => {
            end_others(&app.store, identity, now).await?;
            Ok(reply)
        }
        Some(_) => Err(invalid("/keep", "must be `current`")),
    }
}

fn invalid(pointer: &'static str, detail: &str) -> Error {
    Error::InvalidInput(vec![FieldError::new(pointer, detail)])
}
