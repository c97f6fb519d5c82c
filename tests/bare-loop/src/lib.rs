//! The parts of the bare loop. Every short cut in here is on purpose: it is what the benchmark compares with, not a model.

pub mod key;
pub mod runtime_api;
pub mod token;

/// Whatever ends the loop.
pub type Failure = Box<dyn std::error::Error>;

/// The text between the first `start` and the next `"`: all the JSON this program understands.
pub(crate) fn quoted<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once('"').map(|(value, _)| value)
}
