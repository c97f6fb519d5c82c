//! Applications behind the guard: `latchkey::guard`.

mod answers;
mod app;
mod cookies;
mod tokens;
