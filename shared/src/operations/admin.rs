//! What administrators do to the accounts of others. Who they are and why they do it is the business of whoever calls: these
//! operations ask for no proof of it.

mod delete_user;
mod disable_user;
mod enable_user;
mod end_session;
mod end_sessions;
mod find_user;
mod list_sessions;
mod rooms;
mod set_grants;

pub use delete_user::delete_user;
pub use disable_user::disable_user;
pub use enable_user::enable_user;
pub use end_session::end_session;
pub use end_sessions::{SomeEnded, continue_ending, end_sessions};
pub use find_user::{find_user, find_user_by_email};
pub use list_sessions::list_sessions;
pub use rooms::{add_member, put_room};

pub use super::rooms::leave as remove_member;
pub use set_grants::set_grants;

use crate::error::Error;

/// How often a change is tried when others change the user at the same time.
const TRIES: usize = 3;

/// Somebody changed the user between every reading and the change that rested on it.
fn outrun() -> Error {
    Error::Unavailable("the user is being changed by others".into())
}
