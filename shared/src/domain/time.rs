//! Points in time, in whole seconds: what JWTs and DynamoDB's TTL count in.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970-01-01T00:00:00Z (RFC 7519 `NumericDate` without a fraction).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Takes seconds since the epoch.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// The moment `seconds` later, or the end of time.
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// The moment `seconds` earlier, or the epoch.
    pub const fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// How many seconds after `earlier` this is; 0 when it is not after.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// No machine of ours runs before 2026-01-01: a clock that says so has lost its battery, and would bring everything that has
/// expired back to life.
const EARLIEST: Timestamp = Timestamp(1_767_225_600);

/// The clock cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock is before 2026")]
pub struct BrokenClock;

/// The system's clock: read once per request, at the edge, then handed on as a value.
///
/// # Errors
/// [`BrokenClock`]: then nothing can be judged, and nothing is.
pub fn system_clock() -> Result<Timestamp, BrokenClock> {
    plausible(SystemTime::now())
}

fn plausible(time: SystemTime) -> Result<Timestamp, BrokenClock> {
    let elapsed = time.duration_since(UNIX_EPOCH).map_err(|_| BrokenClock)?;
    Some(Timestamp(elapsed.as_secs())).filter(|now| *now >= EARLIEST).ok_or(BrokenClock)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a18_a_clock_that_cannot_be_right_judges_nothing() {
        let at = |seconds| plausible(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(EARLIEST.0), Ok(EARLIEST));
        assert_eq!(at(EARLIEST.0 - 1), Err(BrokenClock));
        assert_eq!(plausible(UNIX_EPOCH - Duration::from_secs(1)), Err(BrokenClock));
    }
}
