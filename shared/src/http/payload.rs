//! What is sent to a function that has no route, only IAM before it: read in one way, whatever it asks for.

use serde::de::DeserializeOwned;

use super::request::Fields;
use crate::{domain::Remark, error::Error};

/// The longest payload that is read: many times the longest list of words.
const MAX_BYTES: usize = 32 * 1024;

/// Reads a payload as one of the actions that `T` knows. Unlike callers of the API, whoever may invoke the function is told
/// what serde says: which member is unknown, missing, doubled or of another type.
///
/// # Errors
/// [`Error::BodyTooLarge`], [`Error::MalformedBody`].
pub fn parse<T: DeserializeOwned>(payload: &str) -> Result<T, Error> {
    if payload.len() > MAX_BYTES {
        return Err(Error::BodyTooLarge);
    }
    // serde would take an array of the values for the object as well.
    if !payload.trim_ascii_start().starts_with('{') {
        return Err(Error::MalformedBody("not a JSON object".into()));
    }
    serde_json::from_str(payload).map_err(|error| Error::MalformedBody(error.to_string()))
}

/// Who asks and why, each as far as it can be logged: known also when what they ask is refused.
#[derive(Debug, Default)]
pub struct Said {
    /// Who.
    pub actor: Option<Remark>,
    /// Why.
    pub reason: Option<Remark>,
}

impl Said {
    /// Parses what a payload says; what cannot be logged is a mistake among `fields`.
    pub fn parse(fields: &mut Fields, actor: Option<&str>, reason: Option<&str>) -> Self {
        let mut remark = |pointer, text: Option<&str>| text.and_then(|text| fields.keep(pointer, Remark::parse(text)));
        Self { actor: remark("/actor", actor), reason: remark("/reason", reason) }
    }
}
