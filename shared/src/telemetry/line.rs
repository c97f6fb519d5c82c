//! The line of one request.

use serde::Serialize;

use super::{Facts, Level, metrics::Metrics};

/// One request.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    /// Severity.
    pub(super) level: Level,
    /// The function.
    pub(super) function: &'static str,
    /// The invocation's id, by which the gateway and X-Ray know it.
    pub(super) request_id: &'a str,
    /// The request's method, or the kind of event.
    pub(super) method: &'a str,
    /// The path, without the query; of an operator's invocation the action.
    pub(super) path: &'a str,
    /// The answer's status; for an authorizer the one that its gateway makes of the answer.
    pub(super) status: u16,
    /// How long it took, in milliseconds.
    pub(super) duration_ms: f64,
    /// Everything else.
    #[serde(flatten)]
    pub(super) facts: &'a Facts,
}

/// Paths of ours are short; a longer one is somebody's attempt to fill the log.
pub(super) fn shorten(path: &str) -> &str {
    const MAX_BYTES: usize = 128;
    path.get(..MAX_BYTES).unwrap_or(if path.len() <= MAX_BYTES { path } else { "" })
}

/// The line with its metrics: failures and duration by function, and a count by event.
pub(super) fn render(line: &Line<'_>) -> String {
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
    serde_json::to_string(&measured).unwrap_or_default()
}

/// JSON with everything but printable ASCII escaped: some viewers end a line at U+2028 or U+0085, and terminals obey more than
/// the controls that JSON itself escapes.
pub(super) fn in_ascii(json: String) -> String {
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
    use crate::telemetry::Event;

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
        let text = in_ascii(render(&line));
        assert!(text.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["path"], path);
        assert_eq!(shorten(&"é".repeat(1000)).len(), 128);
        assert_eq!(shorten(&format!("x{}", "é".repeat(1000))), "");
    }

    #[test]
    fn a_security_event_is_a_warning_and_is_counted() {
        let event = Some(Event::RefreshTokenReused);
        let facts = Facts { event, ..Facts::default() };
        let line = Line {
            level: Level::of(401, event),
            function: "refresh",
            request_id: "r",
            method: "POST",
            path: "/auth/refresh",
            status: 401,
            duration_ms: 1.0,
            facts: &facts,
        };
        let object: serde_json::Value = serde_json::from_str(&render(&line)).unwrap();
        assert_eq!((&object["level"], &object["events"]), (&json!("warn"), &json!(1)));
        assert_eq!(object["event"], "refresh-token-reused");
        assert_eq!(object["_aws"]["CloudWatchMetrics"][1]["Dimensions"], json!([["event"]]));
    }
}
