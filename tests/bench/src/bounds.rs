//! The bounds, each with its unit in its name. Missing one of time is printed, missing one of the others fails.

/// The authorizer's cold start, in multiples of the bare loop's.
pub(crate) const COLD_RATIO: f64 = 1.6;
/// One warm invocation's wall time, in multiples of the bare loop's.
pub(crate) const WARM_RATIO: f64 = 1.3;
/// CPU time, cold and warm, in multiples of the bare loop's.
pub(crate) const CPU_RATIO: f64 = 1.5;
/// The authorizer's binary.
pub(crate) const AUTHORIZER_MIB: f64 = 5.0;
/// The authorizer's peak resident memory.
pub(crate) const AUTHORIZER_PEAK_MIB: f64 = 5.0;
/// The binary of a function with the SDK.
pub(crate) const SDK_FUNCTION_MIB: f64 = 12.0;
/// What its binary should come to.
pub(crate) const SDK_FUNCTION_MIB_GOAL: f64 = 6.0;
/// CPU time from its process start to its first answer over TLS.
pub(crate) const FIRST_ANSWER_MS: f64 = 10.0;
/// What that should come to.
pub(crate) const FIRST_ANSWER_MS_GOAL: f64 = 4.0;
/// CPU time of a process that draws random bytes once: with jitter entropy 20 to 50 ms, without it less than 1 ms.
pub(crate) const FIRST_DRAW_MS: f64 = 8.0;
/// How much of the core's time the measured processes and this one should have had between them.
pub(crate) const UNDISTURBED_SHARE: f64 = 0.95;
/// What `bounded` mode adds to a warm request while the feed is fresh.
pub(crate) const BOUNDED_ADDED_US: f64 = 5.0;
/// Its peak resident memory in `bounded` mode: TLS brings in 2 MiB of code, most of it the crypto library's.
pub(crate) const BOUNDED_PEAK_MIB: f64 = 6.0;
/// The same with 100 000 endings.
pub(crate) const MASS_PEAK_MIB: f64 = 12.0;
/// A warm request of a token that is not affected after a mass revocation, in multiples of one before it.
pub(crate) const MASS_RATIO: f64 = 1.1;
/// How long an authorizer waits for the feed.
pub(crate) const FEED_PATIENCE_MS: f64 = 300.0;
