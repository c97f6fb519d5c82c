//! The `admin` function: finds, changes and deletes the accounts of others. It has no route; whoever may invoke it
//! (`lambda:InvokeFunction`) is an administrator, and nobody else is.

mod action;
mod log;
mod reply;
mod request;

use std::time::Instant;

use action::{Action, Done};
use latchkey::{
    config::Env,
    domain::{Timestamp, time::BrokenClock},
    dynamodb::DynamoDb,
    error::Error,
    operations::admin::{
        add_member, continue_ending, delete_user, disable_user, enable_user, end_session, end_sessions, find_user,
        find_user_by_email, list_sessions, put_room, remove_member, set_grants,
    },
    ports::{
        DeleteUser, DisableUser, EnableUser, EndSession, FindRooms, FindUser, FindUserByEmail, JoinRoom, LeaveRoom,
        ListRooms, ListSessions, PutRoom, RaiseEpoch, SetGrants,
    },
    startup::{Startup, StartupError},
    telemetry::Telemetry,
};
use request::Request;
use serde_json::value::RawValue;

/// All that administration asks of a store.
pub trait Accounts:
    FindUser + FindUserByEmail + SetGrants + DisableUser + EnableUser + RaiseEpoch + DeleteUser
{
}
impl<S: FindUser + FindUserByEmail + SetGrants + DisableUser + EnableUser + RaiseEpoch + DeleteUser> Accounts for S {}

/// What it asks of rooms.
pub trait Rooms: PutRoom + FindRooms + ListRooms + JoinRoom + LeaveRoom {}
impl<S: PutRoom + FindRooms + ListRooms + JoinRoom + LeaveRoom> Rooms for S {}

/// Puts the function together. It holds no key: it makes and proves no token.
///
/// # Errors
/// When a setting is missing or malformed.
pub fn start(env: &Env) -> Result<DynamoDb, StartupError> {
    Startup::new(env)?.store()
}

/// Answers one payload: does what it asks for, and writes the one line that says who asked and why. A failure is an answer with
/// a problem document and never a failed invocation, which Lambda might repeat on its own.
pub async fn answer<S: Accounts + ListSessions + EndSession + Rooms>(
    store: &S,
    telemetry: &Telemetry,
    request_id: &str,
    payload: &str,
    now: Result<Timestamp, BrokenClock>,
) -> Box<RawValue> {
    let started = Instant::now();
    let Request { name, said, action } = Request::read(payload);
    // Boxed: the futures of the SDK are nested deeper than the compiler computes layouts in one go.
    let (action, result) = match action {
        Ok(action) => {
            let result = Box::pin(perform(store, &action, now)).await;
            (Some(action), result)
        }
        Err(error) => (None, Err(error)),
    };
    let facts = log::facts(said, action.as_ref(), &result);
    telemetry.record(request_id, "INVOKE", name, log::status(&result), started.elapsed(), &facts);
    reply::render(&result)
}

async fn perform<S: Accounts + ListSessions + EndSession + Rooms>(
    store: &S,
    action: &Action,
    now: Result<Timestamp, BrokenClock>,
) -> Result<Done, Error> {
    let now = now?;
    match action {
        Action::FindUser(user_id) => find_user(store, *user_id).await.map(Done::User),
        Action::FindUserByEmail(email) => find_user_by_email(store, email).await.map(Done::User),
        Action::SetGrants(user_id, grants) => set_grants(store, *user_id, grants).await.map(Done::User),
        Action::DisableUser(user_id) => disable_user(store, *user_id, now).await.map(Done::User),
        Action::EnableUser(user_id) => enable_user(store, *user_id).await.map(Done::User),
        Action::ListSessions(user_id, after) => list_sessions(store, *user_id, *after, now).await.map(Done::Sessions),
        Action::EndSession(user_id, session_id) => {
            end_session(store, *user_id, *session_id, now).await.map(Done::Ended)
        }
        Action::EndSessions(user_id, None) => end_sessions(store, *user_id, now).await.map(Done::Ended),
        Action::EndSessions(user_id, Some(after)) => {
            continue_ending(store, *user_id, *after, now).await.map(Done::Ended)
        }
        Action::DeleteUser(user_id) => delete_user(store, *user_id, now).await.map(|()| Done::Nothing),
        Action::PutRoom(room) => put_room(store, room).await.map(Done::Room),
        Action::AddMember(room, user_id) => add_member(store, room, *user_id, now).await.map(|()| Done::Nothing),
        Action::RemoveMember(room, user_id) => remove_member(store, room, *user_id).await.map(|()| Done::Nothing),
    }
}
