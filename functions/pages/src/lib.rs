//! `GET /auth/login`, `/auth/register`, `/auth/account`, `POST /auth/account` and the stylesheet: the pages. The forms of the first
//! two go to `login` and `register`, which answer with the same pages.

mod change;

use latchkey::{
    config::Env,
    domain::{AttemptLimits, EndCause, SessionId, Timestamp},
    dynamodb::DynamoDb,
    error::Error,
    http::{
        Reply, Request, StatusCode,
        pages::{Account, Done, Pages, STYLESHEETS, Told, Typed},
        problem, request, return_to, site,
    },
    operations::{
        Credential,
        account::Account as Owned,
        check::{Check, LookUp, Passed, check},
        identify::require_live,
        sessions::list,
    },
    passwords::PasswordPolicy,
    ports::{
        ChangePassword, CreateSession, EndSession, FindAccountById, FindPublishedKeys, FindSession, FindUser,
        ListSessions, RaiseEpoch, ReserveAttempt, RotateSession, SlideSession,
    },
    startup::{Startup, StartupError},
};

/// What the function holds.
#[derive(Debug)]
pub struct App<S> {
    /// Lets visitors pass, and renews their cookies.
    pub check: Check<S>,
    /// Changes their passwords.
    pub account: Owned<S>,
    /// The pages.
    pub pages: Pages,
}

/// Who asks for a page.
enum Visitor {
    /// Somebody who is signed in.
    Known(Box<Passed>),
    /// Anybody else, and what is wrong with the cookie that they have shown, if any.
    Unknown(Option<Error>),
}

/// Puts the function together.
///
/// # Errors
/// When a setting or a key is missing or malformed.
pub async fn start(env: &Env) -> Result<App<DynamoDb>, StartupError> {
    let startup = Startup::new(env)?;
    let store = startup.store()?;
    let guard = startup.guard(store.find_published_keys().await?).await?;
    let mint = startup.mint().await?;
    let policy = PasswordPolicy::from_env(env)?;
    let account = Owned {
        store: store.clone(),
        guard: guard.clone(),
        passwords: startup.passwords().await?,
        limits: AttemptLimits::from_env(env)?,
        policy,
        mint: mint.clone(),
    };
    let check = Check { store, guard, mint, ask_after: startup.ask_after()? };
    Ok(App { check, account, pages: Pages::from_env(env, policy.min_chars)? })
}

/// Answers one request: a page, or where to go instead. A deployment without `PublicOrigin` has no pages.
///
/// # Errors
/// [`Error::NotFound`], [`Error::MethodNotAllowed`], [`Error::CrossSiteRequest`], [`Error::UnsupportedMediaType`]; what fails
/// otherwise is told by a page.
pub async fn handle<S>(app: &App<S>, request: &Request, now: Timestamp) -> Result<Reply, Error>
where
    S: FindSession
        + SlideSession
        + FindUser
        + RotateSession
        + EndSession
        + ListSessions
        + RaiseEpoch
        + ReserveAttempt
        + FindAccountById
        + ChangePassword
        + CreateSession,
{
    let origin = site::public_origin(request).ok_or(Error::NotFound)?;
    let outcome = match (request::method(request).as_str(), request::path(request)) {
        ("GET", "/auth/login") => begin(app, request, origin, now, Pages::login).await,
        ("GET", "/auth/register") => begin(app, request, origin, now, Pages::register).await,
        ("GET", "/auth/account") => account(app, request, origin, now).await,
        ("POST", "/auth/account") if site::is_form_of_ours(request)? => change::change(app, request, origin, now).await,
        ("POST", "/auth/account") => return Err(Error::UnsupportedMediaType),
        (_, "/auth/login" | "/auth/register" | "/auth/account") => {
            return Err(Error::MethodNotAllowed { allow: "GET, POST".into() });
        }
        (method, path) => return stylesheet(app, method, path),
    };
    outcome.or_else(|error| app.pages.failed(request, &error))
}

fn stylesheet<S>(app: &App<S>, method: &str, path: &str) -> Result<Reply, Error> {
    let file = path.strip_prefix(STYLESHEETS).filter(|file| file.ends_with(".css")).ok_or(Error::NotFound)?;
    if method == "GET" { Ok(app.pages.stylesheet(file)) } else { Err(Error::MethodNotAllowed { allow: "GET".into() }) }
}

/// A page that begins a session; whoever has one goes where they wanted to.
async fn begin<S>(
    app: &App<S>,
    request: &Request,
    origin: &str,
    now: Timestamp,
    page: impl Fn(&Pages, &Request, Typed<'_>, Told<'_>) -> Result<Reply, Error>,
) -> Result<Reply, Error>
where
    S: FindSession + SlideSession + FindUser + RotateSession + EndSession,
{
    let return_to = request::query(request, "return_to").unwrap_or_default();
    let refused = match visitor(app, request, now).await? {
        Visitor::Known(passed) => {
            let reply = Reply::empty(StatusCode::FOUND).passed(&passed);
            return Ok(reply.redirect(StatusCode::FOUND, &return_to::page_or_account(origin, &return_to)));
        }
        Visitor::Unknown(refused) => refused,
    };
    let over = refused.as_ref().and_then(Error::end_cause);
    let cause = over.or_else(|| EndCause::parse(&request::query(request, "cause")?));
    let typed = Typed { return_to: &return_to, ..Typed::default() };
    let reply = page(&app.pages, request, typed, cause.map_or(Told::Nothing, Told::Ended))?;
    Ok(reply.without_cookie_of(request))
}

/// The page of an account, for whoever is signed in to it.
async fn account<S>(app: &App<S>, request: &Request, origin: &str, now: Timestamp) -> Result<Reply, Error>
where
    S: FindSession + SlideSession + FindUser + RotateSession + EndSession + ListSessions,
{
    let passed = match visitor(app, request, now).await? {
        Visitor::Known(passed) => passed,
        Visitor::Unknown(refused) => return Ok(to_login(request, StatusCode::FOUND, origin, refused.as_ref())),
    };
    let done = request::query(request, "done").and_then(|done| Done::parse(&done));
    match show(app, request, &passed, done.map_or(Told::Nothing, Told::Done), now).await {
        Err(error) if is_over(&error) => Ok(to_login(request, StatusCode::FOUND, origin, Some(&error))),
        shown => Ok(shown?.passed(&passed)),
    }
}

pub(crate) async fn show<S>(
    app: &App<S>,
    request: &Request,
    passed: &Passed,
    told: Told<'_>,
    now: Timestamp,
) -> Result<Reply, Error>
where
    S: FindSession + ListSessions,
{
    let (store, identity) = (&app.check.store, &passed.identity);
    let (_, user) = require_live(store, identity, now).await?;
    let after = request::query(request, "after").and_then(|id| id.parse::<SessionId>().ok());
    let page = list(store, identity, after, now).await?;
    let current = identity.session_id();
    app.pages.account(request, Account { user: &user, sessions: &page.sessions, current, next: page.next }, told)
}

/// Does with the cookie what `GET /auth/check` does. Tokens count for nothing here: pages are for browsers.
async fn visitor<S>(app: &App<S>, request: &Request, now: Timestamp) -> Result<Visitor, Error>
where
    S: FindSession + SlideSession + FindUser + RotateSession + EndSession,
{
    let passed = match request::cookie(request) {
        Ok(None) => return Ok(Visitor::Unknown(None)),
        Ok(Some(value)) => check(&app.check, Credential::Cookie(value), LookUp::WhenDue, now).await,
        Err(error) => Err(error),
    };
    match passed {
        Ok(passed) => Ok(Visitor::Known(Box::new(passed))),
        Err(error) if is_over(&error) => Ok(Visitor::Unknown(Some(error))),
        Err(error) => Err(error),
    }
}

/// Whether an error says that the visitor is not signed in, or no longer.
fn is_over(error: &Error) -> bool {
    matches!(error, Error::InvalidToken(_) | Error::SessionEnded { .. })
}

/// Sends a visitor to the login page, from where they come back to the account.
fn to_login(request: &Request, status: StatusCode, origin: &str, refused: Option<&Error>) -> Reply {
    let reply = refused.map_or_else(|| Reply::empty(status), problem::reply).without_cookie_of(request);
    let over = refused.and_then(Error::end_cause);
    reply.redirect(status, &return_to::login_page(origin, Some("/auth/account"), over))
}
