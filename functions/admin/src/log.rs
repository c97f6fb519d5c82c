//! What the one line of an invocation says: who asked, why, about whom, and what came of it. It never names an email.

use latchkey::{
    domain::Remark,
    error::Error,
    http::{payload::Said, problem},
    telemetry::{Event, Facts},
};

use crate::action::{Action, Done};

/// The status that the outcome would have over HTTP.
pub(crate) fn status(result: &Result<Done, Error>) -> u16 {
    result.as_ref().map_or_else(problem::status, |_| 200)
}

/// Everything else. What was refused is an event as well.
pub(crate) fn facts(said: Said, action: Option<&Action>, result: &Result<Done, Error>) -> Facts {
    let told = match result {
        Ok(_) => Facts { event: action.map(Action::event), ..Facts::default() },
        Err(error) => Facts { event: Some(Event::AdministrationRefused), ..problem::facts(error) },
    };
    let found = if let Ok(Done::User(user)) = result { Some(user.id) } else { None };
    let user_id = found.or(action.and_then(Action::user_id));
    let session_id = action.and_then(Action::session_id);
    let (user_id, session_id) = (user_id.map(|id| id.to_string()), session_id.map(|id| id.to_string()));
    let [actor, purpose] = [said.actor, said.reason].map(|remark| remark.map(Remark::into_string));
    Facts { actor, purpose, user_id, session_id, ..told }
}
