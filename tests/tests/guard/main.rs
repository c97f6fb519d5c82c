//! Applications behind the guard: `latchkey::guard`.

mod answers;
mod app;
mod built;
mod cookies;
mod tokens;
