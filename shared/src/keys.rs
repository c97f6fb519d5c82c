//! Where key rings come from and go to: Secrets Manager, or files in development.

mod file;
mod secret;

use aws_sdk_secretsmanager::Client;

use crate::{
    config::{ConfigError, Env},
    tokens::{PepperRing, RingError, SealRing, SignRing, rings::Kind},
};
use secret::Secret;

/// Reads the key rings that a function names, and replaces them.
pub struct KeyStore<'a> {
    env: &'a Env,
    secrets: Client,
}

/// A ring as it was read or written, and by what to recognise that it is still the same.
#[derive(Debug, Clone)]
pub struct Held {
    /// The ring's JSON.
    pub ring: String,
    version: String,
}

/// What came of replacing a ring.
#[derive(Debug)]
pub enum Replaced {
    /// The new ring is there. A reading may give the old one for some moments: Secrets Manager is eventually consistent.
    Done(Held),
    /// Somebody else replaced it first: theirs is there, and this one nowhere.
    Lost,
}

impl<'a> KeyStore<'a> {
    /// Uses the places that `env` names.
    pub fn new(env: &'a Env, secrets: Client) -> Self {
        Self { env, secrets }
    }

    /// The ring that signs, at `LATCHKEY_SIGN_KEYS`.
    ///
    /// # Errors
    /// [`ConfigError`] when it is missing, short, a sample or of another kind: the function does not start.
    pub async fn sign(&self) -> Result<SignRing, ConfigError> {
        self.ring(Kind::Sign, SignRing::parse).await
    }

    /// The ring that seals, at `LATCHKEY_SEAL_KEYS`.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub async fn seal(&self) -> Result<SealRing, ConfigError> {
        self.ring(Kind::Seal, SealRing::parse).await
    }

    /// The peppers, at `LATCHKEY_PEPPER_KEYS`.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub async fn pepper(&self) -> Result<PepperRing, ConfigError> {
        self.ring(Kind::Pepper, PepperRing::parse).await
    }

    /// The ring as it is now; none when there never was one.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read.
    pub async fn find(&self, kind: Kind) -> Result<Option<Held>, ConfigError> {
        let found = match self.place(kind)? {
            Place::File(path) => file::read(path).map(|ring| Some(Held { version: ring.clone(), ring })),
            Place::Secret(secret) => secret.read().await,
        };
        found.map_err(|reason| ConfigError::new(setting(kind), format!("names keys that cannot be read: {reason}")))
    }

    /// Puts the first ring where there is none, and gives what is there then: of two who do so at once one succeeds.
    /// Files are never made here; `xtask dev` makes those.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be written.
    pub async fn create(&self, kind: Kind, ring: &str) -> Result<Held, ConfigError> {
        let created = match self.place(kind)? {
            Place::File(_) => Err("it is a file, which only `cargo xtask dev` makes".to_owned()),
            Place::Secret(secret) => secret.create(ring).await,
        };
        created.map_err(|reason| ConfigError::new(setting(kind), format!("names a ring that cannot be made: {reason}")))
    }

    /// Puts `ring` in the place of the one that was read, if that is still there.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be written; then the ring is as it was, or somebody else's.
    pub async fn replace(&self, kind: Kind, read: &Held, ring: &str) -> Result<Replaced, ConfigError> {
        let replaced = match self.place(kind)? {
            Place::File(path) => file::replace(path, &read.version, ring),
            Place::Secret(secret) => secret.replace(&read.version, ring).await,
        };
        replaced.map_err(|reason| {
            ConfigError::new(setting(kind), format!("names a ring that cannot be replaced: {reason}"))
        })
    }

    async fn ring<R>(&self, kind: Kind, parse: fn(&str) -> Result<R, RingError>) -> Result<R, ConfigError> {
        let name = setting(kind);
        let held = self.find(kind).await?;
        let held = held.ok_or_else(|| {
            ConfigError::new(name, "names an empty secret: let `rotate-keys` publish, which makes the keys")
        })?;
        parse(&held.ring)
            .map_err(|error| ConfigError::new(name, format!("names a key ring that cannot be used: {error}")))
    }

    fn place(&self, kind: Kind) -> Result<Place<'_>, ConfigError> {
        let place = self.env.required(setting(kind))?;
        Ok(match place.strip_prefix("file:") {
            Some(path) => Place::File(path),
            None => Place::Secret(Secret { client: &self.secrets, id: place }),
        })
    }
}

enum Place<'a> {
    File(&'a str),
    Secret(Secret<'a>),
}

/// The variable that names the place of a ring.
fn setting(kind: Kind) -> &'static str {
    match kind {
        Kind::Sign => "LATCHKEY_SIGN_KEYS",
        Kind::Seal => "LATCHKEY_SEAL_KEYS",
        Kind::Pepper => "LATCHKEY_PEPPER_KEYS",
    }
}
