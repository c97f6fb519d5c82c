//! A mass ending: a hundred thousand sessions that end within a minute.

use latchkey::domain::{
    FeedEntry, SessionId, Timestamp,
    feed::{BUCKET_SECONDS, TOLD_SECONDS},
};

/// How many sessions end.
pub(crate) const ENDINGS: u64 = 100_000;
/// Buckets of a minute.
const BUCKETS: u64 = 60 / BUCKET_SECONDS;

/// The buckets of a minute of which `last` is the last one, each with the same share of the sessions.
pub(crate) fn in_minute_of(last: u64) -> Vec<(u64, Vec<FeedEntry>)> {
    let bucket = |part: u64| {
        let bucket = last + 1 - BUCKETS + part;
        let at = Timestamp::from_seconds(bucket * BUCKET_SECONDS);
        let id = |number: u64| SessionId::from_bytes(u128::from(number).to_be_bytes());
        let numbers = part * ENDINGS / BUCKETS..(part + 1) * ENDINGS / BUCKETS;
        (bucket, numbers.map(|number| FeedEntry::session(id(number), at, at.plus(TOLD_SECONDS))).collect())
    };
    (0..BUCKETS).map(bucket).collect()
}
