//! Where key rings come from: Secrets Manager, or files in development. Read once, when a sandbox starts.

use aws_sdk_secretsmanager::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};

use crate::{
    config::{ConfigError, Env},
    tokens::{PepperRing, RingError, SealRing, SignRing, rings::GenerateError},
};

/// Reads the key rings that a function names.
pub struct KeyStore<'a> {
    env: &'a Env,
    secrets: Client,
}

impl<'a> KeyStore<'a> {
    /// Reads from the places that `env` names.
    pub fn new(env: &'a Env, secrets: Client) -> Self {
        Self { env, secrets }
    }

    /// The ring that signs, at `LATCHKEY_SIGN_KEYS`.
    ///
    /// # Errors
    /// [`ConfigError`] when it is missing, short, a sample or of another kind: the function does not start.
    pub async fn sign(&self) -> Result<SignRing, ConfigError> {
        self.ring("LATCHKEY_SIGN_KEYS", SignRing::parse).await
    }

    /// The ring that seals, at `LATCHKEY_SEAL_KEYS`.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub async fn seal(&self) -> Result<SealRing, ConfigError> {
        self.ring("LATCHKEY_SEAL_KEYS", SealRing::parse).await
    }

    /// The peppers, at `LATCHKEY_PEPPER_KEYS`.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub async fn pepper(&self) -> Result<PepperRing, ConfigError> {
        self.ring("LATCHKEY_PEPPER_KEYS", PepperRing::parse).await
    }

    /// Makes the ring at `name` if the secret is still empty, and gives the one that is there afterwards: a ring is never
    /// replaced here. Files are only read; `xtask dev` makes those.
    ///
    /// # Errors
    /// [`ConfigError`] when the secret cannot be read or written.
    pub async fn ensure(
        &self,
        name: &str,
        generate: impl FnOnce() -> Result<String, GenerateError>,
    ) -> Result<String, ConfigError> {
        let place = self.env.required(name)?;
        if place.starts_with("file:") || !self.is_empty(name, place).await? {
            return self.read(name).await;
        }
        let ring = generate()
            .map_err(|error| ConfigError::new(name, format!("names a ring that could not be made: {error}")))?;
        let put = self
            .secrets
            .put_secret_value()
            .secret_id(place)
            .secret_string(&ring)
            .send()
            .await;
        put.map_err(|error| {
            ConfigError::new(name, format!("names a secret that cannot be written: {}", code(&error)))
        })?;
        Ok(ring)
    }

    /// Whether the secret has never had a value.
    async fn is_empty(&self, name: &str, place: &str) -> Result<bool, ConfigError> {
        let described = self.secrets.describe_secret().secret_id(place).send().await;
        let described = described.map_err(|error| {
            ConfigError::new(
                name,
                format!("names a secret that cannot be described: {}", code(&error)),
            )
        })?;
        Ok(described
            .version_ids_to_stages
            .is_none_or(|versions| versions.is_empty()))
    }

    async fn ring<R>(&self, name: &str, parse: fn(&str) -> Result<R, RingError>) -> Result<R, ConfigError> {
        let json = self.read(name).await?;
        parse(&json).map_err(|error| ConfigError::new(name, format!("names a key ring that cannot be used: {error}")))
    }

    async fn read(&self, name: &str) -> Result<String, ConfigError> {
        let place = self.env.required(name)?;
        if let Some(path) = place.strip_prefix("file:") {
            return std::fs::read_to_string(path).map_err(|error| {
                ConfigError::new(name, format!("names a file that cannot be read: {}", error.kind()))
            });
        }
        let unreadable =
            |reason: String| ConfigError::new(name, format!("names a secret that cannot be read: {reason}"));
        let secret = self.secrets.get_secret_value().secret_id(place).send().await;
        let secret = secret.map_err(|error| unreadable(code(&error)))?;
        secret
            .secret_string
            .ok_or_else(|| unreadable("it holds no text; run rotate-keys".into()))
    }
}

/// What went wrong, without anything of the request or the answer.
fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    error.code().unwrap_or("Secrets Manager did not answer").to_owned()
}
