//! What the buttons of the account's page do.

use latchkey::{
    domain::{EndCause, Timestamp},
    error::Error,
    http::{Reply, Request, StatusCode, pages::Done, request, return_to},
    operations::{
        check::Passed,
        sessions::{end_all, end_one, end_others},
    },
    ports::{EndSession, FindSession, FindUser, ListSessions, RaiseEpoch, RotateSession, SlideSession},
    telemetry::Event,
};
use serde::Deserialize;

use crate::{App, Visitor, is_over, to_login, visitor};

/// Which button.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Action {
    EndSession,
    EndOthers,
    EndAll,
}

#[derive(Deserialize)]
struct Form {
    action: Action,
    #[serde(default)]
    session: String,
}

/// What became of the visitor's own session.
enum Outcome {
    /// It goes on.
    Stays(Done, Event),
    /// It is over.
    Leaves(EndCause, Event),
}

/// Does what a form asks for and sends the browser to a page that says so.
pub(crate) async fn change<S>(app: &App<S>, request: &Request, origin: &str, now: Timestamp) -> Result<Reply, Error>
where
    S: FindSession + SlideSession + FindUser + RotateSession + EndSession + ListSessions + RaiseEpoch,
{
    let form: Form = request::form(request)?;
    let passed = match visitor(app, request, now).await? {
        Visitor::Known(passed) => passed,
        Visitor::Unknown(over) => return Ok(to_login(request, StatusCode::SEE_OTHER, origin, over)),
    };
    let reply = Reply::empty(StatusCode::SEE_OTHER).passed(&passed);
    match act(app, &form, &passed, now).await {
        Ok(Outcome::Stays(done, event)) => {
            let page = return_to::page_or_account(origin, &format!("/auth/account?done={}", done.as_str()));
            Ok(reply.event(event).redirect(StatusCode::SEE_OTHER, &page))
        }
        Ok(Outcome::Leaves(cause, event)) => {
            let page = return_to::login_page(origin, None, Some(cause));
            Ok(reply.event(event).without_cookie().redirect(StatusCode::SEE_OTHER, &page))
        }
        Err(error) if is_over(&error) => Ok(to_login(request, StatusCode::SEE_OTHER, origin, error.end_cause())),
        Err(error) => Err(error),
    }
}

async fn act<S>(app: &App<S>, form: &Form, passed: &Passed, now: Timestamp) -> Result<Outcome, Error>
where
    S: FindSession + EndSession + ListSessions + RaiseEpoch,
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
    }
}
