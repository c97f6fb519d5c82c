//! Rooms, their members, and their messages.

use std::future::Future;

use super::{Change, Stored};
use crate::domain::{ConnectionId, Message, MessageId, Room, RoomId, Timestamp, User, UserId};

/// What somebody sends.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Where to.
    pub room: RoomId,
    /// Its name.
    pub id: MessageId,
    /// Who sends it.
    pub from: UserId,
    /// What the sender is called.
    pub from_name: Option<String>,
    /// When.
    pub at: Timestamp,
    /// JSON.
    pub body: String,
}

impl NewMessage {
    /// The message under its number.
    pub fn numbered(self, sequence: u64) -> Message {
        let Self { room: _, id, from, from_name, at, body } = self;
        Message { sequence, id, from, from_name, at, body }
    }
}

/// What was kept of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its number.
    pub sequence: u64,
    /// When it was stored.
    pub at: Timestamp,
}

/// A connection that hears what is said in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// Whose.
    pub user_id: UserId,
    /// Which one.
    pub connection_id: ConnectionId,
    /// Until when it surely may hear it. Later its connection is asked.
    pub good_until: Timestamp,
    /// When nobody has to know of it any more.
    pub forgotten_at: Timestamp,
}

/// Messages of a room in their order, as many as fit into one answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// The messages.
    pub messages: Vec<Message>,
    /// Whether there are later ones.
    pub more: bool,
}

/// Makes rooms.
pub trait PutRoom {
    /// Makes a room, or gives one another name and other rules; its members stay.
    fn put_room(&self, room: &Room) -> impl Future<Output = Stored<()>> + Send;
}

/// Finds rooms.
pub trait FindRooms {
    /// Those of `ids` that there are, in no order.
    fn find_rooms(&self, ids: &[RoomId]) -> impl Future<Output = Stored<Vec<Room>>> + Send;
}

/// Keeps who is in which room.
pub trait JoinRoom {
    /// Makes somebody a member, who may be one; [`Change::Stale`] where there is no such room, or no such user.
    fn join_room(&self, room: &RoomId, user_id: UserId, now: Timestamp) -> impl Future<Output = Stored<Change>> + Send;
}

/// Ends memberships.
pub trait LeaveRoom {
    /// Makes somebody no member, who may be none. None of their connections listens any more.
    fn leave_room(&self, room: &RoomId, user_id: UserId) -> impl Future<Output = Stored<()>> + Send;
}

/// Lists the rooms of somebody.
pub trait ListRooms {
    /// All of them, in the order of their ids.
    fn list_rooms(&self, user_id: UserId) -> impl Future<Output = Stored<Vec<RoomId>>> + Send;
}

/// Finds members.
pub trait FindMember {
    /// The profile of somebody who is a member; nothing for everybody else.
    fn find_member(&self, room: &RoomId, user_id: UserId) -> impl Future<Output = Stored<Option<User>>> + Send;
}

/// Stores messages.
pub trait KeepMessage {
    /// Gives a message the next number of its room and stores it, once: the same sender's message of the same id is answered as it
    /// was the first time, for a day.
    fn keep_message(&self, new: &NewMessage) -> impl Future<Output = Stored<Kept>> + Send;
}

/// Reads messages.
pub trait ReadMessages {
    /// The messages from number `from` on, that one included.
    fn messages_from(&self, room: &RoomId, from: u64) -> impl Future<Output = Stored<History>> + Send;

    /// The newest messages, `count` at most.
    fn newest_messages(&self, room: &RoomId, count: u32) -> impl Future<Output = Stored<History>> + Send;
}

/// Forgets messages.
pub trait ExpireMessage {
    /// Lets a message be forgotten at `at`, if it is there. The newest of a room is never told to: its number is what the next one is
    /// counted from.
    fn expire_message(&self, room: &RoomId, sequence: u64, at: Timestamp) -> impl Future<Output = Stored<()>> + Send;
}

/// Lets connections listen.
pub trait Listen {
    /// Lets a connection of a member hear what is said in a room from now on, or changes until when; [`Change::Stale`] for whoever is
    /// no member.
    fn listen(&self, room: &RoomId, listener: &Listener) -> impl Future<Output = Stored<Change>> + Send;
}

/// Ends that.
pub trait StopListening {
    /// Lets a connection hear no more of a room, or has done so before.
    fn stop_listening(
        &self,
        room: &RoomId,
        user_id: UserId,
        id: &ConnectionId,
    ) -> impl Future<Output = Stored<()>> + Send;
}

/// Ends it for whoever is no member.
pub trait Silence {
    /// Lets a connection hear no more of a room if its user is no member; [`Change::Stale`] for a member, who goes on to hear it.
    fn silence(&self, room: &RoomId, user_id: UserId, id: &ConnectionId)
    -> impl Future<Output = Stored<Change>> + Send;
}

/// Lists who listens.
pub trait ListListeners {
    /// Every connection that listens in a room.
    fn list_listeners(&self, room: &RoomId) -> impl Future<Output = Stored<Vec<Listener>>> + Send;

    /// Those of one user.
    fn list_listeners_of(&self, room: &RoomId, user_id: UserId) -> impl Future<Output = Stored<Vec<Listener>>> + Send;
}
