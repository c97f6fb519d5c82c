//! Everything that is a token, and nothing else in the workspace parses or makes one.
//!
//! | token | module | purpose |
//! |---|---|---|
//! | access token, a JWT | [`access`] | who is calling, for 15 minutes, checked without a table |
//! | refresh token `lkr_…` | [`sealed`] | gets the next access token, once |
//! | session token `lks_…` | [`sealed`] | sent with every request, checked against the table |
//! | cookie | [`cookie`] | a JWT for hours without a table, and what renews it afterwards |
//! | ticket, a JWT | [`ticket`] | opens one WebSocket connection, once and within seconds |

pub mod access;
pub mod algorithm;
mod claims;
pub mod cookie;
pub mod identity;
pub mod jwks;
mod jws;
pub mod rings;
pub mod sealed;
pub mod secret;
pub mod ticket;

pub use access::{AccessClaims, Audience, Subject, Verifier};
pub use algorithm::Algorithm;
pub use cookie::{CookieClaims, CookieValue};
pub use identity::{Credential, Identity};
pub use jwks::Jwks;
pub use rings::{PepperRing, RingError, SealRing, SignRing};
pub use sealed::{RefreshToken, Sealed, Seed, SessionToken};

#[cfg(test)]
mod tests;
