//! The revocation feed as a verifier holds it: what has ended, by name, and nothing else.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::document::{Bucket, Document, PATH};
use crate::{
    domain::{
        Timestamp,
        feed::{BUCKET_SECONDS, bucket, last_forgotten, name_of},
    },
    error::Refusal,
    tokens::Subject,
};

/// How old a document may be when it is asked for, in whole seconds: well-known keeps what it read for a second, and caches keep
/// its answer for another.
pub const MAX_DOCUMENT_AGE: u64 = 2;

/// The most endings that are held: 250 a second, for an hour. They fill the 2^20 places of a hash table, 14 MB.
pub const MAX_ENTRIES: usize = 900_000;

/// Why a document changes nothing of what is known.
#[derive(Debug, thiserror::Error)]
pub enum BadDocument {
    /// Not JSON, or not the members of the document.
    #[error("the feed is malformed")]
    Malformed,
    /// Of other buckets, or for another question: a cache that ignores the query.
    #[error("the feed answers another question")]
    Foreign,
    /// Kept by somebody for too long, or the clocks differ.
    #[error("the feed is {0} seconds old")]
    Old(i128),
    /// More than [`MAX_ENTRIES`].
    #[error("the feed has more than {MAX_ENTRIES} entries")]
    TooLarge,
}

/// A name is eight bytes of SHA-256 of an id that we drew: nobody can choose names that meet in one place of a table, so they are
/// their own hash. After a mass revocation this is half of what reading the feed costs.
type ByName = BuildHasherDefault<NameHasher>;

#[derive(Default)]
struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, name: &[u8]) {
        for byte in name {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    /// What comes before the bytes: how many there are, always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What has ended.
#[derive(Default)]
pub struct Feed {
    /// Sessions that are over, and the bucket that told of each.
    sessions: HashMap<[u8; 8], u32, ByName>,
    /// Users of whom lower epochs are over, and the bucket that told so.
    users: HashMap<[u8; 8], (u64, u32), ByName>,
    kids: Vec<String>,
    valid_from: u64,
    /// Everything up to this bucket is known for good.
    after: u64,
    /// Where a feed of several pages goes on, and the last bucket that was closed when the first of them was read.
    page: Option<(u64, u64)>,
}

impl Feed {
    /// Path and query of what is not known yet.
    pub fn question(&self) -> String {
        match self.asked() {
            0 => PATH.to_owned(),
            after => format!("{PATH}?after={after}"),
        }
    }

    fn asked(&self) -> u64 {
        self.page.map_or(self.after, |(next, _)| next)
    }

    /// Asks for a first page again: open buckets of an earlier one may have grown since.
    pub fn restart(&mut self) {
        self.page = None;
    }

    /// Whether the last page is read.
    pub fn is_whole(&self) -> bool {
        self.page.is_none()
    }

    /// How many endings are held.
    pub fn entries(&self) -> usize {
        self.sessions.len() + self.users.len()
    }

    /// Adds the answer to [`Feed::question`], asked at `now`, and forgets what no longer matters.
    ///
    /// # Errors
    /// [`BadDocument`]; what was known before still is, unless there is too much of it.
    pub fn read(&mut self, json: &[u8], now: Timestamp) -> Result<(), BadDocument> {
        let document: Document<'_> = serde_json::from_slice(json).map_err(|_| BadDocument::Malformed)?;
        self.accept(&document, now)?;
        for bucket in &document.buckets {
            self.add(bucket)?;
        }
        self.forget(now);
        if self.entries() > MAX_ENTRIES {
            // What is left out would be let in: nothing is known any more.
            *self = Self::default();
            return Err(BadDocument::TooLarge);
        }
        self.kids = document.kids.into_iter().map(Into::into).collect();
        self.valid_from = document.valid_from;
        let closed = self.page.map_or(document.closed, |(_, closed)| closed.min(document.closed));
        self.after = self.after.max(document.next.map_or(closed, |next| next.min(closed)));
        self.page = document.next.map(|next| (next, closed));
        Ok(())
    }

    /// Judges a document before anything of it counts.
    fn accept(&self, document: &Document<'_>, now: Timestamp) -> Result<(), BadDocument> {
        let age = i128::from(now.seconds()) - i128::from(document.now);
        if age.unsigned_abs() > u128::from(MAX_DOCUMENT_AGE) {
            return Err(BadDocument::Old(age));
        }
        let asked = self.asked();
        if document.bucket_seconds != BUCKET_SECONDS || document.after != asked {
            return Err(BadDocument::Foreign);
        }
        // A writer's clock may be ahead by a little; a bucket of next year would never be forgotten.
        let last = bucket(Timestamp::from_seconds(document.now)) + 1;
        let told = |number: u64| number > asked && number <= last && u32::try_from(number).is_ok();
        let buckets = document.buckets.iter().map(|bucket| bucket.bucket);
        if !buckets.chain(document.next).all(told) || document.closed >= last {
            return Err(BadDocument::Foreign);
        }
        Ok(())
    }

    fn add(&mut self, bucket: &Bucket<'_>) -> Result<(), BadDocument> {
        let (sessions, users) = (bucket.sessions(), bucket.users());
        let (Ok(sessions), Ok(users)) = (sessions, users) else { return Err(BadDocument::Malformed) };
        let number = u32::try_from(bucket.bucket).map_err(|_| BadDocument::Foreign)?;
        self.sessions.extend(sessions.into_iter().map(|name| (name, number)));
        for (name, epoch) in users {
            let known = self.users.entry(name).or_default();
            *known = (known.0.max(epoch), known.1.max(number));
        }
        Ok(())
    }

    fn forget(&mut self, now: Timestamp) {
        let matters = |number: u32| u64::from(number) > last_forgotten(now);
        self.sessions.retain(|_, number| matters(*number));
        self.users.retain(|_, (_, number)| matters(*number));
    }

    /// Judges a credential that is authentic and in time: whom it is about, and the key that signed it.
    ///
    /// # Errors
    /// [`Refusal`] when its key, its session or its epoch is over, or its session began before `valid_from`.
    pub fn judge(&self, subject: &Subject, key_id: &str) -> Result<(), Refusal> {
        if !self.kids.iter().any(|kid| kid == key_id) {
            return Err(Refusal("key no longer trusted"));
        }
        if subject.auth_time.seconds() < self.valid_from {
            return Err(Refusal("session older than valid_from"));
        }
        if self.sessions.contains_key(&name_of(subject.session_id.as_bytes())) {
            return Err(Refusal("session ended"));
        }
        let epoch_is_over = |(epoch, _): &(u64, u32)| subject.epoch < *epoch;
        if self.users.get(&name_of(subject.user_id.as_bytes())).is_some_and(epoch_is_over) {
            return Err(Refusal("epoch is over"));
        }
        Ok(())
    }
}
