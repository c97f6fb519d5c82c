//! The document at `/.well-known/revocations`, as it is written and as it is read (docs/API.md, ADR 18).

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::domain::FeedEntry;

/// Where the document is, below the issuer.
pub const PATH: &str = "/.well-known/revocations";

/// Bytes of a name, see [`crate::domain::feed::name_of`].
const NAME: usize = 8;
/// Bytes of a name with an epoch.
const NAME_AND_EPOCH: usize = NAME + 8;

/// What has ended, as far as it still matters.
#[derive(Debug, Serialize, Deserialize)]
pub struct Document<'a> {
    /// When the table was read, in seconds since 1970: the age of the document counts from here, whoever kept it since.
    pub now: u64,
    /// [`crate::domain::feed::BUCKET_SECONDS`].
    pub bucket_seconds: u64,
    /// Sessions created earlier are over.
    pub valid_from: u64,
    /// The keys that are trusted now.
    #[serde(borrow)]
    pub kids: Vec<Cow<'a, str>>,
    /// What was asked for: only buckets after this one are told.
    pub after: u64,
    /// The last bucket that will never change again: what to ask for next time.
    pub closed: u64,
    /// Present when there is more to tell: ask for what comes after this bucket, at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// Buckets in which something ended, oldest first.
    #[serde(borrow)]
    pub buckets: Vec<Bucket<'a>>,
}

/// What ended in one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket<'a> {
    /// The bucket: seconds since 1970 divided by its length.
    pub bucket: u64,
    /// Sessions: base64url of their names, 8 bytes each.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub sessions: Cow<'a, str>,
    /// Users of whom everything issued before an epoch is over: base64url of their names, 8 bytes each, and of that epoch, 8 bytes
    /// in network order.
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub users: Cow<'a, str>,
}

/// A list in a bucket is no base64url of whole entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bucket is malformed")]
pub struct MalformedBucket;

impl Bucket<'_> {
    /// Packs the entries of one bucket.
    pub fn pack<'e>(bucket: u64, entries: impl IntoIterator<Item = &'e FeedEntry>) -> Bucket<'static> {
        let (mut sessions, mut users) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry.epoch {
                None => sessions.extend(entry.digest),
                Some(epoch) => {
                    users.extend(entry.digest);
                    users.extend(epoch.to_be_bytes());
                }
            }
        }
        let text = |bytes: Vec<u8>| Cow::Owned(URL_SAFE_NO_PAD.encode(bytes));
        Bucket { bucket, sessions: text(sessions), users: text(users) }
    }

    /// The names of the sessions.
    ///
    /// # Errors
    /// [`MalformedBucket`].
    pub fn sessions(&self) -> Result<Vec<[u8; NAME]>, MalformedBucket> {
        chunks(&self.sessions)
    }

    /// The names of the users, each with its least good epoch.
    ///
    /// # Errors
    /// [`MalformedBucket`].
    pub fn users(&self) -> Result<impl Iterator<Item = ([u8; NAME], u64)> + use<>, MalformedBucket> {
        let entries = chunks::<NAME_AND_EPOCH>(&self.users)?;
        Ok(entries.into_iter().map(|[n0, n1, n2, n3, n4, n5, n6, n7, epoch @ ..]| {
            ([n0, n1, n2, n3, n4, n5, n6, n7], u64::from_be_bytes(epoch))
        }))
    }
}

fn chunks<const N: usize>(text: &str) -> Result<Vec<[u8; N]>, MalformedBucket> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| MalformedBucket)?;
    let (chunks, rest) = bytes.as_chunks::<N>();
    if rest.is_empty() { Ok(chunks.to_vec()) } else { Err(MalformedBucket) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SessionId, Timestamp, UserId};

    #[test]
    fn a_bucket_is_eight_bytes_per_session_and_sixteen_per_user() {
        let (at, until) = (Timestamp::from_seconds(5000), Timestamp::from_seconds(9000));
        let session = FeedEntry::session(SessionId::from_bytes([1; 16]), at, until);
        let user = FeedEntry::user(UserId::from_bytes([2; 16]), 258, at, until);
        let packed = Bucket::pack(500, [&session, &user]);
        assert_eq!(URL_SAFE_NO_PAD.decode(&*packed.sessions).unwrap(), session.digest);
        let bytes = URL_SAFE_NO_PAD.decode(&*packed.users).unwrap();
        assert_eq!(bytes, [&user.digest[..], &[0, 0, 0, 0, 0, 0, 1, 2]].concat());
        assert_eq!(packed.sessions().unwrap(), [session.digest]);
        assert_eq!(packed.users().unwrap().collect::<Vec<_>>(), [(user.digest, 258)]);
    }

    #[test]
    fn half_an_entry_is_no_bucket() {
        let bucket = |sessions| Bucket { bucket: 1, sessions, users: "AAAAAAAAAAA".into() };
        assert_eq!(bucket("AAAA".into()).sessions(), Err(MalformedBucket));
        assert_eq!(bucket("AAAAAAAAAA=".into()).sessions(), Err(MalformedBucket));
        assert!(bucket("".into()).users().is_err());
        assert_eq!(bucket("".into()).sessions(), Ok(Vec::new()));
    }
}
