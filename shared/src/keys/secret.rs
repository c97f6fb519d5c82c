//! A ring in Secrets Manager.

use std::time::Duration;

use aws_sdk_secretsmanager::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};

use super::{Held, Replaced};
use crate::domain::Random;

/// How long a role that was made seconds ago may be unknown to Secrets Manager: IAM is eventually consistent.
const ROLE_TRIES: u32 = 4;
const ROLE_PAUSE: Duration = Duration::from_secs(2);

/// How long a value that was written may not be seen: so is Secrets Manager.
const SIGHT_TRIES: u32 = 5;
const SIGHT_PAUSE: Duration = Duration::from_millis(500);

/// The version id of a secret's first ring. Secrets Manager refuses another content under an id it knows, so of two that make
/// the first ring at once one wins.
const FIRST_RING: &str = "latchkey-first-key-ring-00000001";

/// The label of a ring that is written and not current yet. A version needs a label to be kept; this one moves on to the next
/// candidate, so that versions that lost are forgotten.
const CANDIDATE: &str = "latchkey-candidate";
const CURRENT: &str = "AWSCURRENT";

/// A secret, and how it is reached. Failures are told in words that hold nothing of requests and answers.
pub(super) struct Secret<'a> {
    pub(super) client: &'a Client,
    pub(super) id: &'a str,
}

impl Secret<'_> {
    /// The text, if there ever was one: a secret without a value is absent on AWS, an empty text in emulators.
    pub(super) async fn read(&self) -> Result<Option<Held>, String> {
        for _ in 0..ROLE_TRIES {
            match self.client.get_secret_value().secret_id(self.id).send().await {
                Ok(secret) => {
                    let version = secret.version_id.unwrap_or_default();
                    let text = secret.secret_string.filter(|text| !text.is_empty());
                    return Ok(text.map(|ring| Held { ring, version }));
                }
                Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
                Err(error) if error.code() == Some("AccessDeniedException") => tokio::time::sleep(ROLE_PAUSE).await,
                Err(error) => return Err(code(&error)),
            }
        }
        Err("access is denied to this function's role".into())
    }

    pub(super) async fn create(&self, ring: &str) -> Result<Held, String> {
        let put = self.client.put_secret_value().secret_id(self.id).secret_string(ring);
        match put.client_request_token(FIRST_RING).send().await {
            Ok(_) => Ok(Held { ring: ring.to_owned(), version: FIRST_RING.to_owned() }),
            // Somebody else made it a moment ago: theirs counts.
            Err(error) if error.code() == Some("ResourceExistsException") => self.read_new().await,
            Err(error) => Err(code(&error)),
        }
    }

    /// What is known to be there, and may not be seen yet.
    async fn read_new(&self) -> Result<Held, String> {
        for _ in 0..SIGHT_TRIES {
            if let Some(held) = self.read().await? {
                return Ok(held);
            }
            tokio::time::sleep(SIGHT_PAUSE).await;
        }
        Err("somebody else makes it at this moment: try again".into())
    }

    /// Compare and swap: the new ring is written under a label that nobody reads, then the label that everybody reads moves
    /// from the version that was read, and from no other, to the new one.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html>
    pub(super) async fn replace(&self, version: &str, ring: &str) -> Result<Replaced, String> {
        let candidate = version_id()?;
        let put = self.client.put_secret_value().secret_id(self.id).secret_string(ring);
        let put = put.client_request_token(&candidate).version_stages(CANDIDATE).send().await;
        put.map_err(|error| code(&error))?;
        let swap = self.client.update_secret_version_stage().secret_id(self.id).version_stage(CURRENT);
        let swap = swap.move_to_version_id(&candidate).remove_from_version_id(version).send().await;
        match swap {
            Ok(_) => Ok(Replaced::Done(Held { ring: ring.to_owned(), version: candidate })),
            Err(error) => self.outcome(version, &candidate, &code(&error)).await,
        }
    }

    /// What an error means is seen by what is current now: a reply may be lost, and the codes of a lost race differ.
    async fn outcome(&self, before: &str, candidate: &str, reason: &str) -> Result<Replaced, String> {
        match self.read().await? {
            Some(now) if now.version == candidate => Ok(Replaced::Done(now)),
            Some(now) if now.version == before => Err(reason.to_owned()),
            _ => Ok(Replaced::Lost),
        }
    }
}

/// 32 characters, as few as Secrets Manager takes.
fn version_id() -> Result<String, String> {
    let bytes: [u8; 16] = Random::SYSTEM.draw().map_err(|error| error.to_string())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What went wrong, without anything of the request or the answer.
fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    error.code().unwrap_or("Secrets Manager did not answer").to_owned()
}
