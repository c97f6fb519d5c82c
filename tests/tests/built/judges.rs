//! Both authorizers, asked the same question.

use latchkey_tests::{
    authorizer_event::{KINDS, Kind},
    deployment::Environment,
    forge::Forge,
    rings::Rings,
    runtime_api::Function,
};
use serde_json::Value;

/// The two functions that decide.
pub(crate) struct Judges {
    authorizer: Function,
    session_authorizer: Function,
    /// Forges with the key that the first of them trusts.
    pub(crate) forge: Forge,
}

impl Judges {
    pub(crate) fn new() -> Self {
        Self::trusting(&Rings::of_local())
    }

    /// With other settings.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        let rings = Rings::of_local();
        let set = |environment: Environment| {
            settings.iter().fold(environment, |environment, (name, value)| environment.with(name, value))
        };
        Self {
            authorizer: set(Environment::of_authorizer(&rings)).function("authorizer"),
            session_authorizer: set(Environment::local()).function("session-authorizer"),
            forge: Forge::new(&rings),
        }
    }

    /// With other keys of access tokens.
    pub(crate) fn trusting(rings: &Rings) -> Self {
        Self {
            authorizer: Environment::of_authorizer(rings).function("authorizer"),
            session_authorizer: Environment::local().function("session-authorizer"),
            forge: Forge::new(rings),
        }
    }

    /// What the stateless authorizer answers to an event of any bytes.
    pub(crate) fn decide(&self, event: &[u8]) -> Result<Value, Value> {
        self.authorizer.invoke(event)
    }

    /// What the session-authorizer answers.
    pub(crate) fn decide_session(&self, event: &[u8]) -> Result<Value, Value> {
        self.session_authorizer.invoke(event)
    }

    /// Whether the stateless authorizer lets a token in, whatever kind of API asks.
    pub(crate) fn lets_in(&self, token: &str) -> bool {
        let answers = KINDS.map(|kind| kind.lets_in(&self.decide(kind.about(token).to_string().as_bytes())));
        assert!(answers.iter().all(|answer| *answer == answers[0]), "the kinds disagree: {answers:?}");
        answers[0]
    }

    /// Asserts that both deny a token, in the very words of every kind of API.
    #[track_caller]
    pub(crate) fn assert_denied(&self, case: &str, token: &str) {
        for kind in KINDS {
            self.assert_event_denied(kind, case, kind.about(token).to_string().as_bytes());
        }
    }

    /// Asserts that both deny an event.
    #[track_caller]
    pub(crate) fn assert_event_denied(&self, kind: Kind, case: &str, event: &[u8]) {
        for outcome in [self.decide(event), self.decide_session(event)] {
            assert!(kind.is_denial(&outcome), "{kind:?}, {case}: {outcome:?}");
        }
    }

    /// Asserts that a good token is still let in: that what was denied before was denied for its fault.
    #[track_caller]
    pub(crate) fn assert_still_judging(&self) {
        assert!(self.lets_in(&self.forge.good()), "a good token is denied");
    }
}
