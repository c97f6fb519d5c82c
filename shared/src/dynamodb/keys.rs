//! The names of items.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Attributes, text};
use crate::{
    domain::{AttemptKey, ConnectionId, FeedEntry, SessionId, TicketId, Timestamp, UserId, feed::BUCKETS_PER_HOUR},
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

    pub(super) fn due(due: &Due) -> Self {
        Self::new(EXPIRING, format!("{}#{}#{}", due_position(due.at), due.user_id, due.connection_id))
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

/// The partition of all items of one user, in Users as in Sessions and Connections.
pub(super) fn user_partition(user_id: UserId) -> String {
    format!("{USER_PREFIX}{user_id}")
}

/// The partition of a user as the value of an expression.
pub(super) fn user_partition_value(user_id: UserId) -> AttributeValue {
    text(user_partition(user_id))
}
