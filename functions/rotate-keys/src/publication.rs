//! Where the public keys go: into the table, from which `well-known` and our own functions read them, and into the
//! authorizer's environment, from which it has them without asking anybody.

use std::time::Duration;

use latchkey::{
    config::Env,
    domain::{Random, Timestamp},
    error::Error,
    ports::{PublishKeys, Published},
    tokens::{SignRing, jwks::public_only},
};

use crate::{environment, lambda_api::LambdaApi, rings::Rings, unavailable};

/// How often the ring may change while it is being published, or a reading may give an earlier one than is published already.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(500);

/// The places of the public keys, and the functions that hold keys of any kind.
pub(crate) struct Publication<'a, S> {
    store: S,
    lambda: LambdaApi,
    /// `LATCHKEY_AUTHORIZER_FUNCTION`; in development there is none, and the authorizer fetches.
    authorizer: Option<&'a str>,
    /// `LATCHKEY_KEY_HOLDERS`, separated by commas; in development there are none, and they read again within seconds.
    holders: Vec<&'a str>,
}

impl<'a, S: PublishKeys> Publication<'a, S> {
    pub(crate) fn new(env: &'a Env, store: S) -> Result<Self, Error> {
        let holders = env.get("LATCHKEY_KEY_HOLDERS").into_iter().flat_map(|names| names.split(','));
        Ok(Self {
            store,
            lambda: LambdaApi::new(env).map_err(unavailable)?,
            authorizer: env.get("LATCHKEY_AUTHORIZER_FUNCTION"),
            holders: holders.map(str::trim).filter(|name| !name.is_empty()).collect(),
        })
    }

    /// Publishes the public halves of the ring as it is now. Doing it again changes nothing.
    pub(crate) async fn publish(&self, rings: &Rings<'_>) -> Result<(), Error> {
        let (ring, _) = self.publish_in_table(rings).await?;
        self.tell_authorizer(&ring, rings.now, None).await
    }

    /// Publishes, and makes every function that holds keys begin anew: warm sandboxes would go on with what they have read for
    /// minutes. All are tried; the error names those that did not do it.
    pub(crate) async fn publish_and_restart(&self, rings: &Rings<'_>) -> Result<(), Error> {
        let (ring, _) = self.publish_in_table(rings).await?;
        let drawn = u64::from_be_bytes(Random::SYSTEM.draw()?);
        let mut results = vec![self.tell_authorizer(&ring, rings.now, Some(drawn)).await];
        for name in &self.holders {
            results.push(self.update(name, |variables| environment::mark(variables, ring.revision(), drawn)).await);
        }
        let failures = results.into_iter().filter_map(Result::err);
        let failures: Vec<_> = failures.map(|error| latchkey::error::chain(&error)).collect();
        if failures.is_empty() { Ok(()) } else { Err(unavailable(failures.join("; "))) }
    }

    /// Takes a key out of what is published in the table, before it is taken out of the ring. That somebody else has published
    /// a later ring is seen when this one is replaced.
    pub(crate) async fn withdraw(&self, ring: &SignRing, kid: &str) -> Result<(), Error> {
        self.store.publish_keys(&ring.public_jwks_without(kid), ring.revision()).await?;
        Ok(())
    }

    /// Publishes in the table, and says whether the very same was there already.
    pub(crate) async fn publish_in_table(&self, rings: &Rings<'_>) -> Result<(SignRing, Published), Error> {
        for _ in 0..TRIES {
            let ring = rings.sign().await?;
            match self.store.publish_keys(&ring.public_jwks(), ring.revision()).await? {
                // Somebody else was faster: theirs is the ring by now, and will be seen.
                Published::Stale => tokio::time::sleep(PAUSE).await,
                published => return Ok((ring, published)),
            }
        }
        Err(Error::Conflict(
            "a later ring is published than there is: an older one was put back; rotate by force".into(),
        ))
    }

    /// Keys whose time is over would only take the place of others there.
    async fn tell_authorizer(&self, ring: &SignRing, now: Timestamp, drawn: Option<u64>) -> Result<(), Error> {
        let Some(name) = self.authorizer else { return Ok(()) };
        let jwks = public_only(&ring.public_jwks(), now).map_err(|error| Error::Internal(error.to_string()))?;
        self.update(name, |variables| environment::hold_keys(variables, &jwks, ring.revision(), drawn)).await
    }

    async fn update(&self, name: &str, edit: impl Fn(&mut environment::Variables)) -> Result<(), Error> {
        let updated = self.lambda.update_environment(name, edit).await;
        updated.map_err(|reason| unavailable(format!("the function {name} could not be updated: {reason}")))
    }
}
