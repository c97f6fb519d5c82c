//! Applications behind the guard: `latchkey::guard`.

#![expect(clippy::unwrap_used, reason = "helpers that tests call, not tests themselves")]

mod answers;
mod app;
mod built;
mod cookies;
mod tokens;
mod turns;
