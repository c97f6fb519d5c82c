//! What a verifier fetches from the issuer, and when: public keys it does not hold yet, and the revocation feed.
//!
//! Nothing is fetched before the first request, nothing at all while the keys stand in the environment and revocation is not
//! asked for, and nothing because of a token that is not authentic, but for one whose key is unknown, and that rarely.

pub mod document;
pub mod feed;
pub mod https;
pub mod keys;
pub mod mark;
pub mod revocations;

use std::time::Duration;

pub use https::Https;
pub use keys::{Keys, Refetch};
pub use revocations::{Bound, Revocations};

/// Gets the public documents of one issuer.
pub trait Fetch {
    /// The body at `path` (and query) of the issuer, at most `limit` bytes, within `patience`. Follows no redirect.
    ///
    /// # Errors
    /// [`Unfetched`] for anything but a whole answer with status 200.
    fn get(&self, path: &str, limit: u64, patience: Duration) -> Result<Vec<u8>, Unfetched>;
}

/// A document of the issuer that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Unfetched {
    /// No answer in time, or none that can be read.
    #[error("the issuer cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An answer of another status than 200.
    #[error("the issuer answers {0}")]
    Status(u16),
    /// An answer that is not the document.
    #[error("the issuer answers with something else: {0}")]
    Unusable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
