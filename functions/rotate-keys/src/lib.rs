//! The keys: made at the first deployment, rotated by a schedule, and whatever an operator asks for. Invoked by CloudFormation,
//! by EventBridge and by whoever IAM lets; there is no route to it.
//!
//! CloudFormation's Create and Update make what is missing and publish the public keys; no deployment ever replaces a key, and
//! Delete keeps everything. Every such event is answered: a deployment that waits for an answer hangs for as long as the stack
//! allows.

mod action;
mod cloudformation;
mod environment;
mod lambda_api;
mod log;
mod publication;
mod rings;
mod rotation;

use cloudformation::{Answer, Outcome};
use latchkey::{
    config::Env,
    domain::Timestamp,
    dynamodb::client::connector,
    error::{Error, FieldError, chain},
    http::problem,
    ports::PublishKeys,
    startup::{Startup, StartupError},
    tokens::rings::{KeyInfo, Kind, Maker},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use action::Action;
use log::Log;
use publication::Publication;
use rings::Rings;

/// A custom resource event, as far as it matters here.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html>
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CustomResource {
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

/// The answer to an action: the keys as they are now.
#[derive(Serialize)]
struct State {
    keys: Vec<KeyInfo>,
    /// The second before which no session is good any more.
    valid_from: u64,
    changed: bool,
}

/// Handles one event: of CloudFormation, to which goes whatever becomes of it, good or bad; or an action, which an operator, the
/// schedule or a deployment that has ended asks for, and which is answered.
///
/// # Errors
/// When CloudFormation cannot be reached, or the settings are so wrong that nothing can be done; and when an action fails that
/// nobody reads the answer of.
pub async fn handle(env: &Env, event: &str, request_id: &str) -> Result<Value, StartupError> {
    match serde_json::from_str(event) {
        Ok(resource) => deploy(env, &resource, request_id).await.map(|()| Value::Null),
        Err(_) => act(env, event, request_id).await,
    }
}

async fn deploy(env: &Env, event: &CustomResource, request_id: &str) -> Result<(), StartupError> {
    let outcome = match event.request_type {
        RequestType::Delete => Outcome::Kept,
        RequestType::Create | RequestType::Update => {
            let mut log = Log::begin(env, request_id)?;
            log.action("deployment");
            let result = ensure(env, &mut log).await;
            log.end(&result);
            match result {
                Ok(()) => Outcome::Ready,
                Err(error) => Outcome::Failed { reason: chain(&error) },
            }
        }
    };
    let answer = Answer::new(event, outcome);
    answer.send(&connector(&|name| env.get(name).map(str::to_owned))?, &event.response_url).await
}

/// Makes the rings and the keys that are missing and publishes the public ones. What was made stays and is found by the next
/// try.
async fn ensure(env: &Env, log: &mut Log) -> Result<(), Error> {
    let startup = Startup::new(env).map_err(unavailable)?;
    let mut rings = Rings::new(startup.keys(), Maker::from_env(env).map_err(unavailable)?)?;
    rings.ensure(log).await?;
    publication(env, &startup)?.publish(&rings).await
}

async fn act(env: &Env, payload: &str, request_id: &str) -> Result<Value, StartupError> {
    let mut log = Log::begin(env, request_id)?;
    let result = match Action::read(payload, &mut log) {
        Ok(action) => perform(env, &action, &mut log).await,
        Err(error) => Err(error),
    };
    let is_unattended = log.is_unattended();
    log.end(&result);
    match result {
        Ok(state) => Ok(serde_json::to_value(state)?),
        // Nobody reads a problem; what fails is tried again.
        Err(error) if is_unattended && problem::status(&error) >= 500 => Err(chain(&error).into()),
        Err(error) => Ok(json!({ "problem": problem::for_operators(&error) })),
    }
}

async fn perform(env: &Env, action: &Action, log: &mut Log) -> Result<State, Error> {
    let startup = Startup::new(env).map_err(unavailable)?;
    let mut rings = Rings::new(startup.keys(), Maker::from_env(env).map_err(unavailable)?)?;
    let publication = publication(env, &startup)?;
    match action {
        Action::List { .. } => {}
        Action::Publish { .. } => {
            // What a deployment of an earlier version made has no next keys.
            rings.ensure(log).await?;
            publication.publish(&rings).await?;
        }
        Action::Rotate { kind, force, .. } => {
            let rotated = rings.rotate(*kind, *force, &publication, log).await;
            // Also when one of them could not be rotated: what is published follows the others.
            let published = publication.publish(&rings).await;
            rotated.and(published)?;
        }
        Action::Revoke { kind, id, .. } => {
            let found = rings.revoke(kind.unwrap_or(Kind::Sign), id, &publication, log).await?;
            // Also when the key is gone already: an earlier try may have ended before this.
            publication.publish_and_restart(&rings).await?;
            if !found {
                let detail = "no key has this id; what is published has been written again";
                return Err(Error::InvalidInput(vec![FieldError::new("/id", detail)]));
            }
        }
        Action::ValidFrom { at, .. } => {
            rings.set_valid_from(at.map(Timestamp::from_seconds), log).await?;
            publication.publish_and_restart(&rings).await?;
        }
    }
    let (keys, valid_from) = rings.list().await?;
    Ok(State { keys, valid_from: valid_from.seconds(), changed: log.has_changes() })
}

fn publication<'a>(env: &'a Env, startup: &Startup<'_>) -> Result<Publication<'a, impl PublishKeys + use<>>, Error> {
    Publication::new(env, startup.store().map_err(unavailable)?)
}

/// Settings and stores that cannot be used; the sentence is for the operator.
fn unavailable(cause: impl Into<StartupError>) -> Error {
    Error::Unavailable(cause.into())
}
