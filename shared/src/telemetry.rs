//! One JSON line per request, with its metrics in CloudWatch's embedded metric format.
//!
//! Identifiers are fields; secrets, tokens, emails and bodies are never given to this module at all.

mod event;
mod line;
mod metrics;

use std::{io::Write, time::Duration};

use serde::Serialize;

pub use event::{Event, Level};

use crate::config::{ConfigError, Env};
use line::{Line, in_ascii, render, shorten};
use metrics::Metrics;

/// What a request's line says beyond what the gateway knows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Facts {
    /// Whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Which session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// The slug of the problem that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
    /// The operator who asked for it, or the schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// What for, in the operator's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// What it changed, one entry per thing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// Why, in words that the caller was not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Writes the lines of one function.
#[derive(Debug, Clone, Copy)]
pub struct Telemetry {
    /// The function's name.
    pub function: &'static str,
    least: Level,
}

impl Telemetry {
    /// Reads `LATCHKEY_LOG_LEVEL`: `info` (default), `warn` or `error`.
    ///
    /// # Errors
    /// [`ConfigError`] for another word.
    pub fn from_env(function: &'static str, env: &Env) -> Result<Self, ConfigError> {
        let least = match env.text("LATCHKEY_LOG_LEVEL", "info") {
            "info" => Level::Info,
            "warn" => Level::Warn,
            "error" => Level::Error,
            _ => return Err(ConfigError::new("LATCHKEY_LOG_LEVEL", "must be info, warn or error")),
        };
        Ok(Self { function, least })
    }

    /// What is counted is written at every level: the line is the metric.
    fn is_written(&self, level: Level, event: Option<Event>) -> bool {
        level >= self.least || event.is_some()
    }

    /// Writes and counts something that happened on the way to a decision, at every level.
    pub fn note(&self, event: Event, reason: &str) {
        #[derive(Serialize)]
        struct Note<'a> {
            level: Level,
            function: &'static str,
            event: Event,
            events: u8,
            reason: &'a str,
            _aws: Metrics,
        }
        let note =
            Note { level: Level::Error, function: self.function, event, events: 1, reason, _aws: Metrics::of_event() };
        write_line(serde_json::to_string(&note).unwrap_or_default());
    }

    /// Writes the line of one request, if it is severe enough. A line that cannot be written does not fail the request.
    pub fn record(&self, request_id: &str, method: &str, path: &str, status: u16, duration: Duration, facts: &Facts) {
        let level = Level::of(status, facts.event);
        if !self.is_written(level, facts.event) {
            return;
        }
        let duration_ms = duration.as_micros() as f64 / 1000.0;
        let line = Line {
            level,
            function: self.function,
            request_id,
            method,
            path: shorten(path),
            status,
            duration_ms,
            facts,
        };
        write_line(render(&line));
    }
}

/// Writes one line of JSON. One that cannot be written fails nothing.
fn write_line(json: String) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{}", in_ascii(json));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g6_events_are_counted_at_every_level_and_plain_requests_are_not() {
        let errors_only = Telemetry { function: "refresh", least: Level::Error };
        assert!(errors_only.is_written(Level::Info, Some(Event::RefreshReplayed)));
        assert!(errors_only.is_written(Level::Error, None));
        assert!(!errors_only.is_written(Level::Warn, None));
    }
}
