//! The public keys a verifier trusts: those of its environment, without any I/O, and the issuer's own when these do not do.

use std::{cell::RefCell, time::Duration};

use super::{Fetch, Unfetched};
use crate::{
    domain::{
        Timestamp,
        lifetimes::{MAX_KEPT_SECONDS, RELOAD_SECONDS},
    },
    error::{Error, Refusal, chain},
    telemetry::{Event, Telemetry},
    tokens::{AccessClaims, Audience, Jwks, Verifier},
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
    held: RefCell<Held>,
}

struct Held {
    verifier: Verifier,
    /// `None` while the keys are those of the environment, or there are none.
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

impl Keys {
    /// Trusts `keys`; when there are none, they are fetched when it is asked for the first time.
    pub fn new(audience: &Audience, keys: Jwks, refetch: Refetch, telemetry: Telemetry) -> Self {
        let verifier = Verifier::new(audience, keys);
        let held = Held { verifier, fetched_at: None, tried_at: None };
        Self { refetch, telemetry, held: RefCell::new(held) }
    }

    /// Verifies a token as it came.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] for anything but a good token; [`Error::Unavailable`] when there are no keys to judge it by.
    pub fn verify(&self, issuer: &impl Fetch, unverified: &str, now: Timestamp) -> Result<AccessClaims, Error> {
        let verified = self.held.borrow().verifier.verify(unverified, now);
        match verified {
            Err(refusal) if refusal != Refusal::UNKNOWN_KEY => return Err(refusal.into()),
            Ok(claims) if !self.held.borrow().is_due(self.refetch, now) => return Ok(claims),
            _ => {}
        }
        let mut held = self.held.borrow_mut();
        if held.may_try(self.refetch, now)
            && let Err(error) = held.fetch(issuer, now)
        {
            self.telemetry.note(Event::KeysUnreachable, &chain(&error));
        }
        if held.is_useless(now) {
            return Err(Error::Unavailable("no public keys could be fetched".into()));
        }
        Ok(held.verifier.verify(unverified, now)?)
    }
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

    fn fetch(&mut self, issuer: &impl Fetch, now: Timestamp) -> Result<(), Unfetched> {
        self.tried_at = Some(now);
        let body = issuer.get(PATH, MAX_BYTES, PATIENCE)?;
        let unusable = |error: Box<dyn std::error::Error + Send + Sync>| Unfetched::Unusable(error);
        let text = std::str::from_utf8(&body).map_err(|error| unusable(error.into()))?;
        let keys = Jwks::parse(text).map_err(|error| unusable(error.into()))?;
        // A cache in between may still have the set from before a revocation.
        if keys.revision() < self.verifier.revision() {
            return Err(unusable("the keys are older than those it holds, or than the last revocation".into()));
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
