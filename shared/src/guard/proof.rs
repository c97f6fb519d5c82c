//! What public keys and the revocation feed prove. Whoever can be judged by what is held waits for nobody; the others wait while
//! one of them fetches.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Mutex, task::spawn_blocking, time::timeout};

use crate::{
    config::{ConfigError, Env},
    domain::{Timestamp, time::BrokenClock},
    error::{Error, Refusal},
    published::{Bound, Https, Keys, Revocations},
    telemetry::Telemetry,
    tokens::{Audience, Subject, Verifier},
};

/// How long a request waits for its turn: longer than a fetch takes at most.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) type Clock = Box<dyn Fn() -> Result<Timestamp, BrokenClock> + Send + Sync>;

pub(super) struct Proof {
    clock: Clock,
    published: Arc<Published>,
    keys: Turn,
    feed: Turn,
}

/// Of who fetches. Those who wait for it take what was fetched meanwhile; where nothing could be, they do not try in their turn,
/// one after the other.
#[derive(Default)]
struct Turn {
    taken: Arc<Mutex<()>>,
    failures: Arc<AtomicU64>,
}

struct Published {
    issuer: Https,
    keys: Keys,
    revocations: Option<Revocations>,
}

impl Proof {
    pub(super) fn from_env(
        audience: &Audience,
        env: &Env,
        telemetry: Telemetry,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        let published = Published {
            issuer: Https::new(&audience.issuer, env),
            keys: Keys::from_env(audience, env, telemetry)?,
            revocations: Bound::from_env(env)?.map(|bound| Revocations::new(bound, telemetry)),
        };
        Ok(Self { clock, published: Arc::new(published), keys: Turn::default(), feed: Turn::default() })
    }

    /// The present. Whoever has waited asks again: others may have fetched since.
    pub(super) fn now(&self) -> Result<Timestamp, Error> {
        Ok((self.clock)()?)
    }

    /// Whether endings are heard of.
    pub(super) fn is_bounded(&self) -> bool {
        self.published.revocations.is_some()
    }

    /// Verifies a credential: `open` does it with the keys it is given.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] for what `open` refuses; [`Error::Unavailable`] without keys.
    pub(super) async fn verify<C: Send + 'static>(
        &self,
        open: impl Fn(&Verifier, Timestamp) -> Result<C, Refusal> + Send + Sync + 'static,
    ) -> Result<C, Error> {
        let open = Arc::new(open);
        let held = |now| self.published.keys.verify_held(|keys| open(keys, now), now);
        let fetching = Arc::clone(&open);
        self.judge(&self.keys, held, move |published, now| {
            published.keys.verify(&published.issuer, |keys| fetching(keys, now), now)
        })
        .await
    }

    /// Judges a verified credential by the revocation feed, where that is asked for.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] when it is over; [`Error::Unavailable`] when the feed is too old to say.
    pub(super) async fn check(&self, subject: &Subject, key_id: &str) -> Result<(), Error> {
        let Some(revocations) = &self.published.revocations else { return Ok(()) };
        let held = |now| revocations.check_held(subject, key_id, now);
        let fetching = {
            let (subject, key_id) = (subject.clone(), key_id.to_owned());
            move |Published { issuer, revocations, .. }: &Published, now| {
                revocations.as_ref().map_or(Ok(()), |feed| feed.check(issuer, &subject, &key_id, now))
            }
        };
        self.judge(&self.feed, held, fetching).await
    }

    /// What is held judges; if it cannot, it is what is fetched.
    async fn judge<T: Send + 'static>(
        &self,
        turn: &Turn,
        held: impl Fn(Timestamp) -> Option<Result<T, Error>>,
        fetch: impl FnOnce(&Published, Timestamp) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if let Some(verdict) = held(self.now()?) {
            return verdict;
        }
        let failures = turn.failures.load(Ordering::SeqCst);
        let taken = timeout(PATIENCE, Arc::clone(&turn.taken).lock_owned()).await;
        let taken = taken.map_err(|waited| Error::Unavailable(waited.into()))?;
        let now = self.now()?;
        if let Some(verdict) = held(now) {
            return verdict;
        }
        if turn.failures.load(Ordering::SeqCst) != failures {
            return Err(Error::Unavailable("nothing could be fetched while others waited for it".into()));
        }
        let (published, failures) = (Arc::clone(&self.published), Arc::clone(&turn.failures));
        let work = move || {
            let verdict = fetch(&published, now);
            failures.fetch_add(u64::from(matches!(verdict, Err(Error::Unavailable(_)))), Ordering::SeqCst);
            // Not before: whoever asked may have gone, and the next one would fetch beside this thread.
            drop(taken);
            verdict
        };
        spawn_blocking(work).await.unwrap_or_else(|stopped| Err(Error::Unavailable(stopped.into())))
    }
}
