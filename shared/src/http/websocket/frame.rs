//! Frames: JSON with an `action` from clients, with a `type` from the server. A frame that carries an `id` hears it as `reply_to`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{domain::Timestamp, error::Error, http::problem};

/// No frame of a client is longer. The gateway counts every 32 KB as a message of its own, and takes 128 KB at most.
pub const MAX_BYTES: usize = 32 * 1024;

/// The longest `id`.
const MAX_ID_BYTES: usize = 64;

/// What a client wants.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// To hear that somebody is there.
    Ping,
    /// To go on with a newer credential.
    Auth {
        /// An access token.
        token: String,
    },
}

/// What every frame may have.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    id: Option<String>,
}

/// A frame as it was understood.
pub struct Frame {
    /// By which name the client knows it.
    pub id: Option<String>,
    /// What it asks for, or what is wrong with it.
    pub action: Result<Action, Error>,
}

impl Frame {
    /// Reads the text of a frame.
    pub fn read(text: &str) -> Self {
        if text.len() > MAX_BYTES {
            return Self { id: None, action: Err(Error::BodyTooLarge) };
        }
        // serde would take an array of the values for the object as well.
        if !text.trim_ascii_start().starts_with('{') {
            return Self { id: None, action: Err(malformed("not a JSON object")) };
        }
        match serde_json::from_str::<Envelope>(text) {
            Ok(Envelope { id }) if id.as_ref().is_none_or(|id| id.len() <= MAX_ID_BYTES) => {
                let action = serde_json::from_str(text);
                Self { id, action: action.map_err(|_| malformed("not an action, or not all of one")) }
            }
            _ => Self { id: None, action: Err(malformed("not JSON, or an id that is no short string")) },
        }
    }
}

fn malformed(what: &str) -> Error {
    Error::MalformedBody(what.to_owned())
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Said {
    /// Somebody is there.
    Pong,
    /// The connection goes on.
    Authenticated {
        /// Until when, in seconds since 1970.
        expires_at: u64,
    },
    /// What was asked for was not done; the connection goes on.
    Error {
        /// The problem document of the same failure over HTTP.
        problem: Value,
    },
}

/// What the server answers to a frame.
#[derive(Serialize)]
pub struct Reply {
    #[serde(flatten)]
    said: Said,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<String>,
}

impl Reply {
    /// The text of the frame.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Said {
    /// The connection goes on until `good_until`.
    pub fn authenticated(good_until: Timestamp) -> Self {
        Self::Authenticated { expires_at: good_until.seconds() }
    }

    /// What went wrong.
    pub fn error(error: &Error) -> Self {
        Self::Error { problem: problem::document(error) }
    }

    /// As an answer to the frame that the client calls `id`.
    pub fn to(self, id: Option<String>) -> Reply {
        Reply { said: self, reply_to: id }
    }
}
