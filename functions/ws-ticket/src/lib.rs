//! `POST /auth/ws-ticket`: a ticket that opens one WebSocket connection, for whoever shows a credential of any kind.

use latchkey::{
    config::Env,
    domain::Timestamp,
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, request},
    operations::ticket::{Ticketing, issue_ticket},
    ports::{FindPublishedKeys, FindSession, SlideSession},
    startup::{Startup, StartupError},
    tokens::ticket::TICKET_SECONDS,
};
use serde::Serialize;

/// What the function holds.
#[derive(Debug)]
pub struct App<S> {
    /// Makes tickets.
    pub ticketing: Ticketing<S>,
    /// Where clients connect: `LATCHKEY_LIVE_URL`. None where nothing listens, as on a machine of one's own.
    pub live_url: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    ticket: &'a str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<App<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    let store = startup.store()?;
    let guard = startup.guard(store.find_published_keys().await?).await?;
    let ticketing = Ticketing { store, guard, mint: startup.mint().await? };
    Ok(App { ticketing, live_url: env.get("LATCHKEY_LIVE_URL").map(str::to_owned) })
}

/// Answers one request: 200 with a ticket.
///
/// # Errors
/// [`Error::MethodNotAllowed`], and as [`issue_ticket`].
pub async fn handle<S: FindSession + SlideSession>(
    app: &App<S>,
    request: &Request,
    now: Timestamp,
) -> Result<Reply, Error> {
    if request::method(request) != "POST" {
        return Err(Error::MethodNotAllowed { allow: "POST".into() });
    }
    let (credential, origin) = (request::credential(request)?, request::origin(request));
    let (identity, ticket) = issue_ticket(&app.ticketing, credential, origin, now).await?;
    let answer = Answer { ticket: ticket.reveal(), expires_in: TICKET_SECONDS, url: app.live_url.as_deref() };
    Ok(Reply::json(StatusCode::OK, &answer).of(identity.user_id(), identity.session_id()))
}
