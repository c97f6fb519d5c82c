//! What the revocation feed tells: sessions that have ended and epochs that are over, named so that only somebody who holds
//! such a credential recognises it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{SessionId, Timestamp, UserId};

/// Length of one bucket in seconds. A closed bucket never changes again, so it can be cached for ever; the shorter it is, the
/// sooner what it tells is cacheable.
pub const BUCKET_SECONDS: u64 = 10;

/// How many partitions share the writes of one bucket: 16 times 1000 writes a second.
pub const SHARDS: u8 = 16;

/// One ending, as the feed tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// The bucket it is told in: seconds since 1970 divided by [`BUCKET_SECONDS`].
    pub bucket: u64,
    /// The first 8 bytes of SHA-256 of the 16 bytes of the session's or user's id. A collision signs somebody out once.
    pub digest: [u8; 8],
    /// Set when it is about a user: credentials that carry a lower epoch are over. Otherwise it is about a session.
    pub epoch: Option<u64>,
    /// No credential it speaks of lives longer.
    pub until: Timestamp,
}

impl FeedEntry {
    /// Tells at `at` that a session is over.
    pub fn session(id: SessionId, at: Timestamp, until: Timestamp) -> Self {
        Self::new(id.as_bytes(), None, at, until)
    }

    /// Tells at `at` that whatever carries a lower epoch than `epoch` is over.
    pub fn user(id: UserId, epoch: u64, at: Timestamp, until: Timestamp) -> Self {
        Self::new(id.as_bytes(), Some(epoch), at, until)
    }

    fn new(id: &[u8; 16], epoch: Option<u64>, at: Timestamp, until: Timestamp) -> Self {
        let mut first_bytes = [0; 8];
        for (target, byte) in first_bytes.iter_mut().zip(digest(&SHA256, id).as_ref()) {
            *target = *byte;
        }
        let bucket = at.seconds() / BUCKET_SECONDS;
        Self { bucket, digest: first_bytes, epoch, until }
    }

    /// The partition of its bucket that holds it.
    pub fn shard(&self) -> u8 {
        let [first, ..] = self.digest;
        first % SHARDS
    }

    /// The digest as text: 11 characters of base64url.
    pub fn name(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_its_session_by_eight_bytes_of_a_hash() {
        let entry = FeedEntry::session(
            SessionId::from_bytes([0; 16]),
            Timestamp::from_seconds(1_000_009),
            Timestamp::from_seconds(1),
        );
        // SHA-256 of 16 zero bytes begins 374708fff7719dd5.
        assert_eq!(entry.digest, [0x37, 0x47, 0x08, 0xff, 0xf7, 0x71, 0x9d, 0xd5]);
        assert_eq!((entry.bucket, entry.shard(), entry.name().as_str()), (100_000, 7, "N0cI__dxndU"));
    }
}
