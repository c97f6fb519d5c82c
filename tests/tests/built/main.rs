//! The functions as they are built, each behind a Runtime API of its own: hostile tokens and events, faults, logs, start.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers that tests call, not tests themselves")]

mod authorization;
mod bounded;
mod claims;
mod faults;
mod folder;
mod judges;
mod keys;
mod logs;
mod rotation;
mod secrets;
mod shapes;
mod signatures;
mod start;
mod swap;
mod timing;
