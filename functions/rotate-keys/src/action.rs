//! What an operator or a schedule may ask for.

use latchkey::{
    domain::Timestamp,
    error::{Error, FieldError},
    tokens::rings::Kind,
};
use serde::Deserialize;
use serde_json::Value;

use crate::log::Log;

/// Longest name of an operator, and longest reason, in characters.
const MAX_CHARS: usize = 200;

/// One action.
pub(crate) enum Action {
    /// Says which keys there are.
    List,
    /// Rotates the rings of a kind, or all that are due.
    Rotate { kind: Option<Kind>, force: bool },
    /// Takes one key out.
    Revoke { kind: Kind, id: String },
    /// Writes the public keys again to where they are published.
    Publish,
    /// Refuses every session that began earlier; without a time, every one there is.
    ValidFrom { at: Option<Timestamp> },
}

/// The event. A member nobody knows is refused: a misspelt `force` must not silently be none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    action: String,
    kind: Option<Kind>,
    #[serde(default)]
    force: bool,
    id: Option<String>,
    at: Option<u64>,
    actor: Option<String>,
    reason: Option<String>,
}

impl Action {
    /// Reads an event, and tells the log what is asked for, by whom and why.
    ///
    /// # Errors
    /// [`Error::MalformedBody`], [`Error::InvalidInput`].
    pub(crate) fn parse(event: Value, log: &mut Log) -> Result<Self, Error> {
        let asked: Asked = serde_json::from_value(event).map_err(|error| Error::MalformedBody(error.to_string()))?;
        let reason = words("/reason", asked.reason)?;
        log.asked_by(words("/actor", asked.actor)?, reason.clone());
        let action = match asked.action.as_str() {
            "list" => Self::List,
            "rotate" => Self::Rotate { kind: asked.kind, force: asked.force },
            "revoke" => {
                let id = asked.id.ok_or_else(|| invalid("/id", "says which key"))?;
                Self::Revoke { kind: asked.kind.unwrap_or(Kind::Sign), id }
            }
            "publish" => Self::Publish,
            "valid-from" => Self::ValidFrom { at: asked.at.map(Timestamp::from_seconds) },
            _ => return Err(invalid("/action", "must be list, rotate, revoke, publish or valid-from")),
        };
        log.action(action.name());
        if matches!(action, Self::Revoke { .. } | Self::ValidFrom { .. }) && reason.is_none() {
            return Err(invalid("/reason", "says why, for the log"));
        }
        Ok(action)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Rotate { .. } => "rotate",
            Self::Revoke { .. } => "revoke",
            Self::Publish => "publish",
            Self::ValidFrom { .. } => "valid-from",
        }
    }
}

/// Words for the log: not too many, and on one line.
fn words(pointer: &'static str, text: Option<String>) -> Result<Option<String>, Error> {
    let fits = |text: &String| (1..=MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    match text {
        Some(text) if !fits(&text) => Err(invalid(pointer, "must have 1 to 200 characters, no control characters")),
        text => Ok(text),
    }
}

pub(crate) fn invalid(pointer: &'static str, detail: &str) -> Error {
    Error::InvalidInput(vec![FieldError::new(pointer, detail)])
}
