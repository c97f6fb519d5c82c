//! A stub of the issuer: its keys, and a feed that tells of as many endings as it is made with.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use anyhow::Result;
use latchkey::{
    domain::{
        FeedEntry, SessionId, Timestamp,
        feed::{BUCKET_SECONDS, TOLD_SECONDS, bucket, last_closed},
        time::system_clock,
    },
    published::document::{Bucket, Document, PATH},
    tokens::Jwks,
};

use crate::{
    fixture::{Fixture, HOST},
    http1::Request,
    tls::{self, Reply},
};

/// How long the endings of a feed took, in seconds.
const SPREAD: u64 = 60;
/// How long ago they were over: all are in closed buckets.
const AGO: u64 = 60;

/// A running issuer.
pub(crate) struct Issuer {
    /// Its URL.
    pub(crate) url: String,
    /// How often its keys were fetched.
    keys_fetched: Arc<AtomicUsize>,
}

impl Issuer {
    /// Starts one that tells of `endings` endings.
    pub(crate) fn start(fixture: &Fixture, endings: u32) -> Result<Self> {
        let (jwks, buckets, keys_fetched) = (fixture.jwks.clone(), endings_of(endings)?, Arc::<AtomicUsize>::default());
        let fetched = Arc::clone(&keys_fetched);
        let port = tls::start(fixture, move |request| {
            let body = match query(request) {
                Some(after) => feed(&jwks, &buckets, after)?,
                None => {
                    fetched.fetch_add(1, Relaxed);
                    jwks.clone()
                }
            };
            Ok(Reply { status: "200 OK", headers: "content-type: application/json\r\n", body: body.into() })
        })?;
        Ok(Self { url: format!("https://{HOST}:{port}"), keys_fetched })
    }

    /// How often its keys were fetched.
    pub(crate) fn keys_fetched(&self) -> usize {
        self.keys_fetched.load(Relaxed)
    }
}

/// The place in the feed that is asked for; none when it is about the keys.
fn query(request: &Request) -> Option<u64> {
    let (_, place) = request.line.split_once(PATH)?;
    Some(place.strip_prefix("?after=").and_then(|after| after.parse().ok()).unwrap_or(0))
}

fn endings_of(endings: u32) -> Result<Vec<Bucket<'static>>> {
    let now = system_clock()?;
    let ended = |number: u32| {
        let at = now.minus(AGO + SPREAD * u64::from(number) / u64::from(endings));
        FeedEntry::session(SessionId::from_bytes(u128::from(number).to_be_bytes()), at, at.plus(TOLD_SECONDS))
    };
    let entries: Vec<FeedEntry> = (0..endings).map(ended).collect();
    let first = bucket(now.minus(AGO + SPREAD));
    let packed = |number: u64| Bucket::pack(number, entries.iter().filter(move |entry| entry.bucket == number));
    Ok((first..=bucket(now)).map(packed).filter(|bucket| !bucket.sessions.is_empty()).collect())
}

fn feed(jwks: &str, buckets: &[Bucket<'static>], after: u64) -> Result<String> {
    let (now, keys): (Timestamp, Jwks) = (system_clock()?, Jwks::parse(jwks)?);
    Ok(serde_json::to_string(&Document {
        now: now.seconds(),
        bucket_seconds: BUCKET_SECONDS,
        valid_from: 0,
        kids: keys.key_ids(now).map(Into::into).collect(),
        after,
        closed: last_closed(now),
        next: None,
        buckets: buckets.iter().filter(|bucket| bucket.bucket > after).cloned().collect(),
    })?)
}
