//! A stub of the issuer: its keys, and a feed that tells of a mass ending or of nothing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use anyhow::Result;
use latchkey::{
    domain::{
        Timestamp,
        feed::{BUCKET_SECONDS, bucket, last_closed},
        time::system_clock,
    },
    published::document::{Bucket, Document, PATH},
    tokens::Jwks,
};

use crate::{
    endings,
    fixture::{Fixture, HOST},
    http1::Request,
    tls::{self, Reply},
};

/// What the feed tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mass {
    /// Nothing has ended.
    None,
    /// The minute of the mass ending is over for so long that its buckets are closed.
    Closed,
    /// It ends now: four of its six buckets are open, and told with every reading. They stay so, however long the run takes.
    Open,
}

/// A running issuer.
pub(crate) struct Issuer {
    /// Its URL.
    pub(crate) url: String,
    asked: Arc<Asked>,
}

/// What it was asked for.
#[derive(Default)]
struct Asked {
    keys: AtomicUsize,
    feed: AtomicUsize,
    /// Length of the last feed it told.
    feed_bytes: AtomicUsize,
}

impl Issuer {
    /// Starts one.
    pub(crate) fn start(fixture: &Fixture, mass: Mass) -> Result<Self> {
        let (jwks, feed, asked) = (fixture.jwks.clone(), Feed::new(mass)?, Arc::<Asked>::default());
        let counted = Arc::clone(&asked);
        let port = tls::start(fixture, move |request| {
            let body = match query(request) {
                Some(after) => {
                    let body = feed.after(after, &jwks)?;
                    counted.feed.fetch_add(1, Relaxed);
                    counted.feed_bytes.store(body.len(), Relaxed);
                    body
                }
                None => {
                    counted.keys.fetch_add(1, Relaxed);
                    jwks.clone()
                }
            };
            Ok(Reply { status: "200 OK", headers: "content-type: application/json\r\n", body: body.into() })
        })?;
        Ok(Self { url: format!("https://{HOST}:{port}"), asked })
    }

    /// How often its keys were fetched.
    pub(crate) fn keys_fetched(&self) -> usize {
        self.asked.keys.load(Relaxed)
    }

    /// How often its feed was fetched.
    pub(crate) fn feed_fetched(&self) -> usize {
        self.asked.feed.load(Relaxed)
    }

    /// Length of the last feed it told.
    pub(crate) fn feed_bytes(&self) -> usize {
        self.asked.feed_bytes.load(Relaxed)
    }
}

/// The place in the feed that is asked for; none when it is about the keys.
fn query(request: &Request) -> Option<u64> {
    let (_, place) = request.line.split_once(PATH)?;
    Some(place.strip_prefix("?after=").and_then(|after| after.parse().ok()).unwrap_or(0))
}

struct Feed {
    closed: u64,
    buckets: Vec<Bucket<'static>>,
}

impl Feed {
    fn new(mass: Mass) -> Result<Self> {
        let now = system_clock()?;
        let buckets = match mass {
            Mass::None => Vec::new(),
            Mass::Closed => endings::in_minute_of(last_closed(now)),
            Mass::Open => endings::in_minute_of(bucket(now)),
        };
        let buckets = buckets.iter().map(|(number, entries)| Bucket::pack(*number, entries)).collect();
        Ok(Self { closed: last_closed(now), buckets })
    }

    fn after(&self, after: u64, jwks: &str) -> Result<String> {
        let (now, keys): (Timestamp, Jwks) = (system_clock()?, Jwks::parse(jwks)?);
        Ok(serde_json::to_string(&Document {
            now: now.seconds(),
            bucket_seconds: BUCKET_SECONDS,
            valid_from: 0,
            kids: keys.key_ids(now).map(Into::into).collect(),
            after,
            closed: self.closed,
            next: None,
            buckets: self.buckets.iter().filter(|bucket| bucket.bucket > after).cloned().collect(),
        })?)
    }
}
