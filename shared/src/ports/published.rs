//! What verifiers fetch: the revocation feed and the public keys.

use std::future::Future;

use super::Stored;
use crate::domain::{FeedEntry, Timestamp};

/// Reads what the revocation feed tells.
pub trait ReadFeed {
    /// Every entry of the buckets after `after` that still matter at `now`, in any order; each `until` its bucket is forgotten.
    fn read_feed(&self, after: u64, now: Timestamp) -> impl Future<Output = Stored<Vec<FeedEntry>>> + Send;
}

/// Reads the public keys that `well-known` serves.
pub trait FindPublishedKeys {
    /// The JWKS document, if one was ever published.
    fn find_published_keys(&self) -> impl Future<Output = Stored<Option<String>>> + Send;
}

/// Publishes them.
pub trait PublishKeys {
    /// Replaces the JWKS document, unless one of a greater revision is published: somebody slow must not undo a rotation.
    fn publish_keys(&self, document: &str, revision: u64) -> impl Future<Output = Stored<Published>> + Send;
}

/// What came of publishing keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The document is there; another one was before, or none.
    Anew,
    /// The very same document was there already.
    Again,
    /// A document of a greater revision is there; nothing was written.
    Stale,
}
