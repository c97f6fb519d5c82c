//! One JSON line per request, with its metrics in CloudWatch's embedded metric format.
//!
//! Identifiers are fields; secrets, tokens, emails and bodies are never given to this module at all.

mod metrics;

use std::{io::Write, time::Duration};

use serde::Serialize;

use crate::config::{ConfigError, Env};
use metrics::Metrics;

/// Which lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every request.
    Info,
    /// Refused requests and security events.
    Warn,
    /// Our own failures.
    Error,
}

/// Something that happened in a request and is worth counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// An account was made.
    Registered,
    /// Somebody signed in.
    SignedIn,
    /// Email or password was wrong.
    SignInFailed,
    /// A session was renewed.
    Refreshed,
    /// A superseded refresh token was answered inside the grace.
    RefreshReplayed,
    /// A superseded refresh token was presented after the grace: theft, or a copy. The session was ended.
    RefreshTokenReused,
    /// A session was signed out.
    SignedOut,
    /// All or all other sessions were signed out.
    SignedOutEverywhere,
    /// An account was deleted by its owner.
    AccountDeleted,
    /// An attempt was refused because of a limit.
    AttemptsLimited,
}

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
    /// Why, in words that the caller was not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One request.
#[derive(Debug, Serialize)]
pub struct Line<'a> {
    /// Severity.
    pub level: Level,
    /// The function.
    pub function: &'static str,
    /// The invocation's id, by which the gateway and X-Ray know it.
    pub request_id: &'a str,
    /// The request's method, or the kind of event.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The answer's status; for an authorizer the one that its gateway makes of the answer.
    pub status: u16,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// Everything else.
    #[serde(flatten)]
    pub facts: &'a Facts,
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

    /// Writes the line of one request, if it is severe enough. A line that cannot be written does not fail the request.
    pub fn record(&self, request_id: &str, method: &str, path: &str, status: u16, duration: Duration, facts: &Facts) {
        let level = level(status, facts.event);
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
        let mut stdout = std::io::stdout().lock();
        let _ = writeln!(stdout, "{}", render(&line));
    }
}

fn level(status: u16, event: Option<Event>) -> Level {
    match (status, event) {
        (500.., _) => Level::Error,
        (400.., _) | (_, Some(Event::RefreshTokenReused)) => Level::Warn,
        _ => Level::Info,
    }
}

/// Paths of ours are short; a longer one is somebody's attempt to fill the log.
fn shorten(path: &str) -> &str {
    const MAX_BYTES: usize = 128;
    path.get(..MAX_BYTES).unwrap_or(if path.len() <= MAX_BYTES { path } else { "" })
}

/// The line with its metrics: failures and duration by function, and a count by event.
fn render(line: &Line<'_>) -> String {
    #[derive(Serialize)]
    struct Measured<'a> {
        #[serde(flatten)]
        line: &'a Line<'a>,
        failures: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        events: Option<u8>,
        _aws: Metrics,
    }
    let event = line.facts.event;
    let failures = u8::from(line.status >= 500);
    let measured = Measured { line, failures, events: event.map(|_| 1), _aws: Metrics::new(event.is_some()) };
    in_ascii(serde_json::to_string(&measured).unwrap_or_default())
}

/// JSON with everything but printable ASCII escaped: some viewers end a line at U+2028 or U+0085, and terminals obey more than
/// the controls that JSON itself escapes.
fn in_ascii(json: String) -> String {
    let is_plain = |c: char| c == ' ' || c.is_ascii_graphic();
    if json.chars().all(is_plain) {
        return json;
    }
    let escape = |unit: &mut u16| format!("\\u{unit:04x}");
    json.chars().fold(String::with_capacity(json.len()), |text, c| match c {
        c if is_plain(c) => text + c.encode_utf8(&mut [0; 4]),
        c => text + &c.encode_utf16(&mut [0; 2]).iter_mut().map(escape).collect::<String>(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn e6_a_hostile_path_stays_one_line() {
        let path = format!("/auth/\r\n\u{1b}[31m\u{2028}\u{85}\u{7f}\u{1f511}{}", "x".repeat(60));
        let line = Line {
            level: Level::Info,
            function: "me",
            request_id: "r",
            method: "GET",
            path: shorten(&path),
            status: 200,
            duration_ms: 1.0,
            facts: &Facts::default(),
        };
        let text = render(&line);
        assert!(text.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["path"], path);
        assert_eq!(shorten(&"é".repeat(1000)).len(), 128);
        assert_eq!(shorten(&format!("x{}", "é".repeat(1000))), "");
    }

    #[test]
    fn g6_events_are_counted_at_every_level_and_plain_requests_are_not() {
        let errors_only = Telemetry { function: "refresh", least: Level::Error };
        assert!(errors_only.is_written(Level::Info, Some(Event::RefreshReplayed)));
        assert!(errors_only.is_written(Level::Error, None));
        assert!(!errors_only.is_written(Level::Warn, None));
    }

    #[test]
    fn a_security_event_is_a_warning_and_is_counted() {
        assert_eq!(level(401, Some(Event::RefreshTokenReused)), Level::Warn);
        let facts = Facts { event: Some(Event::RefreshTokenReused), ..Facts::default() };
        let line = Line {
            level: Level::Warn,
            function: "refresh",
            request_id: "r",
            method: "POST",
            path: "/auth/refresh",
            status: 401,
            duration_ms: 1.0,
            facts: &facts,
        };
        let object: serde_json::Value = serde_json::from_str(&render(&line)).unwrap();
        assert_eq!((&object["event"], &object["events"]), (&json!("refresh-token-reused"), &json!(1)));
        assert_eq!(object["_aws"]["CloudWatchMetrics"][1]["Dimensions"], json!([["event"]]));
    }
}
