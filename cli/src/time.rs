//! Seconds since 1970 and the text people write for them.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_lambda::primitives::{DateTime, DateTimeFormat};

/// RFC 3339 in UTC; the bare number if no calendar holds it.
pub fn text(seconds: i64) -> String {
    DateTime::from_secs(seconds).fmt(DateTimeFormat::DateTime).unwrap_or_else(|_| seconds.to_string())
}

/// Whole seconds since 1970, or RFC 3339 with any offset.
pub fn parse(text: &str) -> Result<i64, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let time = DateTime::from_str(text, DateTimeFormat::DateTimeWithOffset);
    time.map(|time| time.secs()).map_err(|_| "a time as 2026-01-31T12:00:00Z, or seconds since 1970".to_owned())
}

/// The time of a `Date` header (RFC 9110, section 5.6.7).
pub fn parse_http(text: &str) -> Option<i64> {
    DateTime::from_str(text, DateTimeFormat::HttpDate).ok().map(|time| time.secs())
}

/// Now, by this machine's clock.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_seconds_or_with_any_offset_and_written_in_utc() {
        assert_eq!(parse("1767225600"), Ok(1_767_225_600));
        assert_eq!(parse("2026-01-01T00:00:00Z"), Ok(1_767_225_600));
        assert_eq!(parse("2026-01-01T02:00:00+02:00"), Ok(1_767_225_600));
        assert_eq!(text(1_767_225_600), "2026-01-01T00:00:00Z");
        assert!(parse("yesterday").is_err());
    }

    #[test]
    fn a_date_header_is_read() {
        assert_eq!(parse_http("Thu, 01 Jan 2026 00:00:00 GMT"), Some(1_767_225_600));
        assert_eq!(parse_http("soon"), None);
    }
}
