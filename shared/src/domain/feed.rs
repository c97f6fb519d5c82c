//! What the revocation feed tells: sessions that have ended and epochs that are over, named so that only somebody who holds
//! such a credential recognises it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{SessionId, Timestamp, UserId, lifetimes::MAX_ACCESS_TOKEN_SECONDS};

/// Length of one bucket in seconds. A closed bucket never changes again, so nobody has to ask for it twice; the shorter it is,
/// the sooner it closes.
pub const BUCKET_SECONDS: u64 = 10;

/// How many buckets one partition holds: those of an hour, so that a reader who asks for what is new asks each shard once.
pub const BUCKETS_PER_HOUR: u64 = 3600 / BUCKET_SECONDS;

/// How many partitions share the writes of one hour: 16 times 1000 writes a second.
pub const SHARDS: u8 = 16;

/// An entry's bucket is the moment at which its request began. This many seconds later it is written, or never will be: no
/// function that ends sessions runs for longer, but `admin`, which writes what it has to tell before anything that takes long.
pub const LATE_SECONDS: u64 = 30;

/// How long an ending is told: no credential that needs no table lives longer, also one that was issued while the ending was on
/// its way.
pub const TOLD_SECONDS: u64 = MAX_ACCESS_TOKEN_SECONDS + LATE_SECONDS;

/// The bucket of a moment: seconds since 1970 divided by [`BUCKET_SECONDS`].
pub const fn bucket(at: Timestamp) -> u64 {
    at.seconds() / BUCKET_SECONDS
}

/// The last bucket that will never change again.
pub const fn last_closed(now: Timestamp) -> u64 {
    bucket(now.minus(LATE_SECONDS)).saturating_sub(1)
}

/// When nothing of a bucket matters any more.
pub const fn forgotten_at(bucket: u64) -> Timestamp {
    Timestamp::from_seconds(bucket.saturating_add(1).saturating_mul(BUCKET_SECONDS)).plus(TOLD_SECONDS)
}

/// The last bucket of which nothing matters any more.
pub const fn last_forgotten(now: Timestamp) -> u64 {
    bucket(now.minus(TOLD_SECONDS)).saturating_sub(1)
}

/// The name by which the feed tells of a session's or user's id: the first 8 bytes of SHA-256 of its 16 bytes. A collision signs
/// somebody out once.
pub fn name_of(id: &[u8; 16]) -> [u8; 8] {
    let mut first_bytes = [0; 8];
    for (target, byte) in first_bytes.iter_mut().zip(digest(&SHA256, id).as_ref()) {
        *target = *byte;
    }
    first_bytes
}

/// One ending, as the feed tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// The [`bucket`] it is told in.
    pub bucket: u64,
    /// The session's or user's [`name_of`].
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
        Self { bucket: bucket(at), digest: name_of(id), epoch, until }
    }

    /// Which of the partitions of its hour holds it.
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

    #[test]
    fn a_bucket_closes_thirty_seconds_after_its_end_and_is_forgotten_an_hour_later() {
        let end_of_bucket = |bucket: u64| Timestamp::from_seconds((bucket + 1) * BUCKET_SECONDS);
        assert_eq!(last_closed(end_of_bucket(500).plus(29)), 499);
        assert_eq!(last_closed(end_of_bucket(500).plus(30)), 500);
        assert_eq!(last_forgotten(end_of_bucket(500).plus(3629)), 499);
        assert_eq!(last_forgotten(end_of_bucket(500).plus(3630)), 500);
        assert_eq!(forgotten_at(500), end_of_bucket(500).plus(3630));
    }
}
