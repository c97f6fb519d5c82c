//! The rules of every route, one file per route, on both stores; and the main journey through all of them.

#![expect(clippy::unwrap_used, reason = "helpers that tests call, not tests themselves")]

mod admin;
mod admin_disabled;
mod admin_grants;
mod admin_payloads;
mod admin_sessions;
mod admin_straddling;
mod attempts;
mod authorizer;
mod bodies;
mod bounded;
mod changes;
mod client_hash;
mod cookie;
mod foreign;
mod input;
mod issuer_keys;
mod limits;
mod login;
mod logout;
mod me;
mod pages;
mod pages_hostile;
mod password;
mod password_straddling;
mod randomness;
mod refresh;
mod refused;
mod register;
mod revocations;
mod rotation;
mod salt;
mod session_authorizer;
mod sessions;
mod straddling;
mod well_known;
mod whole;
mod ws_connect;
mod ws_ended;
mod ws_message;
mod ws_rooms;
mod ws_ticket;
