//! The one line of an invocation: who asked for what, about whom, why, and what came of it. It never names an email.

use std::time::Duration;

use latchkey::{
    error::Error,
    http::problem,
    telemetry::{Administration, Event, Facts, Telemetry},
};

use crate::action::{Action, Done};

/// Writes it, also for what was refused.
pub(crate) fn record(
    telemetry: &Telemetry,
    request_id: &str,
    administration: Option<Administration>,
    action: Option<&Action>,
    result: &Result<Done, Error>,
    duration: Duration,
) {
    let (status, told) = match result {
        Ok(_) => (200, Facts { event: action.map(Action::event), ..Facts::default() }),
        Err(error) => {
            let facts = Facts { event: Some(Event::AdministrationRefused), ..problem::facts(error) };
            (problem::document(error).status(), facts)
        }
    };
    let found = if let Ok(Done::User(user)) = result { Some(user.id) } else { None };
    let user_id = found.or(action.and_then(Action::user_id));
    let facts = Facts {
        user_id: user_id.map(|id| id.to_string()),
        session_id: action.and_then(Action::session_id).map(|id| id.to_string()),
        administration,
        ..told
    };
    telemetry.record(request_id, "INVOKE", "", status, duration, &facts);
}
