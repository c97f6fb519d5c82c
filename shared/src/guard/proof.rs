//! What public keys and the revocation feed prove. Whoever can be judged by what is held waits for nobody; the others wait while
//! one of them fetches.

use std::sync::Arc;

use tokio::{sync::Mutex, task::spawn_blocking};

use crate::{
    config::{ConfigError, Env},
    domain::{Timestamp, time::BrokenClock},
    error::{Error, Refusal},
    published::{Bound, Https, Keys, Revocations},
    telemetry::Telemetry,
    tokens::{Audience, Subject, Verifier},
};

pub(super) type Clock = Box<dyn Fn() -> Result<Timestamp, BrokenClock> + Send + Sync>;

pub(super) struct Proof {
    clock: Clock,
    published: Arc<Published>,
    /// Of who has to fetch.
    turn: Mutex<()>,
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
        Ok(Self { clock, published: Arc::new(published), turn: Mutex::default() })
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
        let held = |now| self.published.keys.verify_held(|keys| open(keys, now), now);
        if let Some(verdict) = held(self.now()?) {
            return verdict;
        }
        let _turn = self.turn.lock().await;
        let now = self.now()?;
        if let Some(verdict) = held(now) {
            return verdict;
        }
        self.fetching(move |published| published.keys.verify(&published.issuer, |keys| open(keys, now), now)).await
    }

    /// Judges a verified credential by the revocation feed, where that is asked for.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] when it is over; [`Error::Unavailable`] when the feed is too old to say.
    pub(super) async fn check(&self, subject: &Subject, key_id: &str) -> Result<(), Error> {
        let Some(revocations) = &self.published.revocations else { return Ok(()) };
        if let Some(verdict) = revocations.check_held(subject, key_id, self.now()?) {
            return verdict;
        }
        let _turn = self.turn.lock().await;
        let now = self.now()?;
        if let Some(verdict) = revocations.check_held(subject, key_id, now) {
            return verdict;
        }
        let (subject, key_id) = (subject.clone(), key_id.to_owned());
        self.fetching(move |Published { issuer, revocations, .. }| {
            revocations.as_ref().map_or(Ok(()), |feed| feed.check(issuer, &subject, &key_id, now))
        })
        .await
    }

    async fn fetching<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Published) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let published = Arc::clone(&self.published);
        let done = spawn_blocking(move || work(&published)).await;
        done.unwrap_or_else(|stopped| Err(Error::Unavailable(stopped.into())))
    }
}
