//! A session as an item. The four remembered rotations are four attributes, so that one update can shift them.

use super::{
    item::{Attributes, Reader, bytes, number, text, texts, time, with},
    keys::{Key, PK, SESSION_PREFIX, SK, USER_PREFIX},
};
use crate::{
    domain::{EndCause, Ended, SeedHash, Session},
    ports::Stored,
};

/// Takes the session to its next generation: every right-hand side is the value before the update.
pub(super) const ROTATE: &str = "SET generation = :next_generation, \
     rotated_at_4 = rotated_at_3, rotated_at_3 = rotated_at_2, rotated_at_2 = rotated_at_1, rotated_at_1 = :now, \
     last_used_at = :now, expires_at = :idle_expires_at";

/// Moves the idle limit.
pub(super) const SLIDE: &str = "SET last_used_at = :now, expires_at = :idle_expires_at";

/// Makes a tombstone of it.
pub(super) const END: &str = "SET ended_at = :ended_at, ended_cause = :ended_cause";

/// A session as an item; `expires_at` is the table's TTL attribute.
pub(super) fn session(session: &Session) -> Attributes {
    let [rotated_at_1, rotated_at_2, rotated_at_3, rotated_at_4] = session.rotated_at.map(time);
    let mut item = with(
        Key::session(session.user_id, session.id).attributes(),
        [
            ("created_at", time(session.created_at)),
            ("epoch", number(session.epoch)),
            ("amr", texts(&session.amr)),
            ("seed_hash", bytes(&session.seed_hash.0)),
            ("generation", number(session.generation)),
            ("rotated_at_1", rotated_at_1),
            ("rotated_at_2", rotated_at_2),
            ("rotated_at_3", rotated_at_3),
            ("rotated_at_4", rotated_at_4),
            ("last_used_at", time(session.last_used_at)),
            ("expires_at", time(session.idle_expires_at)),
            ("absolute_expires_at", time(session.absolute_expires_at)),
            ("address", text(session.address.to_string())),
        ],
    );
    if let Some(user_agent) = &session.user_agent {
        item.insert("user_agent".to_owned(), text(user_agent));
    }
    if let Some(ended) = session.ended {
        item = with(item, [("ended_at", time(ended.at)), ("ended_cause", text(ended.cause.as_str()))]);
    }
    item
}

/// Reads a session.
pub(super) fn read_session(item: &Attributes) -> Stored<Session> {
    let reader = Reader::new("session", item);
    let rotated_at = |name| reader.time(name);
    Ok(Session {
        user_id: reader.parsed(PK, USER_PREFIX)?,
        id: reader.parsed(SK, SESSION_PREFIX)?,
        created_at: reader.time("created_at")?,
        epoch: reader.number("epoch")?,
        amr: reader.texts("amr")?,
        seed_hash: SeedHash(reader.bytes("seed_hash")?),
        generation: reader.number("generation")?,
        rotated_at: [
            rotated_at("rotated_at_1")?,
            rotated_at("rotated_at_2")?,
            rotated_at("rotated_at_3")?,
            rotated_at("rotated_at_4")?,
        ],
        last_used_at: reader.time("last_used_at")?,
        idle_expires_at: reader.time("expires_at")?,
        absolute_expires_at: reader.time("absolute_expires_at")?,
        address: reader.parsed("address", "")?,
        user_agent: reader.optional_text("user_agent")?,
        ended: read_ended(reader)?,
    })
}

fn read_ended(reader: Reader<'_>) -> Stored<Option<Ended>> {
    let Some(cause) = reader.optional_text("ended_cause")? else {
        return Ok(None);
    };
    let cause = EndCause::parse(&cause).ok_or_else(|| reader.malformed("ended_cause"))?;
    Ok(Some(Ended { cause, at: reader.time("ended_at")? }))
}
