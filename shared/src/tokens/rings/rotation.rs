//! The life of a key, as pure functions on a ring: the present and new keys are values.
//!
//! ```text
//! drawn -> next -> active -> retired -> dropped
//!            \________\_________\____-> revoked: gone at once
//! ```
//!
//! A key is known to all before it makes anything, so a rotation never leaves a moment in which one function makes what
//! another cannot prove: neither while functions still hold the ring from before, nor after.

use serde::{Deserialize, Serialize};

use super::{ChangeError, GenerateError, Kind, Ring};
use crate::domain::lifetimes::{MAX_ACCESS_TOKEN_SECONDS, MAX_KEPT_SECONDS, MAX_SESSION_SECONDS};

/// How long a key is published before it is used, in seconds: longer than anybody keeps a key set. Our functions keep theirs
/// for an hour at most, API Gateway's JWT authorizers for two.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>
pub const PUBLISHED_BEFORE_USE: u64 = 3 * 3600;

/// How often a rotation of all kinds that are due takes the pepper along, in seconds: each new one is a write and a hash more
/// at everybody's next sign-in.
pub const PEPPER_PERIOD: u64 = 365 * 24 * 3600;

/// Where a key is in its life. A `next` key is published and makes nothing yet; a `retired` one only proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Known, not used.
    Next,
    /// Makes everything new.
    Active,
    /// Proves what it made.
    Retired,
}

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is new, and next.
    Drawn,
    /// It makes everything from now on.
    Activated,
    /// It only proves, until its time is over.
    Retired,
    /// Its time was over.
    Dropped,
    /// It was taken out before its time.
    Revoked,
}

impl Fate {
    /// In a word, for the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Activated => "activated",
            Self::Retired => "retired",
            Self::Dropped => "dropped",
            Self::Revoked => "revoked",
        }
    }
}

/// One key, and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The key.
    pub id: String,
    /// What happened.
    pub fate: Fate,
}

/// The part of a stored key that rotation is about.
#[derive(Clone, Copy)]
pub(super) struct Life {
    pub(super) state: State,
    pub(super) created_at: u64,
    /// The first second at which it proves nothing any more.
    pub(super) not_after: Option<u64>,
}

/// A key as it is stored.
pub(super) trait RingKey: Serialize + for<'de> Deserialize<'de> {
    /// Its id, or why it has none.
    fn id(&self) -> Result<String, &'static str>;
    fn life(&self) -> Life;
    fn set(&mut self, state: State, not_after: Option<u64>);
}

/// The times of one kind.
pub(super) struct Rules {
    /// For how long a retired key still proves; for ever when absent.
    pub(super) stays: Option<u64>,
    pub(super) now: u64,
}

impl Rules {
    /// An app that read its ring an hour ago still makes things with a key that has just retired, and these live on. A session
    /// keeps the limit it began with: what is configured today says nothing about those there are.
    pub(super) fn of(kind: Kind, now: u64) -> Self {
        let stays = match kind {
            Kind::Sign => Some(MAX_KEPT_SECONDS + MAX_ACCESS_TOKEN_SECONDS),
            Kind::Seal => Some(MAX_KEPT_SECONDS + MAX_SESSION_SECONDS),
            Kind::Pepper => None,
        };
        Self { stays, now }
    }
}

/// Draws a key of the state it is given.
pub(super) type Draw<'a, K> = &'a dyn Fn(State) -> Result<K, GenerateError>;

impl<K: RingKey> Ring<K> {
    /// Gives a ring without a next key one: that of a deployment from before there were any.
    pub(super) fn complete(&mut self, draw: Draw<'_, K>) -> Result<Vec<Moved>, ChangeError> {
        if self.position(State::Next).is_some() {
            return Ok(Vec::new());
        }
        self.keys.push(draw(State::Next)?);
        Ok(vec![self.moved(self.keys.len() - 1, Fate::Drawn)?])
    }

    /// Next becomes active, active retires, a new next is drawn, and whatever has retired for long enough is dropped.
    ///
    /// # Errors
    /// [`ChangeError::NotDue`] when next has not been known for `at_least` seconds; without it, every time is right.
    pub(super) fn rotate(
        &mut self,
        rules: &Rules,
        at_least: Option<u64>,
        draw: Draw<'_, K>,
    ) -> Result<Vec<Moved>, ChangeError> {
        let mut moved = self.complete(draw)?;
        let next = self.position(State::Next).map(|position| self.keys[position].life().created_at);
        let due = next.zip(at_least).map_or(0, |(created_at, at_least)| created_at.saturating_add(at_least));
        if rules.now < due {
            return Err(ChangeError::NotDue { wait: due - rules.now });
        }
        moved.extend(self.drop_retired(rules)?);
        let not_after = rules.stays.map(|stays| rules.now.saturating_add(stays));
        if let Some(active) = self.position(State::Active) {
            self.keys[active].set(State::Retired, not_after);
            moved.push(self.moved(active, Fate::Retired)?);
        }
        moved.extend(self.promote()?);
        moved.extend(self.complete(draw)?);
        Ok(moved)
    }

    /// Takes a key out at once. Next takes the place of an active one, and is replaced itself.
    ///
    /// # Errors
    /// [`ChangeError::UnknownKey`].
    pub(super) fn revoke(&mut self, id: &str, draw: Draw<'_, K>) -> Result<Vec<Moved>, ChangeError> {
        let position = self.ids()?.iter().position(|known| known == id).ok_or(ChangeError::UnknownKey)?;
        let mut moved = vec![self.moved(position, Fate::Revoked)?];
        let revoked = self.keys.remove(position);
        if revoked.life().state == State::Active {
            moved.extend(self.complete(draw)?);
            moved.extend(self.promote()?);
        }
        moved.extend(self.complete(draw)?);
        Ok(moved)
    }

    fn promote(&mut self) -> Result<Option<Moved>, ChangeError> {
        let Some(next) = self.position(State::Next) else { return Ok(None) };
        self.keys[next].set(State::Active, None);
        self.moved(next, Fate::Activated).map(Some)
    }

    fn drop_retired(&mut self, rules: &Rules) -> Result<Vec<Moved>, ChangeError> {
        let over = |key: &K| {
            let life = key.life();
            life.state == State::Retired && life.not_after.is_some_and(|end| end <= rules.now)
        };
        let positions = (0..self.keys.len()).filter(|position| over(&self.keys[*position]));
        let moved = positions.map(|position| self.moved(position, Fate::Dropped)).collect();
        self.keys.retain(|key| !over(key));
        moved
    }

    fn position(&self, state: State) -> Option<usize> {
        self.keys.iter().position(|key| key.life().state == state)
    }

    fn moved(&self, position: usize, fate: Fate) -> Result<Moved, ChangeError> {
        let id = self.keys[position].id().map_err(|reason| super::RingError::UnusableKey { position, reason })?;
        Ok(Moved { id, fate })
    }
}

#[cfg(test)]
mod tests;
