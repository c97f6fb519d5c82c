//! Rooms, listeners and messages as items.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    item::{Attributes, Reader, number, text, texts, time, with},
    keys::{Key, LISTENER_PREFIX, MESSAGE_PREFIX, PK, ROOM_PREFIX, SK},
};
use crate::{
    domain::{Admits, DisplayName, Message, Room, RoomId, Words, room::SENT_KEPT},
    ports::{Kept, Listener, NewMessage, Stored},
};

/// A room as an item.
pub(super) fn room(room: &Room) -> Attributes {
    let (everybody, roles) = match &room.admits {
        Admits::Everybody => (true, texts(&[])),
        Admits::Holders(roles) => (false, texts(roles.as_slice())),
    };
    let everybody = AttributeValue::Bool(everybody);
    let name = text(room.name.as_str());
    with(Key::room(&room.id).attributes(), [("name", name), ("everybody", everybody), ("roles", roles)])
}

/// Reads a room.
pub(super) fn read_room(item: &Attributes) -> Stored<Room> {
    let reader = Reader::new("room", item);
    let holders = Words::parse(reader.texts("roles")?).map_err(|_| reader.malformed("roles"))?;
    Ok(Room {
        id: reader.parsed(PK, ROOM_PREFIX)?,
        name: DisplayName::parse(reader.text("name")?).map_err(|_| reader.malformed("name"))?,
        admits: if reader.flag("everybody")? { Admits::Everybody } else { Admits::Holders(holders) },
    })
}

/// A listening connection as an item; `expires_at` is the table's TTL attribute.
pub(super) fn listener(room: &RoomId, listener: &Listener) -> Attributes {
    with(
        Key::listener(room, listener.user_id, &listener.connection_id).attributes(),
        [("good_until", time(listener.good_until)), ("expires_at", time(listener.forgotten_at))],
    )
}

/// Reads it.
pub(super) fn read_listener(item: &Attributes) -> Stored<Listener> {
    let reader = Reader::new("listener", item);
    let malformed = || reader.malformed(SK);
    let name = reader.text(SK)?.strip_prefix(LISTENER_PREFIX).ok_or_else(malformed)?;
    let (user_id, connection_id) = name.split_once('#').ok_or_else(malformed)?;
    Ok(Listener {
        user_id: user_id.parse().map_err(|_| malformed())?,
        connection_id: connection_id.parse().map_err(|_| malformed())?,
        good_until: reader.time("good_until")?,
        forgotten_at: reader.time("expires_at")?,
    })
}

/// A message as an item.
pub(super) fn message(room: &RoomId, message: &Message) -> Attributes {
    let mut item = with(
        Key::message(room, message.sequence).attributes(),
        [
            ("message_id", text(message.id.as_str())),
            ("from", text(message.from.to_string())),
            ("at", time(message.at)),
            ("body", text(&message.body)),
        ],
    );
    if let Some(name) = &message.from_name {
        item.insert("from_name".to_owned(), text(name));
    }
    item
}

/// Reads a message.
pub(super) fn read_message(item: &Attributes) -> Stored<Message> {
    let reader = Reader::new("message", item);
    Ok(Message {
        sequence: reader.parsed(SK, MESSAGE_PREFIX)?,
        id: reader.parsed("message_id", "")?,
        from: reader.parsed("from", "")?,
        from_name: reader.optional_text("from_name")?,
        at: reader.time("at")?,
        body: reader.text("body")?.to_owned(),
    })
}

/// What is known of a message that was sent, as an item.
pub(super) fn sent(new: &NewMessage, sequence: u64) -> Attributes {
    with(
        Key::sent(&new.room, new.from, &new.id).attributes(),
        [("sequence", number(sequence)), ("at", time(new.at)), ("expires_at", time(new.at.plus(SENT_KEPT)))],
    )
}

/// Reads it.
pub(super) fn read_sent(item: &Attributes) -> Stored<Kept> {
    let reader = Reader::new("sent message", item);
    Ok(Kept { sequence: reader.number("sequence")?, at: reader.time("at")? })
}
