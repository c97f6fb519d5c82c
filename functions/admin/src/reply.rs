//! What the function answers.

use latchkey::{
    domain::{Admits, Room, User},
    error::Error,
    http::{SessionView, UserView, problem},
};
use serde::Serialize;
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

use crate::action::Done;

#[derive(Serialize)]
#[serde(untagged)]
enum Reply<'a> {
    User {
        user: AdministeredUser<'a>,
    },
    Sessions {
        sessions: Vec<SessionView<'a>>,
        /// Where the next page begins: hand it back as `after`.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    },
    Ended {
        ended: u64,
        /// Where to go on: hand it back as `after`.
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    },
    Room {
        room: MadeRoom<'a>,
    },
    Done {},
    Problem {
        problem: Value,
    },
}

/// A user as administrators see them: what the owner sees, and what decides about their way in.
#[derive(Serialize)]
struct AdministeredUser<'a> {
    #[serde(flatten)]
    view: UserView<'a>,
    disabled: bool,
    epoch: u64,
}

/// A room as those who make it see it.
#[derive(Serialize)]
struct MadeRoom<'a> {
    id: &'a str,
    name: &'a str,
    everybody: bool,
    roles: &'a [String],
}

/// The answer as JSON.
pub(crate) fn render(result: &Result<Done, Error>) -> Box<RawValue> {
    // Nothing in it can fail to be JSON; if it ever did, an answer without content is better than a failed invocation.
    to_raw_value(&reply(result)).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn reply(result: &Result<Done, Error>) -> Reply<'_> {
    match result {
        Ok(Done::User(user)) => Reply::User { user: administered(user) },
        Ok(Done::Sessions(page)) => Reply::Sessions {
            sessions: page.sessions.iter().map(|session| SessionView::new(session, None)).collect(),
            next: page.next.map(|id| id.to_string()),
        },
        Ok(Done::Ended(some)) => Reply::Ended { ended: some.ended, next: some.next.map(|id| id.to_string()) },
        Ok(Done::Room(room)) => Reply::Room { room: made(room) },
        Ok(Done::Nothing) => Reply::Done {},
        Err(error) => Reply::Problem { problem: told(error) },
    }
}

/// What is not found here is always a user; of rooms there is a problem of their own.
fn told(error: &Error) -> Value {
    let mut problem = problem::for_operators(error);
    if matches!(error, Error::NotFound) {
        problem["detail"] = "there is no such user".into();
    }
    problem
}

fn made(room: &Room) -> MadeRoom<'_> {
    let (everybody, roles) = match &room.admits {
        Admits::Everybody => (true, &[][..]),
        Admits::Holders(roles) => (false, roles.as_slice()),
    };
    MadeRoom { id: room.id.as_str(), name: room.name.as_str(), everybody, roles }
}

fn administered(user: &User) -> AdministeredUser<'_> {
    AdministeredUser { view: UserView::new(user), disabled: user.disabled, epoch: user.epoch }
}
