//! Rooms: places in which their members exchange messages, each of which has a number.

use std::{fmt, str::FromStr};

use super::{DisplayName, Timestamp, UserId, Words};

/// Of how many rooms somebody can be a member. A client that comes back asks for all of them at once.
pub const MAX_ROOMS: usize = 100;

/// Longest body of a message, in bytes of its JSON.
pub const MAX_BODY_BYTES: usize = 16 * 1024;

/// For how long a message that is sent again is known as the same one, in seconds.
pub const SENT_KEPT: u64 = 24 * 3600;

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// Of a room.
    #[error("must have 1 to 64 characters of a-z, 0-9 and -")]
    Room,
    /// Of a message.
    #[error("must have 1 to 64 characters of A-Z, a-z, 0-9, - and _")]
    Message,
}

/// A room's name in keys and frames.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(String);

impl RoomId {
    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoomId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let is_ours = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if has_id_length(text) && text.bytes().all(is_ours) { Ok(Self(text.to_owned())) } else { Err(InvalidId::Room) }
    }
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A message's name, given by whoever sends it: sent again it is the same message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_id = has_id_length(text) && text.bytes().all(is_ours);
        if is_id { Ok(Self(text.to_owned())) } else { Err(InvalidId::Message) }
    }
}

fn has_id_length(text: &str) -> bool {
    (1..=64).contains(&text.len())
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Which one.
    pub id: RoomId,
    /// What people call it.
    pub name: DisplayName,
    /// Who may become a member by asking.
    pub admits: Admits,
}

/// Who may join a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admits {
    /// Whoever has signed in.
    Everybody,
    /// Whoever has one of these roles; without any nobody, and members are made by operators alone.
    Holders(Words),
}

impl Admits {
    /// Whether somebody with these roles may join.
    pub fn admits(&self, roles: &[String]) -> bool {
        match self {
            Self::Everybody => true,
            Self::Holders(wanted) => wanted.as_slice().iter().any(|role| roles.contains(role)),
        }
    }
}

/// A message as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number in its room: the first is 1, and none is left out.
    pub sequence: u64,
    /// Its name.
    pub id: MessageId,
    /// Who has sent it.
    pub from: UserId,
    /// What the sender was called then.
    pub from_name: Option<String>,
    /// When it was stored.
    pub at: Timestamp,
    /// JSON, of whatever form the application wants.
    pub body: String,
}

/// Name and body are nobody's business but the members'.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("sequence", &self.sequence).field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_can_stand_in_a_key() {
        for good in ["lobby", "a", "room-2", &"x".repeat(64)] {
            assert_eq!(good.parse::<RoomId>().unwrap().as_str(), good);
        }
        for bad in ["", "Lobby", "a#b", "a b", "a_b", "\u{e9}", "a/b", &"x".repeat(65)] {
            assert_eq!(bad.parse::<RoomId>(), Err(InvalidId::Room), "{bad}");
        }
        assert!("0b6e2a0e-9a86-4b8e-a1a5-63a1c8a7a0a1".parse::<MessageId>().is_ok());
        for bad in ["", "a#b", "a b", "\u{e9}", &"x".repeat(65)] {
            assert_eq!(bad.parse::<MessageId>(), Err(InvalidId::Message), "{bad}");
        }
    }

    #[test]
    fn a_room_admits_everybody_or_whoever_has_one_of_its_roles() {
        let roles = |roles: &[&str]| roles.iter().map(|role| (*role).to_owned()).collect::<Vec<_>>();
        let holders = Admits::Holders(Words::parse(roles(&["staff", "guest"])).unwrap());
        assert!(Admits::Everybody.admits(&[]));
        assert!(holders.admits(&roles(&["x", "guest"])));
        assert!(!holders.admits(&roles(&["x"])));
        assert!(!Admits::Holders(Words::default()).admits(&roles(&["", "staff"])));
    }
}
