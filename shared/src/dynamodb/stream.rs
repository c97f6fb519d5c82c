//! What the streams of tables tell: which sessions have ended, whose profile has changed, what was said in rooms, and who is in them.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-example.html>

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Value};

use super::{
    item::{Attributes, Reader, number},
    keys::{MEMBER_PREFIX, MESSAGE_PREFIX, PK, PROFILE, ROOM_PREFIX, SESSION_PREFIX, SK, USER_PREFIX},
    room_item,
};
use crate::{
    domain::{EndCause, Ended, SessionId, Timestamp, UserId},
    ports::{Happened, HappenedInRoom, StoreError, Stored},
};

/// One record of a stream.
#[derive(Debug)]
pub struct Record<T> {
    /// Its name: whoever cannot work it off says it again.
    pub sequence_number: String,
    /// What it tells; nothing when it is about something else.
    pub told: Stored<Option<T>>,
}

/// Reads the records of an event; `now` is when what nobody wrote down is taken to have happened.
///
/// # Errors
/// [`StoreError::Unexpected`] when it is no event of a stream.
pub fn read(event: &str, now: Timestamp) -> Stored<Vec<Record<Happened>>> {
    read_records(event, |record| happened(record, now))
}

/// Reads the records of an event of the stream of rooms.
///
/// # Errors
/// [`StoreError::Unexpected`] when it is no event of a stream.
pub fn read_rooms(event: &str) -> Stored<Vec<Record<HappenedInRoom>>> {
    read_records(event, happened_in_room)
}

fn read_records<T>(event: &str, told: impl Fn(&Value) -> Stored<Option<T>>) -> Stored<Vec<Record<T>>> {
    let event: Value = serde_json::from_str(event).map_err(|_| no_event())?;
    let records = event["Records"].as_array().ok_or_else(no_event)?;
    let read = |record: &Value| {
        let sequence_number = record["dynamodb"]["SequenceNumber"].as_str().ok_or_else(no_event)?.to_owned();
        Ok(Record { sequence_number, told: told(record) })
    };
    records.iter().map(read).collect()
}

fn no_event() -> StoreError {
    StoreError::Unexpected("not an event of a stream".to_owned())
}

fn happened_in_room(record: &Value) -> Stored<Option<HappenedInRoom>> {
    let (event, keys) = (record["eventName"].as_str(), attributes(&record["dynamodb"]["Keys"]));
    let reader = Reader::new("record", &keys);
    let sort_key = reader.text(SK)?;
    let is_message = event == Some("INSERT") && sort_key.starts_with(MESSAGE_PREFIX);
    let is_member = matches!(event, Some("INSERT" | "REMOVE")) && sort_key.starts_with(MEMBER_PREFIX);
    if !is_message && !is_member {
        return Ok(None);
    }
    let room = reader.parsed(PK, ROOM_PREFIX)?;
    Ok(Some(if is_member {
        HappenedInRoom::MemberChanged(room, reader.parsed(SK, MEMBER_PREFIX)?)
    } else {
        HappenedInRoom::Said(room, room_item::read_message(&attributes(&record["dynamodb"]["NewImage"]))?)
    }))
}

fn happened(record: &Value, now: Timestamp) -> Stored<Option<Happened>> {
    let (is_removed, change) = (record["eventName"] == "REMOVE", &record["dynamodb"]);
    let keys = attributes(&change["Keys"]);
    let reader = Reader::new("record", &keys);
    let sort_key = reader.text(SK)?;
    if sort_key == PROFILE {
        return Ok(Some(Happened::UserChanged(reader.parsed(PK, USER_PREFIX)?)));
    }
    if !sort_key.starts_with(SESSION_PREFIX) {
        return Ok(None);
    }
    let (before, after) = (attributes(&change["OldImage"]), attributes(&change["NewImage"]));
    let ended = if is_removed { removed(&before, now)? } else { newly_ended(&before, &after)? };
    let (user_id, session_id): (UserId, SessionId) =
        (reader.parsed(PK, USER_PREFIX)?, reader.parsed(SK, SESSION_PREFIX)?);
    Ok(ended.map(|ended| Happened::SessionEnded { user_id, session_id, ended }))
}

/// The ending of a session that was live before.
fn newly_ended(before: &Attributes, after: &Attributes) -> Stored<Option<Ended>> {
    if before.contains_key("ended_cause") { Ok(None) } else { read_ended(after) }
}

/// The ending of a session that nobody has written down before its item was gone: mostly of one that nobody used.
fn removed(before: &Attributes, now: Timestamp) -> Stored<Option<Ended>> {
    if before.contains_key("ended_cause") {
        return Ok(None);
    }
    let reader = Reader::new("session", before);
    let (idle, absolute) = (reader.time("expires_at")?, reader.time("absolute_expires_at")?);
    let cause = match now {
        _ if now >= absolute => EndCause::Absolute,
        _ if now >= idle => EndCause::Idle,
        // Time to live takes nothing before its time: somebody has deleted it.
        _ => EndCause::RevokedByAdmin,
    };
    Ok(Some(Ended { cause, at: idle.min(absolute).min(now) }))
}

fn read_ended(item: &Attributes) -> Stored<Option<Ended>> {
    let reader = Reader::new("session", item);
    let Some(cause) = reader.optional_text("ended_cause")? else { return Ok(None) };
    let cause = EndCause::parse(&cause).ok_or_else(|| reader.malformed("ended_cause"))?;
    Ok(Some(Ended { cause, at: reader.time("ended_at")? }))
}

/// Texts and whole numbers of an item: all that is read here.
fn attributes(item: &Value) -> Attributes {
    let empty = Map::new();
    let pairs = item.as_object().unwrap_or(&empty).iter();
    pairs.filter_map(|(name, value)| Some((name.clone(), attribute(value)?))).collect()
}

fn attribute(value: &Value) -> Option<AttributeValue> {
    let text = value["S"].as_str().map(|text| AttributeValue::S(text.to_owned()));
    text.or_else(|| value["N"].as_str()?.parse::<u64>().ok().map(number))
}
