//! Rotating the rings: those that are due, and by force whatever that breaks.

use latchkey::{
    error::Error,
    ports::{PublishKeys, Published},
    tokens::rings::{
        Change, ChangeError, Kind, generate, list,
        rotation::{Fate, Moved},
    },
};

use crate::{
    log::Log,
    publication::Publication,
    rings::{Outcome, Rings},
};

impl Rings<'_> {
    /// Rotates one ring, or all that are due; by force also what is not due. One that cannot be rotated does not keep the
    /// others from it.
    pub(crate) async fn rotate(
        &mut self,
        kind: Option<Kind>,
        force: bool,
        publication: &Publication<'_, impl PublishKeys>,
        log: &mut Log,
    ) -> Result<(), Error> {
        let mut result = Ok(());
        for one in Kind::ALL.into_iter().filter(|one| kind.is_none_or(|kind| kind == *one)) {
            let rotated = match (kind, force) {
                (_, true) => self.rotate_by_force(one, log).await,
                (Some(_), false) => self.rotate_known(one, Change::Rotate, publication, log).await,
                (None, false) => match self.rotate_known(one, Change::RotateIfDue, publication, log).await {
                    Ok(Outcome::NotDue(_)) => Ok(Outcome::Done),
                    rotated => rotated,
                },
            };
            result = result.and(match rotated {
                Ok(Outcome::Done) => Ok(()),
                // Whoever asked for a rotation has one: a second would retire a key that nobody has used yet.
                Ok(Outcome::Lost) => {
                    log.lost(one);
                    Ok(())
                }
                Ok(Outcome::NotDue(error)) | Err(error) => Err(error),
            });
        }
        result
    }

    /// Rotates a ring whose next key everybody knows.
    async fn rotate_known(
        &mut self,
        kind: Kind,
        how: Change<'_>,
        publication: &Publication<'_, impl PublishKeys>,
        log: &mut Log,
    ) -> Result<Outcome, Error> {
        self.change(kind, Change::Ensure, log).await?;
        // The age of a key is how long it has been published only if the ring was published when the key was drawn.
        if kind == Kind::Sign && publication.publish_in_table(self).await?.1 == Published::Anew {
            return Err(Error::Conflict(
                "the next key has only now been published: it may become active in three hours".into(),
            ));
        }
        match self.change(kind, how, log).await? {
            // To another rotation, then one more is not due; or to a revocation, then the rotation is still to be done.
            Outcome::Lost => match self.change(kind, how, log).await? {
                Outcome::NotDue(_) => Ok(Outcome::Lost),
                outcome => Ok(outcome),
            },
            outcome => Ok(outcome),
        }
    }

    async fn rotate_by_force(&mut self, kind: Kind, log: &mut Log) -> Result<Outcome, Error> {
        if kind != Kind::Pepper
            && let Some(outcome) = self.replace_unusable(kind, log).await?
        {
            return Ok(outcome);
        }
        self.change(kind, Change::Ensure, log).await?;
        self.change(kind, Change::ForceRotate, log).await
    }

    /// Puts a new ring in the place of one that nobody can use: what that one made is lost already. Never of peppers, which
    /// would be every password. The version from before stays in Secrets Manager as the previous one.
    async fn replace_unusable(&mut self, kind: Kind, log: &mut Log) -> Result<Option<Outcome>, Error> {
        let held = self.held(kind).await?;
        if kind.check(&held.ring).is_ok() {
            return Ok(None);
        }
        let ring = generate(kind, &self.maker, self.now).map_err(ChangeError::from)?;
        let (keys, _) = list(kind, &ring).map_err(ChangeError::from)?;
        let outcome = self.replace(kind, &held, &ring).await?;
        if let Outcome::Done = outcome {
            let moved: Vec<_> = keys.into_iter().map(|key| Moved { id: key.id, fate: Fate::Drawn }).collect();
            log.changed(kind, Change::ForceRotate, &moved);
        }
        Ok(Some(outcome))
    }
}
