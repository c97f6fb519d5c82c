//! Connections as items.

use super::{
    item::{Attributes, Reader, number, text, time, with},
    keys::{CONNECTION_PREFIX, EXPIRING, Key, PK, SK, USER_PREFIX},
};
use crate::{
    domain::{Connection, Timestamp},
    ports::{Due, Stored},
};

/// Moves the moment until which a connection is good.
pub(super) const PROLONG: &str = "SET good_until = :next_good_until";

/// Says when everything was asked for on a connection.
pub(super) const RESUME: &str = "SET resumed_at = :now";

/// How long the moment of an expiry is kept when nobody looks at it, in seconds.
const DUE_KEPT: u64 = 24 * 3600;

/// A connection as an item; `expires_at` is the table's TTL attribute.
pub(super) fn connection(connection: &Connection) -> Attributes {
    with(
        Key::connection(connection.user_id, &connection.id).attributes(),
        [
            ("session_id", text(connection.session_id.to_string())),
            ("epoch", number(connection.epoch)),
            ("connected_at", time(connection.connected_at)),
            ("good_until", time(connection.good_until)),
            ("expires_at", time(connection.forgotten_at())),
        ],
    )
}

/// Reads a connection.
pub(super) fn read_connection(item: &Attributes) -> Stored<Connection> {
    let reader = Reader::new("connection", item);
    Ok(Connection {
        id: reader.parsed(SK, CONNECTION_PREFIX)?,
        user_id: reader.parsed(PK, USER_PREFIX)?,
        session_id: reader.parsed("session_id", "")?,
        epoch: reader.number("epoch")?,
        connected_at: reader.time("connected_at")?,
        good_until: reader.time("good_until")?,
        resumed_at: reader.optional_time("resumed_at")?,
    })
}

/// The moment of an expiry as an item.
pub(super) fn due(due: &Due) -> Attributes {
    with(Key::due(due).attributes(), [("expires_at", time(due.at.plus(DUE_KEPT)))])
}

/// Reads it: all of it is in the sort key.
pub(super) fn read_due(item: &Attributes) -> Stored<Due> {
    let reader = Reader::new(EXPIRING, item);
    let malformed = || reader.malformed(SK);
    let mut parts = reader.text(SK)?.splitn(3, '#');
    let mut part = || parts.next().ok_or_else(malformed);
    let (at, user_id, connection_id) = (part()?, part()?, part()?);
    Ok(Due {
        at: at.parse().map(Timestamp::from_seconds).map_err(|_| malformed())?,
        user_id: user_id.parse().map_err(|_| malformed())?,
        connection_id: connection_id.parse().map_err(|_| malformed())?,
    })
}
