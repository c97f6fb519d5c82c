//! The functions as they are built, each behind a Runtime API of its own: hostile tokens and events, faults, logs, start.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers that tests call, not tests themselves")]

mod admin;
mod authorization;
mod bounded;
mod carriers;
mod claims;
#[cfg(target_os = "linux")]
mod clock;
mod faults;
mod folder;
mod judges;
mod keys;
mod kinds;
mod live;
mod logs;
mod pages;
mod payloads;
mod rotation;
mod rules;
mod secrets;
mod shapes;
mod signatures;
mod start;
mod swap;
mod timing;
