//! The core of Latchkey: what a session is, how tokens are made and checked, and where they are kept.
//!
//! Dependencies point one way only, checked by `cargo xtask test`:
//!
//! ```text
//! functions        -> everything
//! guard            -> http, published, tokens, error, domain, config, telemetry
//! http             -> operations, tokens, error, domain, config, telemetry
//! published        -> tokens, error, domain, config, telemetry
//! operations       -> ports, passwords, tokens, error, domain
//! passwords        -> tokens, error, domain
//! tokens           -> error, domain
//! delivery         -> dynamodb, ports, domain
//! dynamodb, memory -> ports, domain
//! error            -> ports, domain
//! ports            -> domain
//! domain           -> nothing
//! ```
//!
//! `config`, `keys`, `startup`, `streams` and `telemetry` put functions together: beside each other, only `guard`, `http`, `published` and
//! functions name them.
//!
//! Three features, each with the one before it: `verify` is what the stateless authorizer needs, `guard` what guards functions of
//! others needs, both without any AWS SDK; `aws` is everything.

pub mod config;
pub mod domain;
pub mod error;
#[cfg(feature = "guard")]
pub mod guard;
pub mod http;
pub mod published;
pub mod telemetry;
pub mod tokens;

#[cfg(feature = "aws")]
pub mod delivery;
#[cfg(feature = "aws")]
pub mod dynamodb;
#[cfg(feature = "aws")]
pub mod keys;
#[cfg(feature = "aws")]
pub mod memory;
#[cfg(feature = "aws")]
pub mod operations;
#[cfg(feature = "aws")]
pub mod passwords;
#[cfg(feature = "aws")]
pub mod ports;
#[cfg(feature = "aws")]
pub mod startup;
#[cfg(feature = "aws")]
pub mod streams;
