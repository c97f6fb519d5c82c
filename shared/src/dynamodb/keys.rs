//! The names of items.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Attributes, text};
use crate::{
    domain::{
        AttemptKey, ConnectionId, FeedEntry, MessageId, RoomId, SessionId, TicketId, Timestamp, UserId,
        feed::BUCKETS_PER_HOUR,
    },
    ports::Due,
};

/// Name of the partition key of all tables.
pub(super) const PK: &str = "pk";
/// Name of the sort key of all tables.
pub(super) const SK: &str = "sk";

/// Sort key of a user's profile.
pub(super) const PROFILE: &str = "profile";
/// Sort key of a user's password.
pub(super) const PASSWORD: &str = "password";
/// Sort key of the marker of an email.
const EMAIL: &str = "email";
/// Sort key of a counter of attempts.
const ATTEMPTS: &str = "attempts";

/// What partition keys of a user's items begin with.
pub(super) const USER_PREFIX: &str = "user#";
/// What sort keys of sessions begin with.
pub(super) const SESSION_PREFIX: &str = "session#";

/// What sort keys of connections begin with.
pub(super) const CONNECTION_PREFIX: &str = "connection#";
/// The partition of the moments at which connections expire.
pub(super) const EXPIRING: &str = "expiring";

/// Sort key of a room itself.
const ROOM: &str = "room";
/// What partition keys of rooms begin with, and sort keys of memberships.
pub(super) const ROOM_PREFIX: &str = "room#";
/// What sort keys of members begin with.
pub(super) const MEMBER_PREFIX: &str = "member#";
/// What sort keys of listening connections begin with.
pub(super) const LISTENER_PREFIX: &str = "listener#";
/// What sort keys of messages begin with.
pub(super) const MESSAGE_PREFIX: &str = "message#";

/// The primary key of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pk: String,
    sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(super) fn profile(user_id: UserId) -> Self {
        Self::new(user_partition(user_id), PROFILE)
    }

    pub(super) fn password(user_id: UserId) -> Self {
        Self::new(user_partition(user_id), PASSWORD)
    }

    pub(super) fn email(canonical: &str) -> Self {
        Self::new(format!("email#{canonical}"), EMAIL)
    }

    pub(super) fn session(user_id: UserId, session_id: SessionId) -> Self {
        Self::new(user_partition(user_id), format!("{SESSION_PREFIX}{session_id}"))
    }

    pub(super) fn attempts(key: &AttemptKey) -> Self {
        Self::new(key.as_str(), ATTEMPTS)
    }

    pub(super) fn feed(entry: &FeedEntry) -> Self {
        let position = feed_position(entry.bucket);
        Self::new(
            feed_partition(entry.bucket / BUCKETS_PER_HOUR, entry.shard()),
            format!("{position}#{}", entry.name()),
        )
    }

    pub(super) fn connection(user_id: UserId, id: &ConnectionId) -> Self {
        Self::new(user_partition(user_id), format!("{CONNECTION_PREFIX}{id}"))
    }

    /// The counter of what a user asks for in the minute of `now`.
    pub(super) fn resumes(user_id: UserId, now: Timestamp) -> Self {
        Self::new(user_partition(user_id), format!("resumes#{}", now.seconds() / 60))
    }

    pub(super) fn due(due: &Due) -> Self {
        Self::new(EXPIRING, format!("{}#{}#{}", due_position(due.at), due.user_id, due.connection_id))
    }

    pub(super) fn room(room: &RoomId) -> Self {
        Self::new(room_partition(room), ROOM)
    }

    pub(super) fn member(room: &RoomId, user_id: UserId) -> Self {
        Self::new(room_partition(room), format!("{MEMBER_PREFIX}{user_id}"))
    }

    pub(super) fn membership(room: &RoomId, user_id: UserId) -> Self {
        Self::new(user_partition(user_id), room_partition(room))
    }

    pub(super) fn listener(room: &RoomId, user_id: UserId, connection_id: &ConnectionId) -> Self {
        Self::new(room_partition(room), format!("{}{connection_id}", listeners_of(user_id)))
    }

    pub(super) fn message(room: &RoomId, sequence: u64) -> Self {
        Self::new(room_partition(room), message_position(sequence))
    }

    pub(super) fn sent(room: &RoomId, user_id: UserId, id: &MessageId) -> Self {
        Self::new(room_partition(room), format!("sent#{user_id}#{}", id.as_str()))
    }

    pub(super) fn redemption(ticket: &TicketId) -> Self {
        Self::new(format!("ticket#{}", ticket.as_str()), "redeemed")
    }

    pub(super) fn published_keys() -> Self {
        Self::new("jwks", "current")
    }

    /// The key as the attributes an item begins with.
    pub(super) fn attributes(&self) -> Attributes {
        let pair = |name: &str, value: &str| (name.to_owned(), text(value));
        Attributes::from([pair(PK, &self.pk), pair(SK, &self.sk)])
    }
}

/// One shard of the feed's entries of one hour (hours since 1970).
pub(super) fn feed_partition(hour: u64, shard: u8) -> String {
    format!("feed#{hour}#{shard}")
}

/// What sort keys of a bucket's entries begin with: of one width, so that they sort as the numbers do.
pub(super) fn feed_position(bucket: u64) -> String {
    format!("{bucket:010}")
}

/// What sort keys of connections that expire at `at` begin with: of one width, so that they sort as the numbers do.
pub(super) fn due_position(at: Timestamp) -> String {
    format!("{:010}", at.seconds())
}

/// The partition of a room with everything in it.
pub(super) fn room_partition(room: &RoomId) -> String {
    format!("{ROOM_PREFIX}{room}")
}

/// What sort keys of a user's listening connections begin with.
pub(super) fn listeners_of(user_id: UserId) -> String {
    format!("{LISTENER_PREFIX}{user_id}#")
}

/// The sort key of a message: of one width, so that they sort as the numbers do.
pub(super) fn message_position(sequence: u64) -> String {
    format!("{MESSAGE_PREFIX}{sequence:020}")
}

/// The partition of all items of one user, in Users as in Sessions, Connections and Rooms.
pub(super) fn user_partition(user_id: UserId) -> String {
    format!("{USER_PREFIX}{user_id}")
}

/// The partition of a user as the value of an expression.
pub(super) fn user_partition_value(user_id: UserId) -> AttributeValue {
    text(user_partition(user_id))
}
