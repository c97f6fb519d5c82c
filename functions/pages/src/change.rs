//! What the forms of the account's page do.

use latchkey::{
    domain::{EndCause, Password, Proof, Timestamp},
    error::Error,
    http::{
        Reply, Request, StatusCode, TokenSet,
        pages::{Done, Told},
        problem, request, return_to,
    },
    operations::{
        SignedIn, Transport,
        change_password::{NewPassword, change_password},
        check::Passed,
        sessions::{end_all, end_one, end_others},
    },
    ports::{
        ChangePassword, CreateSession, EndSession, FindAccountById, FindSession, FindUser, ListSessions, RaiseEpoch,
        ReserveAttempt, RotateSession, SlideSession,
    },
    telemetry::Event,
};
use serde::Deserialize;

use crate::{App, Visitor, is_over, show, to_login, visitor};

/// Which form.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Action {
    EndSession,
    EndOthers,
    EndAll,
    ChangePassword,
}

#[derive(Deserialize)]
struct Form {
    action: Action,
    #[serde(default)]
    session: String,
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
}

/// What became of the visitor's own session.
enum Outcome {
    /// It goes on.
    Stays(Done, Event),
    /// It is over.
    Leaves(EndCause, Event),
    /// It is over, and another one has begun.
    Anew(Box<SignedIn>),
}

/// Does what a form asks for and sends the browser to a page that says so.
pub(crate) async fn change<S>(app: &App<S>, request: &Request, origin: &str, now: Timestamp) -> Result<Reply, Error>
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
    let form: Form = request::form(request)?;
    let passed = match visitor(app, request, now).await? {
        Visitor::Known(passed) => passed,
        Visitor::Unknown(refused) => return Ok(to_login(request, StatusCode::SEE_OTHER, origin, refused.as_ref())),
    };
    match act(app, request, &form, &passed, now).await {
        Ok(outcome) => Ok(leave(outcome, request, &passed, origin, now)),
        Err(error) if is_over(&error) => Ok(to_login(request, StatusCode::SEE_OTHER, origin, Some(&error))),
        Err(error) if matches!(form.action, Action::ChangePassword) => {
            match show(app, request, &passed, Told::Unchanged(&error), now).await {
                // It has changed, and only the new session is missing: the login page says why the old one is over.
                Err(over) if is_over(&over) => {
                    let page = return_to::login_page(origin, Some("/auth/account"), over.end_cause());
                    Ok(problem::reply(&error).without_cookie_of(request).redirect(StatusCode::SEE_OTHER, &page))
                }
                shown => Ok(shown?.passed(&passed)),
            }
        }
        Err(error) => Ok(app.pages.failed(request, &error)?.passed(&passed)),
    }
}

/// Sends the browser on.
fn leave(outcome: Outcome, request: &Request, passed: &Passed, origin: &str, now: Timestamp) -> Reply {
    let done = |done: Done| return_to::page_or_account(origin, &format!("/auth/account?done={}", done.as_str()));
    let reply = Reply::empty(StatusCode::SEE_OTHER);
    let (reply, page) = match outcome {
        Outcome::Stays(what, event) => (reply.event(event).passed(passed), done(what)),
        Outcome::Leaves(cause, event) => (
            reply.event(event).passed(passed).without_cookie_of(request),
            return_to::login_page(origin, None, Some(cause)),
        ),
        Outcome::Anew(signed_in) => {
            let reply = TokenSet::reply(StatusCode::OK, &signed_in, now).event(Event::PasswordChanged);
            (reply, done(Done::ChangePassword))
        }
    };
    reply.redirect(StatusCode::SEE_OTHER, &page)
}

async fn act<S>(app: &App<S>, request: &Request, form: &Form, passed: &Passed, now: Timestamp) -> Result<Outcome, Error>
where
    S: FindSession
        + EndSession
        + ListSessions
        + RaiseEpoch
        + ReserveAttempt
        + FindAccountById
        + ChangePassword
        + CreateSession,
{
    let (store, identity) = (&app.check.store, &passed.identity);
    match form.action {
        Action::EndSession => {
            let session_id = form.session.parse().map_err(|_| Error::NotFound)?;
            end_one(store, identity, session_id, now).await?;
            Ok(if session_id == identity.session_id() {
                Outcome::Leaves(EndCause::Logout, Event::SignedOut)
            } else {
                Outcome::Stays(Done::EndSession, Event::SignedOut)
            })
        }
        Action::EndOthers => {
            end_others(store, identity, now).await?;
            Ok(Outcome::Stays(Done::EndOthers, Event::SignedOutEverywhere))
        }
        Action::EndAll => {
            end_all(store, identity, now).await?;
            Ok(Outcome::Leaves(EndCause::LogoutAll, Event::SignedOutEverywhere))
        }
        Action::ChangePassword => {
            let password = new_password(form)?;
            let signed_in = change_password(&app.account, identity, &password, &request::client(request), now).await?;
            Ok(Outcome::Anew(Box::new(signed_in)))
        }
    }
}

fn new_password(form: &Form) -> Result<NewPassword, Error> {
    let mut fields = request::Fields::default();
    let current = fields.keep("/current_password", Password::parse(&form.current_password));
    let new = fields.keep("/new_password", Password::parse(&form.new_password));
    let transport = Transport::Cookie;
    let (current, new) = (current.map(Proof::from), new.map(Proof::from));
    fields.check(current.zip(new).map(|(current, new)| NewPassword { current, new, transport }))
}
