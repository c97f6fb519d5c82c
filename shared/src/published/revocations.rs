//! Revocation with bounded staleness: nothing is decided without a feed that is young enough.

use std::{
    sync::{PoisonError, RwLock, TryLockError},
    time::{Duration, Instant},
};

use super::{
    Fetch, Unfetched,
    feed::{BadDocument, Feed},
};
use crate::{
    domain::Timestamp,
    error::{Error, chain},
    telemetry::{Event, Telemetry},
    tokens::Subject,
};

/// How long one request waits for the feed, all pages together.
const PATIENCE: Duration = Duration::from_millis(300);

/// Lambda answers with no more.
const MAX_PAGE_BYTES: u64 = 6 << 20;

/// The feed is asked for this many seconds before it would be too old, so that a try that fails is not yet a denial.
const AHEAD: u64 = 2;

/// How old the feed may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Seconds after which it is asked for again before anything is decided: `LATCHKEY_REVOCATION_MAX_AGE_SECONDS`, default 5. A
    /// token of an ended session is refused this, the second that caches may keep the feed and two more after its end.
    pub max_age: u64,
    /// Seconds for which an older one is used while the issuer cannot be reached: `LATCHKEY_REVOCATION_STALE_SECONDS`, default
    /// 0, nobody gets in then.
    pub stale: u64,
}

/// What has ended, fetched in requests.
pub struct Revocations {
    bound: Bound,
    telemetry: Telemetry,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    feed: Feed,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

impl Revocations {
    /// Knows nothing yet.
    pub fn new(bound: Bound, telemetry: Telemetry) -> Self {
        Self { bound, telemetry, known: RwLock::default() }
    }

    /// Judges a credential that is authentic and in time, after fetching what is new if it is time to: whom it is about, and the
    /// key that signed it.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] when it is over; [`Error::Unavailable`] when the feed is too old to say.
    pub fn check(&self, issuer: &impl Fetch, subject: &Subject, key_id: &str, now: Timestamp) -> Result<(), Error> {
        // Who comes while it is fetched waits: what is known is too old for them as well.
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if self.must_fetch(&known, now) {
            known.tried_at = Some(now);
            let fetched = known.fetch(issuer, now);
            self.tell(&known, fetched, now);
        }
        self.judge(&known, subject, key_id, now)
    }

    /// As [`Revocations::check`] by what is known; nothing when it is time to fetch, or somebody does.
    pub fn check_held(&self, subject: &Subject, key_id: &str, now: Timestamp) -> Option<Result<(), Error>> {
        let known = match self.known.try_read() {
            Ok(known) => known,
            Err(TryLockError::Poisoned(known)) => known.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        (!self.must_fetch(&known, now)).then(|| self.judge(&known, subject, key_id, now))
    }

    fn judge(&self, known: &Known, subject: &Subject, key_id: &str, now: Timestamp) -> Result<(), Error> {
        if known.age(now).is_none_or(|age| age >= self.bound.max_age.max(self.bound.stale)) {
            return Err(Error::Unavailable("the revocation feed is too old".into()));
        }
        Ok(known.feed.judge(subject, key_id)?)
    }

    /// Once a second at most.
    fn must_fetch(&self, known: &Known, now: Timestamp) -> bool {
        self.is_due(known, now) && known.tried_at != Some(now)
    }

    fn is_due(&self, known: &Known, now: Timestamp) -> bool {
        let due = self.bound.max_age.saturating_sub(AHEAD).max(1);
        known.age(now).is_none_or(|age| age >= due)
    }

    /// Counts a try that failed, and that an old feed decides.
    fn tell(&self, known: &Known, fetched: Result<(), Unfetched>, now: Timestamp) {
        let Err(error) = fetched else { return };
        self.telemetry.note(Event::RevocationFeedUnreachable, &chain(&error));
        if known.age(now).is_some_and(|age| (self.bound.max_age..self.bound.stale).contains(&age)) {
            self.telemetry
                .note(Event::RevocationFeedStale, "an old feed decides, as LATCHKEY_REVOCATION_STALE_SECONDS allows");
        }
    }
}

impl Known {
    /// How old the feed is, from the second at which it was asked for; by the wall clock, which goes on while a sandbox is frozen.
    /// A clock that was set back says nothing.
    fn age(&self, now: Timestamp) -> Option<u64> {
        self.fetched_at.filter(|fetched_at| *fetched_at <= now).map(|fetched_at| now.since(fetched_at))
    }

    fn fetch(&mut self, issuer: &impl Fetch, now: Timestamp) -> Result<(), Unfetched> {
        let started = Instant::now();
        self.feed.restart();
        loop {
            let left = PATIENCE.saturating_sub(started.elapsed());
            let page = issuer.get(&self.feed.question(), MAX_PAGE_BYTES, left)?;
            self.read(&page, now)?;
            if self.feed.is_whole() {
                self.fetched_at = Some(now);
                return Ok(());
            }
        }
    }

    fn read(&mut self, page: &[u8], now: Timestamp) -> Result<(), Unfetched> {
        let read = self.feed.read(page, now);
        if matches!(read, Err(BadDocument::TooLarge)) {
            self.fetched_at = None;
        }
        read.map_err(|error| Unfetched::Unusable(error.into()))
    }
}
