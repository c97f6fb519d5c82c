//! Where key rings come from: Secrets Manager, or files in development. Read once, when a sandbox starts.

use std::time::Duration;

use aws_sdk_secretsmanager::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};

use crate::{
    config::{ConfigError, Env},
    tokens::{PepperRing, RingError, SealRing, SignRing, rings::GenerateError},
};

/// How long a role that was made seconds ago may be unknown to Secrets Manager: IAM is eventually consistent.
const ROLE_TRIES: u32 = 4;
const ROLE_PAUSE: Duration = Duration::from_secs(2);

/// The version id of a secret's first ring. Secrets Manager refuses another content under an id it knows, so of two that make
/// the first ring at once one wins.
const FIRST_RING: &str = "latchkey-first-key-ring-00000001";

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
        if let Some(ring) = self.find(name).await? {
            return Ok(ring);
        }
        let unmakable = |reason: String| ConfigError::new(name, format!("names a ring that cannot be made: {reason}"));
        let ring = generate().map_err(|error| unmakable(error.to_string()))?;
        let put = self.secrets.put_secret_value().secret_id(self.env.required(name)?).secret_string(ring);
        match put.client_request_token(FIRST_RING).send().await {
            Ok(_) => {}
            // Somebody else made it a moment ago: theirs counts.
            Err(error) if error.code() == Some("ResourceExistsException") => {}
            Err(error) => return Err(unmakable(code(&error))),
        }
        self.find(name).await?.ok_or_else(|| unmakable("it is still empty".into()))
    }

    async fn ring<R>(&self, name: &str, parse: fn(&str) -> Result<R, RingError>) -> Result<R, ConfigError> {
        let json = self.find(name).await?;
        let json =
            json.ok_or_else(|| ConfigError::new(name, "names an empty secret: deploy again to make the keys"))?;
        parse(&json).map_err(|error| ConfigError::new(name, format!("names a key ring that cannot be used: {error}")))
    }

    /// The text at `name`, if there ever was one: a secret without a value is absent on AWS, an empty text in emulators.
    async fn find(&self, name: &str) -> Result<Option<String>, ConfigError> {
        let place = self.env.required(name)?;
        let unreadable = |reason: String| ConfigError::new(name, format!("names keys that cannot be read: {reason}"));
        if let Some(path) = place.strip_prefix("file:") {
            return std::fs::read_to_string(path).map(Some).map_err(|error| unreadable(error.kind().to_string()));
        }
        for _ in 0..ROLE_TRIES {
            match self.secrets.get_secret_value().secret_id(place).send().await {
                Ok(secret) => return Ok(secret.secret_string.filter(|text| !text.is_empty())),
                Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
                Err(error) if error.code() == Some("AccessDeniedException") => tokio::time::sleep(ROLE_PAUSE).await,
                Err(error) => return Err(unreadable(code(&error))),
            }
        }
        Err(unreadable("access is denied to this function's role".into()))
    }
}

/// What went wrong, without anything of the request or the answer.
fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    error.code().unwrap_or("Secrets Manager did not answer").to_owned()
}
