//! What may be done to a ring: its JSON in, its new JSON and what happened out.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    GenerateError, Kind, PepperRing, Ring, RingError, SealRing, SignRing, State,
    rotation::{Draw, Moved, PEPPER_PERIOD, PUBLISHED_BEFORE_USE, RingKey, Rules},
    secrets::StoredSecret,
    sign::StoredKey,
};
use crate::{
    domain::{Random, Timestamp},
    error::{Error, FieldError},
    tokens::Algorithm,
};

/// What Secrets Manager keeps in one secret.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const MAX_RING_BYTES: usize = 65_536;

/// One change of a ring.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// Give a ring without a next key one.
    Ensure,
    /// Rotate, if next has been known to all for long enough.
    Rotate,
    /// Rotate what a schedule is to rotate: as [`Change::Rotate`], and the pepper once a year.
    RotateIfDue,
    /// Rotate whatever that breaks.
    ForceRotate,
    /// Take this key out.
    Revoke(&'a str),
    /// Refuse every session created before this. It only ever moves on, and not into the future.
    ValidFrom(Timestamp),
}

/// What new keys are made with.
#[derive(Debug, Clone, Copy)]
pub struct Maker {
    /// Of new keys that sign.
    pub algorithm: Algorithm,
    /// Where symmetric keys come from.
    pub random: Random,
}

/// The outcome of a change.
#[derive(Debug)]
pub struct Changed {
    /// The new ring; none when it is as it was.
    pub ring: Option<String>,
    /// What happened to which key.
    pub moved: Vec<Moved>,
}

/// Why a ring was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The ring itself is broken.
    #[error(transparent)]
    Ring(#[from] RingError),
    /// No new key.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The next key is not known to everybody yet.
    #[error("the next key has not been published for long enough: it may become active in {}", hours(*.wait))]
    NotDue {
        /// Seconds until it may become active.
        wait: u64,
    },
    /// No key of this id.
    #[error("the ring has no such key")]
    UnknownKey,
    /// A new key has the id of another one, which happens once in a few billion draws.
    #[error("the new key has the id of another one: try again")]
    SameId,
    /// Too many keys for a secret.
    #[error("the ring would exceed the 64 KB of a secret: revoke retired keys, or wait until some of them are dropped")]
    TooLarge,
    /// `valid_from` into the past or the future.
    #[error("valid_from only moves on, and not into the future: it is {now_at}")]
    ValidFrom {
        /// What it is.
        now_at: u64,
    },
}

/// A time in seconds for people, to the next minute.
fn hours(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    format!("{} h {} min", minutes / 60, minutes % 60)
}

impl From<ChangeError> for Error {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Ring(_) | ChangeError::Generate(_) => Self::Internal(error.to_string()),
            ChangeError::NotDue { .. } | ChangeError::SameId | ChangeError::TooLarge => {
                Self::Conflict(error.to_string())
            }
            ChangeError::UnknownKey => Self::InvalidInput(vec![FieldError::new("/id", error)]),
            ChangeError::ValidFrom { .. } => Self::InvalidInput(vec![FieldError::new("/at", error)]),
        }
    }
}

/// One key of a ring, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyInfo {
    /// Of which ring.
    pub kind: Kind,
    /// The `kid` of a key that signs; of others a number.
    pub id: String,
    /// Where it is in its life.
    pub state: State,
    /// Of a key that signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<Algorithm>,
    /// When it was made, in seconds since 1970; it has been known to all since then.
    pub created_at: u64,
    /// The first second at which it proves nothing any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<u64>,
}

/// Makes a ring: an active key and a next one.
///
/// # Errors
/// [`GenerateError`].
pub fn generate(kind: Kind, maker: &Maker, now: Timestamp) -> Result<String, GenerateError> {
    match kind {
        Kind::Sign => SignRing::generate(maker.algorithm, now),
        Kind::Seal => SealRing::generate(maker.random, now),
        Kind::Pepper => PepperRing::generate(maker.random, now),
    }
}

/// Changes a ring. The same ring, moment and keys drawn always give the same ring.
///
/// # Errors
/// [`ChangeError`]; then nothing is changed.
pub fn change(
    kind: Kind,
    ring: &str,
    change: Change<'_>,
    maker: &Maker,
    now: Timestamp,
) -> Result<Changed, ChangeError> {
    let rules = Rules::of(kind, now.seconds());
    match kind {
        Kind::Sign => apply(kind, ring, change, &rules, &|state| StoredKey::draw(maker.algorithm, state, now)),
        Kind::Seal | Kind::Pepper => {
            apply(kind, ring, change, &rules, &|state| StoredSecret::draw(maker.random, state, now))
        }
    }
}

fn apply<K: RingKey>(
    kind: Kind,
    json: &str,
    change: Change<'_>,
    rules: &Rules,
    draw: Draw<'_, K>,
) -> Result<Changed, ChangeError> {
    let mut ring: Ring<K> = Ring::parse(kind, json)?;
    let valid_from = ring.valid_from;
    let moved = match change {
        Change::Ensure => ring.complete(draw)?,
        Change::Rotate => ring.rotate(rules, Some(PUBLISHED_BEFORE_USE), draw)?,
        Change::RotateIfDue if kind == Kind::Pepper => ring.rotate(rules, Some(PEPPER_PERIOD), draw)?,
        Change::RotateIfDue => ring.rotate(rules, Some(PUBLISHED_BEFORE_USE), draw)?,
        Change::ForceRotate => ring.rotate(rules, None, draw)?,
        Change::Revoke(id) => ring.revoke(id, draw)?,
        Change::ValidFrom(at) => ring.set_valid_from(at.seconds(), rules.now)?,
    };
    if moved.is_empty() && ring.valid_from == valid_from {
        return Ok(Changed { ring: None, moved });
    }
    ring.must_have_distinct_ids()?;
    ring.revision = rules.now.max(ring.revision + 1);
    let json = ring.to_json();
    if json.len() > MAX_RING_BYTES {
        return Err(ChangeError::TooLarge);
    }
    // A ring that no function could use never takes the place of one that they use.
    kind.check(&json)?;
    Ok(Changed { ring: Some(json), moved })
}

impl<K: RingKey> Ring<K> {
    fn set_valid_from(&mut self, at: u64, now: u64) -> Result<Vec<Moved>, ChangeError> {
        if at < self.valid_from || at > now {
            return Err(ChangeError::ValidFrom { now_at: self.valid_from });
        }
        self.valid_from = at;
        Ok(Vec::new())
    }

    fn must_have_distinct_ids(&self) -> Result<(), ChangeError> {
        let ids: BTreeSet<String> = self.ids()?.into_iter().collect();
        if ids.len() == self.keys.len() { Ok(()) } else { Err(ChangeError::SameId) }
    }
}

/// The keys of a ring without their secrets, and its `valid_from`.
///
/// # Errors
/// [`RingError`].
pub fn list(kind: Kind, ring: &str) -> Result<(Vec<KeyInfo>, Timestamp), RingError> {
    fn infos<K: RingKey>(
        kind: Kind,
        ring: &str,
        algorithm: fn(&K) -> Option<Algorithm>,
    ) -> Result<(Vec<KeyInfo>, Timestamp), RingError> {
        let ring: Ring<K> = Ring::parse(kind, ring)?;
        let info = |(id, key): (String, &K)| {
            let life = key.life();
            let (state, created_at, not_after) = (life.state, life.created_at, life.not_after);
            KeyInfo { kind, id, state, algorithm: algorithm(key), created_at, not_after }
        };
        let keys = ring.ids()?.into_iter().zip(&ring.keys).map(info).collect();
        Ok((keys, Timestamp::from_seconds(ring.valid_from)))
    }
    match kind {
        Kind::Sign => infos(kind, ring, |key: &StoredKey| Some(key.algorithm)),
        Kind::Seal | Kind::Pepper => infos(kind, ring, |_: &StoredSecret| None),
    }
}

/// Of two texts of one ring the greater one is the later. What cannot be read is earlier than anything.
pub fn revision(ring: &str) -> u64 {
    #[derive(serde::Deserialize)]
    struct Revision {
        #[serde(default)]
        revision: u64,
    }
    serde_json::from_str(ring).map_or(0, |Revision { revision }| revision)
}
