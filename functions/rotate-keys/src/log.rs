//! One line per action: who, why, what became of which key.

use std::time::Instant;

use latchkey::{
    config::{ConfigError, Env},
    domain::Remark,
    error::Error,
    http::{payload::Said, problem},
    telemetry::{Event, Facts, Telemetry},
    tokens::rings::{Change, Kind, rotation::Moved},
};

/// The line of one action, until it is written.
pub(crate) struct Log {
    telemetry: Telemetry,
    request_id: String,
    started: Instant,
    action: &'static str,
    facts: Facts,
}

impl Log {
    pub(crate) fn begin(env: &Env, request_id: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            telemetry: Telemetry::from_env("rotate-keys", env)?,
            request_id: request_id.to_owned(),
            started: Instant::now(),
            action: "",
            facts: Facts::default(),
        })
    }

    pub(crate) fn action(&mut self, action: &'static str) {
        self.action = action;
    }

    pub(crate) fn asked_by(&mut self, said: Said) {
        [self.facts.actor, self.facts.purpose] =
            [said.actor, said.reason].map(|remark| remark.map(Remark::into_string));
    }

    /// Notes what became of the keys of one kind.
    pub(crate) fn changed(&mut self, kind: Kind, what: Change<'_>, moved: &[Moved]) {
        let event = match what {
            Change::Rotate | Change::RotateIfDue | Change::ForceRotate => Some(Event::KeysRotated),
            Change::Revoke(_) => Some(Event::KeyRevoked),
            Change::ValidFrom(_) => Some(Event::ValidFromMoved),
            Change::Ensure => None,
        };
        self.facts.event = event.or(self.facts.event);
        let kind = kind.as_str();
        if let Change::ValidFrom(at) = what {
            self.facts.changes.push(format!("{kind} valid-from {}", at.seconds()));
        }
        self.facts.changes.extend(moved.iter().map(|Moved { id, fate }| format!("{kind} {id} {}", fate.as_str())));
    }

    /// Notes that nothing was done, because somebody else did it at the same moment.
    pub(crate) fn lost(&mut self, kind: Kind) {
        self.facts.reason = Some(format!("somebody else rotated the {} ring at the same moment", kind.as_str()));
    }

    pub(crate) fn has_changes(&self) -> bool {
        !self.facts.changes.is_empty()
    }

    /// Whether the schedule or a deployment asks: the answer is read by nobody, and AWS repeats only what fails.
    pub(crate) fn is_unattended(&self) -> bool {
        matches!(self.facts.actor.as_deref(), Some("schedule" | "deployment"))
    }

    /// Writes the line.
    pub(crate) fn end<T>(self, result: &Result<T, Error>) {
        let is_unattended = self.is_unattended();
        let (status, facts) = match result {
            Ok(_) => (200, self.facts),
            Err(error) => {
                let (status, Facts { problem, reason, .. }) = (problem::status(error), problem::facts(error));
                // What an operator has mistyped is no failure, nor what they are told to try again.
                let is_failure = status >= 500 || (is_unattended && status == 409);
                let event = if is_failure { Some(Event::KeysFailed) } else { self.facts.event };
                // Nobody reads what the schedule is answered. What a malformed payload says stays out: serde quotes it.
                let reason = reason.or_else(|| matches!(error, Error::Conflict(_)).then(|| error.to_string()));
                (status, Facts { problem, reason, event, ..self.facts })
            }
        };
        self.telemetry.record(&self.request_id, "INVOKE", self.action, status, self.started.elapsed(), &facts);
    }
}
