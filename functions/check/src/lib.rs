//! `GET /auth/check`: whether a caller may pass, for pages, for other functions and for proxies.

use latchkey::{
    config::Env,
    domain::Timestamp,
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, authorizer::Caller, problem, request, return_to},
    operations::check::{Check, LookUp, Passed, check, check_only},
    ports::{EndSession, FindPublishedKeys, FindSession, FindUser, RotateSession, SlideSession},
    startup::{Startup, StartupError},
};

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<Check<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    let store = startup.store()?;
    let guard = startup.guard(store.find_published_keys().await?).await?;
    Ok(Check { store, guard, mint: startup.mint().await?, ask_after: startup.ask_after()? })
}

/// Answers one request: 204 with the caller's identity in headers, and with the next cookie if it is time for one. Whoever may
/// not pass gets 401; a browser that wants a page is sent to the login page.
///
/// # Errors
/// [`Error::MethodNotAllowed`], [`Error::Unavailable`].
pub async fn handle<S>(app: &Check<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: FindSession + SlideSession + FindUser + RotateSession + EndSession,
{
    if request::method(request) != "GET" {
        return Err(Error::MethodNotAllowed { allow: "GET".into() });
    }
    let is_asked = |name| request::query(request, name).as_deref() == Some("1");
    let is_forwarded = is_asked("forward");
    let look_up = if is_asked("look_up") { LookUp::Now } else { LookUp::WhenDue };
    let shown = request::credential(request);
    let passed = match shown {
        Ok(credential) if is_forwarded => check_only(app, credential, now).await,
        Ok(credential) => check(app, credential, look_up, now).await,
        Err(error) => Err(error),
    };
    match passed {
        Ok(passed) => pass(app, passed),
        Err(error @ (Error::InvalidToken(_) | Error::SessionEnded { .. })) if !is_forwarded => {
            let reply = refuse(request, &error);
            Ok(if request::carries_token(request) { reply } else { reply.without_cookie_of(request) })
        }
        Err(error) => Err(error),
    }
}

fn pass<S>(app: &Check<S>, passed: Passed) -> Result<Reply, Error> {
    let reply = Reply::empty(StatusCode::NO_CONTENT).passed(&passed);
    let caller = Caller {
        subject: passed.identity.subject,
        client_id: app.mint.audience.client_id.clone(),
        expires_at: passed.identity.expires_at,
        is_good_until_then: false,
    };
    reply.identity(&caller)
}

/// A browser that asks for a page gets one where its user can sign in; everybody else a problem document.
fn refuse(request: &Request, error: &Error) -> Reply {
    let refused = problem::reply(error);
    match return_to::instead(request, request::query(request, "return_to").as_deref(), error) {
        Some(page) => refused.redirect(StatusCode::FOUND, &page),
        None => refused,
    }
}
