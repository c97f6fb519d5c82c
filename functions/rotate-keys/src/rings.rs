//! The three rings of this deployment, changed one after the other, each by compare and swap.

use std::collections::BTreeMap;

use latchkey::{
    domain::{Timestamp, time::system_clock},
    error::Error,
    keys::{Held, KeyStore, Replaced},
    ports::PublishKeys,
    tokens::{
        SignRing,
        rings::{Change, ChangeError, KeyInfo, Kind, Maker, change, generate, list, revision},
    },
};

use crate::{log::Log, publication::Publication, unavailable};

/// How often somebody else may be faster before an action gives up.
const TRIES: u32 = 5;

pub(crate) struct Rings<'a> {
    keys: &'a KeyStore<'a>,
    pub(crate) maker: Maker,
    pub(crate) now: Timestamp,
    /// The rings as this action has left them. Secrets Manager is eventually consistent: a reading after a change may still
    /// give the ring from before, with a key that was revoked.
    written: BTreeMap<Kind, Held>,
}

impl<'a> Rings<'a> {
    pub(crate) fn new(keys: &'a KeyStore<'a>, maker: Maker) -> Result<Self, Error> {
        Ok(Self { keys, maker, now: system_clock()?, written: BTreeMap::new() })
    }

    /// Makes the rings that are missing, and the next keys.
    pub(crate) async fn ensure(&mut self, log: &mut Log) -> Result<(), Error> {
        for kind in Kind::ALL {
            if self.find(kind).await?.is_none() {
                let ring = generate(kind, &self.maker, self.now).map_err(ChangeError::from)?;
                self.written.insert(kind, self.keys.create(kind, &ring).await.map_err(unavailable)?);
            }
            // Lost to somebody who made the same.
            self.change(kind, Change::Ensure, log).await?;
        }
        Ok(())
    }

    /// Takes a key out, and says whether there was one. A key that signs is first taken out of what is published: from then on
    /// no verifier that looks trusts it, whatever happens next.
    pub(crate) async fn revoke(
        &mut self,
        kind: Kind,
        id: &str,
        publication: &Publication<'_, impl PublishKeys>,
        log: &mut Log,
    ) -> Result<bool, Error> {
        self.change(kind, Change::Ensure, log).await?;
        for _ in 0..TRIES {
            if !self.list_kind(kind).await?.0.iter().any(|key| key.id == id) {
                return Ok(false);
            }
            if kind == Kind::Sign {
                publication.withdraw(&self.sign().await?, id).await?;
            }
            if let Outcome::Done = self.change(kind, Change::Revoke(id), log).await? {
                return Ok(true);
            }
        }
        Err(too_busy())
    }

    /// Refuses every session that began before `at`, or every one there is.
    pub(crate) async fn set_valid_from(&mut self, at: Option<Timestamp>, log: &mut Log) -> Result<(), Error> {
        for kind in [Kind::Sign, Kind::Seal] {
            self.insist(kind, Change::ValidFrom(at.unwrap_or(self.now)), log).await?;
        }
        Ok(())
    }

    /// All keys, and the second before which no session is good.
    pub(crate) async fn list(&self) -> Result<(Vec<KeyInfo>, Timestamp), Error> {
        let (mut keys, valid_from) = self.list_kind(Kind::Sign).await?;
        let (seal, also_valid_from) = self.list_kind(Kind::Seal).await?;
        keys.extend(seal);
        keys.extend(self.list_kind(Kind::Pepper).await?.0);
        // What holds for one kind of credential only does not hold yet.
        Ok((keys, valid_from.min(also_valid_from)))
    }

    /// The ring that signs, as it is now.
    pub(crate) async fn sign(&self) -> Result<SignRing, Error> {
        let ring = self.held(Kind::Sign).await?.ring;
        Ok(SignRing::parse(&ring).map_err(ChangeError::from)?)
    }

    async fn list_kind(&self, kind: Kind) -> Result<(Vec<KeyInfo>, Timestamp), Error> {
        Ok(list(kind, &self.held(kind).await?.ring).map_err(ChangeError::from)?)
    }

    pub(crate) async fn held(&self, kind: Kind) -> Result<Held, Error> {
        let held = self.find(kind).await?;
        held.ok_or_else(|| Error::Conflict(format!("there is no {} ring yet: `publish` makes it", kind.as_str())))
    }

    /// The later one of what is read and what this action has written.
    async fn find(&self, kind: Kind) -> Result<Option<Held>, Error> {
        let read = self.keys.find(kind).await.map_err(unavailable)?;
        let Some(written) = self.written.get(&kind) else { return Ok(read) };
        let later = read.filter(|read| revision(&read.ring) > revision(&written.ring));
        Ok(Some(later.unwrap_or_else(|| written.clone())))
    }

    /// Changes a ring once, unless somebody else does at the same moment.
    pub(crate) async fn change(&mut self, kind: Kind, what: Change<'_>, log: &mut Log) -> Result<Outcome, Error> {
        let held = self.held(kind).await?;
        let changed = match change(kind, &held.ring, what, &self.maker, self.now) {
            Err(error @ ChangeError::NotDue { .. }) => return Ok(Outcome::NotDue(error.into())),
            changed => changed?,
        };
        let Some(ring) = changed.ring else { return Ok(Outcome::Done) };
        let outcome = self.replace(kind, &held, &ring).await?;
        if let Outcome::Done = outcome {
            log.changed(kind, what, &changed.moved);
        }
        Ok(outcome)
    }

    /// Puts a ring in the place of the one that was read.
    pub(crate) async fn replace(&mut self, kind: Kind, held: &Held, ring: &str) -> Result<Outcome, Error> {
        match self.keys.replace(kind, held, ring).await.map_err(unavailable)? {
            Replaced::Lost => Ok(Outcome::Lost),
            Replaced::Done(written) => {
                self.written.insert(kind, written);
                Ok(Outcome::Done)
            }
        }
    }

    /// Changes a ring, also when others do.
    async fn insist(&mut self, kind: Kind, what: Change<'_>, log: &mut Log) -> Result<(), Error> {
        for _ in 0..TRIES {
            match self.change(kind, what, log).await? {
                Outcome::Done => return Ok(()),
                Outcome::NotDue(error) => return Err(error),
                Outcome::Lost => {}
            }
        }
        Err(too_busy())
    }
}

/// What came of one change.
pub(crate) enum Outcome {
    /// The ring is as it should be.
    Done,
    /// Somebody else changed it first, in whatever way.
    Lost,
    /// It is too early.
    NotDue(Error),
}

fn too_busy() -> Error {
    Error::Conflict("others change the keys all the time: try again".into())
}
