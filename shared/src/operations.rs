//! What the product does: one file per operation, each a list of steps.
//!
//! An operation takes its context, then domain values, then the present. It knows no request, no status code and no
//! environment.

pub mod account;
pub mod admin;
pub mod attempts;
pub mod change_password;
pub mod check;
pub mod connect;
pub mod converse;
mod ending;
pub mod hang_up;
pub mod identify;
pub mod login;
pub mod logout;
pub mod mint;
pub mod refresh;
pub mod register;
mod renewal;
pub mod rooms;
pub mod sessions;
pub mod ticket;

pub use crate::tokens::{Credential, Identity};
pub use identify::{Guard, SessionGuard};
pub use mint::{Cookie, Mint, SignedIn, Tokens, Transport};
