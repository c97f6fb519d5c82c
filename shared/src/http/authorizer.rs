//! Both authorizers, but for how they prove a token: what asks them, what the rules say, what they answer.
//!
//! An event goes through four steps: it is read and its kind told apart (`event`), its one credential is found (`carriers`),
//! the function proves it, and the answer is made in the form of the kind (`answer`), by the rules if there are any (`rules`)
//! and as a policy where the kind wants one (`policy`). Whatever goes wrong on the way is a denial.

mod answer;
mod arn;
mod caller;
mod carriers;
mod event;
mod headers;
mod policy;
mod rules;
mod shape;
mod text;

use std::{convert::Infallible, time::Instant};

pub use caller::{Caller, Context};
pub use carriers::Carriers;
pub use rules::Rules;

use super::runtime_api;
use crate::{
    config::{ConfigError, Env},
    domain::{
        Timestamp,
        time::{BrokenClock, system_clock},
    },
    error::{Error, Refusal, chain},
    telemetry::{Facts, Telemetry},
};
#[cfg(feature = "aws")]
pub(super) use arn::MethodArn;
#[cfg(feature = "aws")]
pub(super) use policy::Policy;

pub(super) use answer::UNAUTHORIZED;
use answer::{Answer, Failure};
use event::{Event, Kind};

/// A dependency is down, or not as it should be. The gateway answers 500 and nobody gets in; a client may try again, where a
/// denial would tell it that it is signed out.
pub(super) const UNDECIDED: Failure = "a dependency is unavailable";

/// What an authorizer is told at its start.
#[derive(Debug)]
pub struct Authorizer {
    telemetry: Telemetry,
    carriers: Carriers,
    rules: Option<Rules>,
}

impl Authorizer {
    /// Reads carriers, rules and log level.
    ///
    /// # Errors
    /// [`ConfigError`] when one of them is malformed.
    pub fn from_env(function: &'static str, env: &Env) -> Result<Self, ConfigError> {
        Ok(Self {
            telemetry: Telemetry::from_env(function, env)?,
            carriers: Carriers::from_env(env)?,
            rules: Rules::from_env(env)?,
        })
    }

    /// Decides one event at a time: `identify` proves its token. The answer is JSON.
    ///
    /// # Errors
    /// The text of a failed invocation: `Unauthorized` where that is how a kind of API wants to be told, or that nothing could
    /// be decided.
    pub fn decide(
        &self,
        request_id: &str,
        event: &[u8],
        clock: impl FnOnce() -> Result<Timestamp, BrokenClock>,
        identify: impl FnOnce(&str, Timestamp) -> Result<Caller, Error>,
    ) -> Result<String, &'static str> {
        let asked = Asked::read(event, clock);
        let caller = asked.question(self.carriers).and_then(|(token, now)| identify(token, now));
        self.answer(request_id, &asked, caller)
    }

    fn answer(&self, request_id: &str, asked: &Asked<'_>, caller: Result<Caller, Error>) -> Result<String, Failure> {
        let answer = match (&caller, &asked.event, asked.kind, &asked.now) {
            (Err(Error::Unavailable(_) | Error::Internal(_)), ..) => Err(UNDECIDED),
            (Ok(caller), Some(event), Some(kind), Ok(now)) => {
                Ok(Answer::to_caller(kind, event, caller, self.rules.as_ref(), *now))
            }
            (_, _, kind, _) => Answer::to_nobody(kind),
        };
        let (status, facts) = (status(&answer), facts(&caller, &answer));
        self.telemetry.record(request_id, "AUTHORIZE", &asked.route(), status, asked.started.elapsed(), &facts);
        serde_json::to_string(&answer?).map_err(|_| "an answer that is no JSON")
    }
}

/// What the caller of the API will see; behind a policy it depends on the route.
fn status(answer: &Result<Answer<'_>, Failure>) -> u16 {
    match answer {
        Ok(answer) if answer.lets_in() => 200,
        Ok(_) => 403,
        Err(text) if *text == UNAUTHORIZED => 401,
        Err(_) => 503,
    }
}

fn facts(caller: &Result<Caller, Error>, answer: &Result<Answer<'_>, Failure>) -> Facts {
    let lets_in = answer.as_ref().is_ok_and(Answer::lets_in);
    match caller {
        Ok(Caller { subject, .. }) => Facts {
            user_id: Some(subject.user_id.to_string()),
            session_id: Some(subject.session_id.to_string()),
            reason: (!lets_in).then(|| "not theirs by the rules, or no answer of a legal size".to_owned()),
            ..Facts::default()
        },
        Err(error) => Facts { reason: Some(chain(error)), ..Facts::default() },
    }
}

/// Decides authorizer events with `identify`, which waits for nothing, until the sandbox ends.
///
/// # Errors
/// When the environment names no Runtime API or a wrong setting, and when the Runtime API is gone.
pub fn run_stateless(
    function: &'static str,
    env: &Env,
    identify: impl Fn(&str, Timestamp) -> Result<Caller, Error>,
) -> Result<Infallible, Box<dyn std::error::Error>> {
    let authorizer = Authorizer::from_env(function, env)?;
    let decide = |request_id: &str, event: &[u8]| {
        authorizer.decide(request_id, event, system_clock, &identify).map(String::into_bytes)
    };
    Ok(runtime_api::serve(env.required("AWS_LAMBDA_RUNTIME_API")?, decide)?)
}

/// As [`run_stateless`], with an `identify` that asks others.
///
/// # Errors
/// When a setting is wrong, and when the Runtime API is gone.
#[cfg(feature = "aws")]
pub async fn run(
    function: &'static str,
    env: &Env,
    identify: impl AsyncFn(&str, Timestamp) -> Result<Caller, Error>,
) -> Result<(), lambda_runtime::Error> {
    use lambda_runtime::{LambdaEvent, service_fn};
    use serde_json::value::RawValue;

    let authorizer = Authorizer::from_env(function, env)?;
    let (authorizer, identify) = (&authorizer, &identify);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let asked = Asked::read(event.payload.get().as_bytes(), system_clock);
        let caller = match asked.question(authorizer.carriers) {
            Ok((token, now)) => identify(token, now).await,
            Err(error) => Err(error),
        };
        let answer = authorizer.answer(&event.context.request_id, &asked, caller)?;
        RawValue::from_string(answer).map_err(|_| "an answer that is no JSON")
    }))
    .await
}

/// One question to the authorizer.
struct Asked<'a> {
    started: Instant,
    now: Result<Timestamp, BrokenClock>,
    /// None when it is not understood.
    event: Option<Event<'a>>,
    /// None when it is of no kind that is known.
    kind: Option<Kind>,
}

impl<'a> Asked<'a> {
    fn read(event: &'a [u8], clock: impl FnOnce() -> Result<Timestamp, BrokenClock>) -> Self {
        let started = Instant::now();
        let event = Event::read(event).ok();
        let kind = event.as_ref().and_then(Event::kind);
        Self { started, now: clock(), event, kind }
    }

    /// The token to be proven, and the time to prove it at.
    fn question(&self, carriers: Carriers) -> Result<(&str, Timestamp), Error> {
        let event = self.event.as_ref().ok_or(Refusal("event not understood"))?;
        let kind = self.kind.ok_or(Refusal("event of another kind"))?;
        let token = carriers.unverified_token(event, kind)?;
        Ok((token, self.now?))
    }

    /// The route, for the log.
    fn route(&self) -> String {
        let route = self.kind.zip(self.event.as_ref()).and_then(|(kind, event)| event.route(kind));
        route.map(|route| route.to_string()).unwrap_or_default()
    }
}
