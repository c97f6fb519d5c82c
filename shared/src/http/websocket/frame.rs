//! Frames: JSON with an `action` from clients, with a `type` from the server. A frame that carries an `id` hears it as `reply_to`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::room_frames::{MessageView, RoomView, SeenView};
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
    /// To go on with a newer credential: exactly one.
    Auth {
        /// An access token.
        token: Option<String>,
        /// A ticket.
        ticket: Option<String>,
    },
    /// To be told what was missed, and to hear what is said in all rooms from now on.
    Resume {
        /// The last message that was seen, by room.
        #[serde(default)]
        rooms: BTreeMap<String, SeenView>,
    },
    /// To become a member of a room, and to hear what is said in it.
    Join {
        /// Which one.
        room: String,
    },
    /// To be no member of it any more.
    Leave {
        /// Which one.
        room: String,
    },
    /// To say something.
    Send {
        /// Where.
        room: String,
        /// The message's name: sent again it is the same one.
        message_id: String,
        /// Whatever the application wants.
        body: Value,
    },
    /// To be told what comes after a message, or what is newest.
    History {
        /// In which room.
        room: String,
        /// The message.
        after: Option<SeenView>,
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
    /// The connection hears all rooms; what was missed follows.
    Resumed {
        /// The user, as `GET /auth/me` has them.
        user: Value,
        /// Of which the user is a member.
        rooms: Vec<RoomView>,
    },
    /// What was missed in a room, in order and without a gap.
    History {
        /// In which one.
        room: String,
        /// The messages.
        messages: Vec<MessageView>,
        /// Whether there are later ones.
        more: bool,
        /// The first that can still be had, where earlier ones were missed as well.
        #[serde(skip_serializing_if = "Option::is_none")]
        oldest: Option<u64>,
        /// The room has another past than the client says.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        restarted: bool,
    },
    /// All that was missed is told: what follows is said now.
    Live,
    /// The user is a member of a room.
    Joined {
        /// Of this one.
        room: RoomView,
        /// The number of the newest message in it.
        sequence: u64,
    },
    /// The user is no member of a room any more.
    Left {
        /// Of this one.
        room: String,
    },
    /// A message is stored.
    Sent {
        /// Where.
        room: String,
        /// Which.
        message_id: String,
        /// Its number.
        sequence: u64,
        /// When, in seconds since 1970.
        at: u64,
    },
    /// Somebody has said something.
    Message {
        /// Where.
        room: String,
        /// What.
        #[serde(flatten)]
        message: MessageView,
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
