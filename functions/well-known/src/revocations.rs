//! The revocation feed: kept in memory as far as it is closed, read from the table every other second beyond that.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use latchkey::{
    domain::{
        FeedEntry, Timestamp,
        feed::{BUCKET_SECONDS, bucket, last_closed, last_forgotten},
    },
    error::{Error, FieldError},
    http::{Request, request},
    ports::ReadFeed,
    published::document::{Bucket, Document},
    tokens::Jwks,
};

/// How long others may keep the document, in seconds. It is part of the bound within which a token is refused.
pub(crate) const CACHE: &str = "public, max-age=1";

/// A page ends with the bucket that takes it beyond this. A bucket has 3.4 MB at most: 16 shards, 1000 writes a second, 22
/// characters for a user. So no answer reaches the 6 MB that Lambda allows.
const PAGE_BYTES: usize = 1 << 20;

/// What this sandbox knows.
#[derive(Default)]
pub(crate) struct Feed(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    read_at: Timestamp,
    /// Up to here nothing changes any more, and nothing is read again.
    closed: u64,
    buckets: BTreeMap<u64, Bucket<'static>>,
}

/// What the caller knows already.
///
/// # Errors
/// [`Error::InvalidInput`] when it is no number.
pub(crate) fn after(request: &Request) -> Result<u64, Error> {
    let number = request::query(request, "after").map_or(Ok(0), |text| text.parse());
    let mistake = || FieldError::new("/after", "must be the `closed` or `next` of an earlier answer");
    number.map_err(|_| Error::InvalidInput(vec![mistake()]))
}

/// Whether something read at one moment is fresh at another. A clock that was set back makes nothing fresh.
pub(crate) fn is_fresh(read_at: Timestamp, now: Timestamp) -> bool {
    read_at <= now && now.since(read_at) <= 1
}

impl Feed {
    /// Reads what may have changed, unless that was done in this second or the one before: after a mass revocation a reading may
    /// take longer than a verifier waits, and then it is there for the verifier's next try.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub(crate) async fn refresh(&self, store: &impl ReadFeed, now: Timestamp) -> Result<(), Error> {
        let (read_at, closed) = {
            let kept = self.kept();
            (kept.read_at, kept.closed)
        };
        if is_fresh(read_at, now) {
            return Ok(());
        }
        let entries = store.read_feed(closed, now).await?;
        self.kept().replace(closed, entries, now);
        Ok(())
    }

    /// The document about what came after the bucket `after`, with the keys that are published now.
    ///
    /// # Errors
    /// [`Error::Internal`] when these are no key set.
    pub(crate) fn document(&self, keys: &str, after: u64) -> Result<String, Error> {
        let internal = |error: &dyn std::error::Error| Error::Internal(error.to_string());
        let keys = Jwks::parse(keys).map_err(|error| internal(&error))?;
        serde_json::to_string(&self.kept().document(&keys, after)).map_err(|error| internal(&error))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Takes what was read at `now`: everything after the bucket `closed`.
    fn replace(&mut self, closed: u64, entries: Vec<FeedEntry>, now: Timestamp) {
        // Two requests may read at once: the one that began earlier must not undo what the other has closed.
        if closed != self.closed {
            return;
        }
        self.buckets.retain(|bucket, _| *bucket <= closed && *bucket > last_forgotten(now));
        let mut fresh = BTreeMap::<u64, Vec<FeedEntry>>::new();
        for entry in entries {
            // What a writer whose clock is ahead has written is told now, as no verifier takes a bucket of the future.
            fresh.entry(entry.bucket.min(bucket(now))).or_default().push(entry);
        }
        self.buckets.extend(fresh.iter().map(|(bucket, entries)| (*bucket, Bucket::pack(*bucket, entries))));
        (self.read_at, self.closed) = (now, closed.max(last_closed(now)));
    }

    fn document<'a>(&'a self, keys: &'a Jwks, after: u64) -> Document<'a> {
        let (mut buckets, mut bytes, mut next) = (Vec::<Bucket<'a>>::new(), 0, None);
        for (_, bucket) in self.buckets.range(after.saturating_add(1)..) {
            if bytes >= PAGE_BYTES {
                next = buckets.last().map(|last| last.bucket);
                break;
            }
            bytes += bucket.sessions.len() + bucket.users.len();
            let (sessions, users) = (Cow::Borrowed(&*bucket.sessions), Cow::Borrowed(&*bucket.users));
            buckets.push(Bucket { bucket: bucket.bucket, sessions, users });
        }
        Document {
            now: self.read_at.seconds(),
            bucket_seconds: BUCKET_SECONDS,
            valid_from: keys.valid_from().seconds(),
            kids: keys.key_ids(self.read_at).map(Cow::Borrowed).collect(),
            after,
            closed: self.closed,
            next,
            buckets,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_behind_the_bucket_that_fills_it_and_the_next_begins_there() {
        let keys = Jwks::default();
        let half = |bucket| Bucket { bucket, sessions: "A".repeat(PAGE_BYTES / 2).into(), users: "".into() };
        let buckets = (1..=5).map(|bucket| (bucket, half(bucket))).collect();
        let kept = Kept { read_at: Timestamp::from_seconds(60), closed: 2, buckets };
        let page = |after| {
            let document = kept.document(&keys, after);
            let told: Vec<_> = document.buckets.iter().map(|bucket| bucket.bucket).collect();
            (told, document.next)
        };
        assert_eq!(page(0), (vec![1, 2], Some(2)));
        assert_eq!(page(2), (vec![3, 4], Some(4)));
        assert_eq!(page(3), (vec![4, 5], None));
        assert_eq!(page(5), (vec![], None));
        assert_eq!(page(u64::MAX), (vec![], None));
    }
}
