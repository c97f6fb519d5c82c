//! The custom resource that makes the key rings at the first deployment, and publishes the public keys.
//!
//! Create and Update make a ring only where there is none, so no deployment ever replaces a key; Delete keeps everything. Every
//! event is answered: a deployment that waits for an answer hangs for as long as the stack allows.

mod answer;

use answer::{Answer, Outcome};
use latchkey::{
    config::Env,
    domain::{Random, time::system_clock},
    dynamodb::client::connector,
    ports::PublishKeys,
    startup::{Startup, StartupError},
    tokens::{Algorithm, PepperRing, SealRing, SignRing},
};
use serde::Deserialize;

/// A custom resource event, as far as it matters here.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html>
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Event {
    request_type: RequestType,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    request_id: String,
    stack_id: String,
    logical_resource_id: String,
    physical_resource_id: Option<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
enum RequestType {
    Create,
    Update,
    Delete,
}

/// Handles one event. The outcome, good or bad, goes to CloudFormation.
///
/// # Errors
/// Only when CloudFormation cannot be reached.
pub async fn handle(env: &Env, event: Event) -> Result<(), StartupError> {
    let outcome = match event.request_type {
        RequestType::Delete => Outcome::Kept,
        RequestType::Create | RequestType::Update => match ensure_rings(env).await {
            Ok(jwks) => Outcome::Ready { jwks },
            Err(error) => Outcome::Failed { reason: error.to_string() },
        },
    };
    let answer = Answer::new(&event, outcome);
    answer.send(&connector(&|name| env.get(name).map(str::to_owned))?, &event.response_url).await
}

/// Makes the rings that are missing and publishes the public keys. Gives the JWKS.
///
/// # Errors
/// When a secret or the table cannot be read or written. What was made stays and is found by the next try.
async fn ensure_rings(env: &Env) -> Result<String, StartupError> {
    let now = system_clock()?;
    let startup = Startup::new(env)?;
    let keys = startup.keys();
    let algorithm = Algorithm::from_env(env)?;
    let sign = keys.ensure("LATCHKEY_SIGN_KEYS", || SignRing::generate(algorithm, now)).await?;
    // Parsed as well: a ring that cannot be used fails the deployment, not the first request.
    SealRing::parse(&keys.ensure("LATCHKEY_SEAL_KEYS", || SealRing::generate(Random::SYSTEM, now)).await?)?;
    PepperRing::parse(&keys.ensure("LATCHKEY_PEPPER_KEYS", || PepperRing::generate(Random::SYSTEM, now)).await?)?;
    let jwks = SignRing::parse(&sign)?.public_jwks();
    startup.store()?.publish_keys(&jwks).await?;
    Ok(jwks)
}
