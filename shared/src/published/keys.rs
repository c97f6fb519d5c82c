//! The public keys a verifier trusts: those of its environment, without any I/O, and the issuer's own when these do not do.

use std::{
    sync::{PoisonError, RwLock, RwLockWriteGuard},
    time::Duration,
};

use super::{Fetch, Unfetched, mark};
use crate::{
    config::{ConfigError, Env},
    domain::{
        Timestamp,
        lifetimes::{MAX_KEPT_SECONDS, RELOAD_SECONDS},
    },
    error::{Error, Refusal, chain},
    telemetry::{Event, Telemetry},
    tokens::{Audience, Jwks, Verifier},
};

const PATH: &str = "/.well-known/jwks.json";

/// No key set of ours is larger.
const MAX_BYTES: u64 = 64 * 1024;

/// How long a request waits for keys. Without them nothing can be decided, so it is more than the feed is given.
const PATIENCE: Duration = Duration::from_secs(1);

/// When keys are fetched although some are held, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refetch {
    /// `LATCHKEY_KEYS_RELOAD_SECONDS`, default 300: fetched keys are fetched again when they are older.
    pub reload: u64,
    /// `LATCHKEY_KEYS_COOLDOWN_SECONDS`, default 30: between two tries, if it is less than `reload`. A flood of tokens that
    /// name unknown keys costs one fetch in that time, and a key nobody could know yet is trusted that much later.
    pub cooldown: u64,
}

impl Default for Refetch {
    fn default() -> Self {
        Self { reload: RELOAD_SECONDS, cooldown: 30 }
    }
}

/// Verifies tokens with the keys it holds.
pub struct Keys {
    refetch: Refetch,
    telemetry: Telemetry,
    held: RwLock<Held>,
}

struct Held {
    verifier: Verifier,
    /// `None` while the keys are those of the environment, or there are none.
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    /// Whether somebody waits for an answer of the issuer.
    is_fetching: bool,
}

impl Keys {
    /// Trusts the keys of `LATCHKEY_JWKS`; when there are none, they are fetched when it is asked for the first time.
    ///
    /// # Errors
    /// [`ConfigError`] when a setting is malformed.
    pub fn from_env(audience: &Audience, env: &Env, telemetry: Telemetry) -> Result<Self, ConfigError> {
        let keys = match env.get("LATCHKEY_JWKS") {
            Some(_) => Jwks::from_env(env)?,
            None => mark::no_keys_yet(env),
        };
        Ok(Self::new(audience, keys, Refetch::from_env(env)?, telemetry))
    }

    /// Trusts `keys`; when there are none, they are fetched when it is asked for the first time.
    pub fn new(audience: &Audience, keys: Jwks, refetch: Refetch, telemetry: Telemetry) -> Self {
        let verifier = Verifier::new(audience, keys);
        let held = Held { verifier, fetched_at: None, tried_at: None, is_fetching: false };
        Self { refetch, telemetry, held: RwLock::new(held) }
    }

    /// Verifies a token: `open` does it with the keys it is given.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] for what `open` refuses; [`Error::Unavailable`] when there are no keys to judge by.
    pub fn verify<C>(
        &self,
        issuer: &impl Fetch,
        open: impl Fn(&Verifier) -> Result<C, Refusal>,
        now: Timestamp,
    ) -> Result<C, Error> {
        if let Some(verdict) = self.verify_held(&open, now) {
            return verdict;
        }
        if let Err(error) = self.fetch(issuer, now) {
            self.telemetry.note(Event::KeysUnreachable, &chain(&error));
        }
        self.verify_held(open, now).unwrap_or_else(|| Err(no_keys()))
    }

    /// As [`Keys::verify`] with the keys it holds; nothing when the issuer has to be asked first, or is being asked.
    pub fn verify_held<C>(
        &self,
        open: impl Fn(&Verifier) -> Result<C, Refusal>,
        now: Timestamp,
    ) -> Option<Result<C, Error>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let verified = open(&held.verifier);
        match verified {
            Err(refusal) if refusal != Refusal::UNKNOWN_KEY => Some(Err(refusal.into())),
            Ok(claims) if !held.is_due(self.refetch, now) => Some(Ok(claims)),
            Ok(claims) if held.is_fetching && !held.is_useless(now) => Some(Ok(claims)),
            _ if held.is_fetching || held.may_try(self.refetch, now) => None,
            _ if held.is_useless(now) => Some(Err(no_keys())),
            verified => Some(verified.map_err(Into::into)),
        }
    }

    /// Fetches keys. Meanwhile others go on with those that are held.
    fn fetch(&self, issuer: &impl Fetch, now: Timestamp) -> Result<(), Unfetched> {
        let _fetching = Fetching::begin(&self.held, now);
        let keys = fetch(issuer)?;
        write(&self.held).accept(keys, now)
    }
}

/// That keys are being fetched, until it is dropped, whatever became of it.
struct Fetching<'k>(&'k RwLock<Held>);

impl<'k> Fetching<'k> {
    fn begin(held: &'k RwLock<Held>, now: Timestamp) -> Self {
        let mut writing = write(held);
        (writing.tried_at, writing.is_fetching) = (Some(now), true);
        Self(held)
    }
}

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        write(self.0).is_fetching = false;
    }
}

fn write(held: &RwLock<Held>) -> RwLockWriteGuard<'_, Held> {
    held.write().unwrap_or_else(PoisonError::into_inner)
}

fn fetch(issuer: &impl Fetch) -> Result<Jwks, Unfetched> {
    let body = issuer.get(PATH, MAX_BYTES, PATIENCE)?;
    let text = std::str::from_utf8(&body).map_err(|error| Unfetched::Unusable(error.into()))?;
    Jwks::parse(text).map_err(|error| Unfetched::Unusable(error.into()))
}

fn no_keys() -> Error {
    Error::Unavailable("no public keys could be fetched".into())
}

impl Held {
    /// How old fetched keys are. A clock that was set back says nothing.
    fn age(&self, now: Timestamp) -> Option<u64> {
        self.fetched_at.map(|fetched_at| if now < fetched_at { MAX_KEPT_SECONDS } else { now.since(fetched_at) })
    }

    fn is_due(&self, refetch: Refetch, now: Timestamp) -> bool {
        self.age(now).is_some_and(|age| age >= refetch.reload)
    }

    fn is_useless(&self, now: Timestamp) -> bool {
        self.verifier.has_no_keys() || self.age(now).is_some_and(|age| age >= MAX_KEPT_SECONDS)
    }

    /// Once in a while; once a second when nothing can be decided otherwise.
    fn may_try(&self, refetch: Refetch, now: Timestamp) -> bool {
        let pause = if self.is_useless(now) { 1 } else { refetch.cooldown.min(refetch.reload) };
        self.tried_at.is_none_or(|tried_at| now < tried_at || now.since(tried_at) >= pause)
    }

    fn accept(&mut self, keys: Jwks, now: Timestamp) -> Result<(), Unfetched> {
        // A cache in between may still have the set from before a revocation.
        if keys.revision() < self.verifier.revision() {
            let text = "the keys are older than those it holds, or than the last revocation";
            return Err(Unfetched::Unusable(text.into()));
        }
        // Those of the environment, and there is nothing newer: they go on without the issuer, whoever made us ask.
        if self.fetched_at.is_none() && self.verifier.trusts_already(&keys, now) {
            return Ok(());
        }
        self.verifier.trust(keys);
        self.fetched_at = Some(now);
        Ok(())
    }
}
