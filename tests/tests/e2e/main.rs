//! The deployed stack, from outside: real functions behind an emulated gateway, with IAM enforced.

#![expect(clippy::expect_used, reason = "the words given say what is missing")]

mod account;
mod admin;
mod cookie;
mod guard;
mod keys;
mod kinds;
mod live;
mod operator;
mod pages;
mod rooms;
mod rules;
mod stack;
mod whole;
