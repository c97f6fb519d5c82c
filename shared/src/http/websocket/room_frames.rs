//! What frames say about rooms.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::frame::Said;
use crate::{
    domain::{Message, MessageId, Room, RoomId, User, room::InvalidId},
    http::UserView,
    operations::rooms::{Entered, Kept, Missed, Position},
};

/// The last message that a client has seen: its number, alone or with its name.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum SeenView {
    /// Its number.
    Number(u64),
    /// The same, and its name.
    Message {
        /// Its number.
        sequence: u64,
        /// Its name.
        message_id: String,
    },
}

impl TryFrom<SeenView> for Position {
    type Error = InvalidId;

    fn try_from(seen: SeenView) -> Result<Self, InvalidId> {
        Ok(match seen {
            SeenView::Number(sequence) => Self { sequence, id: None },
            SeenView::Message { sequence, message_id } => Self { sequence, id: Some(message_id.parse()?) },
        })
    }
}

/// A room as its members see it.
#[derive(Serialize)]
pub struct RoomView {
    id: String,
    name: String,
}

impl RoomView {
    fn new(room: &Room) -> Self {
        Self { id: room.id.to_string(), name: room.name.as_str().to_owned() }
    }
}

/// A message as its readers see it.
#[derive(Serialize)]
pub struct MessageView {
    sequence: u64,
    message_id: String,
    from: Sender,
    /// Seconds since 1970.
    at: u64,
    body: Value,
}

/// Who has sent it, and what they were called then.
#[derive(Serialize)]
struct Sender {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl MessageView {
    fn new(message: Message) -> Self {
        Self {
            sequence: message.sequence,
            message_id: message.id.as_str().to_owned(),
            from: Sender { id: message.from.to_string(), name: message.from_name },
            at: message.at.seconds(),
            // It was JSON when it was stored.
            body: serde_json::from_str(&message.body).unwrap_or_default(),
        }
    }
}

impl Said {
    /// Who the user is, and of which rooms they are a member.
    pub fn resumed(user: &User, rooms: &[Room]) -> Self {
        let user = serde_json::to_value(UserView::new(user)).unwrap_or_default();
        Self::Resumed { user, rooms: rooms.iter().map(RoomView::new).collect() }
    }

    /// What was missed in a room.
    pub fn history(room: &RoomId, missed: Missed) -> Self {
        Self::History {
            room: room.to_string(),
            messages: missed.history.messages.into_iter().map(MessageView::new).collect(),
            more: missed.history.more,
            oldest: missed.oldest,
            restarted: missed.restarted,
        }
    }

    /// The user is a member of a room.
    pub fn joined(entered: &Entered) -> Self {
        Self::Joined { room: RoomView::new(&entered.room), sequence: entered.newest }
    }

    /// The user is none any more.
    pub fn left(room: &RoomId) -> Self {
        Self::Left { room: room.to_string() }
    }

    /// A message is stored.
    pub fn sent(room: &RoomId, id: &MessageId, kept: Kept) -> Self {
        let (room, message_id) = (room.to_string(), id.as_str().to_owned());
        Self::Sent { room, message_id, sequence: kept.sequence, at: kept.at.seconds() }
    }

    /// Somebody has said something.
    pub fn message(room: &RoomId, message: Message) -> Self {
        Self::Message { room: room.to_string(), message: MessageView::new(message) }
    }
}
