//! The event and the answer of a Lambda authorizer: HTTP API, payload 2.0, simple response.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>

use std::{convert::Infallible, time::Instant};

use serde::{Deserialize, Serialize};

use super::runtime_api;
use crate::{
    config::Env,
    domain::{Timestamp, time::system_clock},
    error::{Error, Refusal, chain},
    telemetry::{Facts, Telemetry},
    tokens::{Subject, access::bearer},
};

/// What an authorizer looks at: only the identity source that the API declared. Everything else in the event is the caller's
/// and decides nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    version: String,
    r#type: String,
    identity_source: Vec<String>,
    #[serde(default)]
    route_key: String,
}

/// The simple response: a decision, and what the protected function is told about the caller.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    is_authorized: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Context>,
}

/// What reaches the protected function as `requestContext.authorizer.lambda`: strings and numbers, so that it looks the same
/// behind every kind of API.
#[derive(Debug, Serialize)]
pub struct Context {
    sub: String,
    sid: String,
    auth_time: u64,
    amr: String,
    epoch: u64,
    exp: u64,
    client_id: String,
    scope: String,
    roles: String,
}

/// A list as words separated by spaces. What is no word is left out: half of it could be somebody else's role.
fn words(list: &[String]) -> String {
    let is_word = |text: &&str| !text.is_empty() && !text.contains(char::is_whitespace);
    list.iter().map(String::as_str).filter(is_word).collect::<Vec<_>>().join(" ")
}

impl Context {
    /// Describes a proven caller. Lists become words separated by spaces.
    pub fn new(subject: &Subject, expires_at: Timestamp, client_id: String, scope: String) -> Self {
        Self {
            sub: subject.user_id.to_string(),
            sid: subject.session_id.to_string(),
            auth_time: subject.auth_time.seconds(),
            amr: words(&subject.amr),
            epoch: subject.epoch,
            exp: expires_at.seconds(),
            client_id,
            scope,
            roles: words(&subject.roles),
        }
    }
}

/// Decides authorizer events with `identify`, which waits for nothing, until the sandbox ends. An event that is not understood
/// is denied, and so is every token that is not proven.
///
/// # Errors
/// When the environment names no Runtime API or a wrong setting, and when the Runtime API is gone.
pub fn run_stateless(
    function: &'static str,
    env: &Env,
    identify: impl Fn(&str, Timestamp) -> Result<Context, Error>,
) -> Result<Infallible, Box<dyn std::error::Error>> {
    let telemetry = Telemetry::from_env(function, env)?;
    let decide = |request_id: &str, event: &[u8]| {
        let asked = Asked::read(event);
        let result = asked.token_and_time().and_then(|(token, now)| identify(token, now));
        let decision = asked.decide(&telemetry, request_id, result)?;
        serde_json::to_vec(&decision).map_err(|_| "a decision that is no JSON")
    };
    Ok(runtime_api::serve(env.required("AWS_LAMBDA_RUNTIME_API")?, decide)?)
}

/// As [`run_stateless`], with an `identify` that asks others.
///
/// # Errors
/// Only when the Runtime API is gone.
#[cfg(feature = "aws")]
pub async fn run(
    function: &'static str,
    env: &Env,
    identify: impl AsyncFn(&str, Timestamp) -> Result<Context, Error>,
) -> Result<(), lambda_runtime::Error> {
    use lambda_runtime::{LambdaEvent, service_fn};
    use serde_json::value::RawValue;

    let telemetry = Telemetry::from_env(function, env)?;
    let (telemetry, identify) = (&telemetry, &identify);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let asked = Asked::read(event.payload.get().as_bytes());
        let result = match asked.token_and_time() {
            Ok((token, now)) => identify(token, now).await,
            Err(error) => Err(error),
        };
        asked.decide(telemetry, &event.context.request_id, result)
    }))
    .await
}

/// A dependency is down, or not as it should be. The gateway answers 500 and nobody gets in; a client may try again, where a
/// denial would tell it that it is signed out.
const UNDECIDED: &str = "a dependency is unavailable";

/// One question to the authorizer.
struct Asked {
    started: Instant,
    /// None when it is not understood.
    event: Option<Event>,
}

impl Asked {
    fn read(event: &[u8]) -> Self {
        let started = Instant::now();
        // As text: serde would not look at the encoding of what it ignores.
        let event = std::str::from_utf8(event).ok().and_then(|event| serde_json::from_str(event).ok());
        Self { started, event }
    }

    fn token_and_time(&self) -> Result<(&str, Timestamp), Error> {
        let event = self.event.as_ref().ok_or(Refusal("event not understood"))?;
        Ok((unverified_token(event)?, system_clock()?))
    }

    fn decide(
        &self,
        telemetry: &Telemetry,
        request_id: &str,
        result: Result<Context, Error>,
    ) -> Result<Decision, &'static str> {
        let route = self.event.as_ref().map_or("", |event| event.route_key.as_str());
        let (status, facts) = facts(&result);
        telemetry.record(request_id, "AUTHORIZE", route, status, self.started.elapsed(), &facts);
        match result {
            Ok(context) => Ok(Decision { is_authorized: true, context: Some(context) }),
            Err(Error::Unavailable(_) | Error::Internal(_)) => Err(UNDECIDED),
            Err(_) => Ok(Decision { is_authorized: false, context: None }),
        }
    }
}

/// The one token of the one declared identity source.
fn unverified_token(event: &Event) -> Result<&str, Refusal> {
    if event.version != "2.0" || event.r#type != "REQUEST" {
        return Err(Refusal("event of another kind"));
    }
    let [value] = event.identity_source.as_slice() else {
        return Err(Refusal("not exactly one identity source"));
    };
    bearer(value).ok_or(Refusal("not one bearer token"))
}

fn facts(result: &Result<Context, Error>) -> (u16, Facts) {
    match result {
        Ok(context) => (
            200,
            Facts { user_id: Some(context.sub.clone()), session_id: Some(context.sid.clone()), ..Facts::default() },
        ),
        Err(error @ (Error::Unavailable(_) | Error::Internal(_))) => {
            (503, Facts { reason: Some(chain(error)), ..Facts::default() })
        }
        Err(error) => (403, Facts { reason: Some(error.to_string()), ..Facts::default() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a14_a_role_that_is_no_word_does_not_become_another_ones() {
        let roles = ["editor", "not admin", "", "a\tb", "viewer"].map(str::to_owned);
        assert_eq!(words(&roles), "editor viewer");
    }
}
