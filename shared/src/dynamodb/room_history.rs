//! Messages. Each is the counter of the next: one transaction writes the number after the newest if nobody has, so that numbers are
//! dense whoever else is sending.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use super::{
    DynamoDb,
    conditions::PRESENT,
    failure,
    item::{Attributes, text, time},
    keys::{Key, message_position, room_partition},
    meter::Kind,
    retry, room_item,
    transaction::Transacted,
    update::Updated,
};
use crate::{
    domain::{Message, RoomId, Timestamp},
    ports::{ExpireMessage, History, KeepMessage, Kept, NewMessage, ReadMessages, StoreError, Stored},
};

/// Messages of one page, and bytes of their bodies about which it ends: long ones are read a few at a time, since what no answer has room
/// for is paid for all the same.
const PAGE: usize = 100;
const PAGE_BYTES: usize = 32 * 1024;
/// How many are read before it is known how long they are.
const FIRST: usize = 8;

/// Position, in the transaction that stores a message, of what makes it the same one when it is sent again.
const SENT: usize = 0;

impl KeepMessage for DynamoDb {
    async fn keep_message(&self, new: &NewMessage) -> Stored<Kept> {
        retry::bounded("keep message", async {
            for tries in 0..retry::TRIES {
                if let Some(kept) = self.try_to_keep(new).await? {
                    return Ok(kept);
                }
                // A round that is lost is paid for: the more there are who send, the longer each of them waits.
                retry::pause(tries).await;
            }
            Err(failure::unavailable("keep message", "others were faster"))
        })
        .await
    }
}

impl ReadMessages for DynamoDb {
    async fn messages_from(&self, room: &RoomId, from: u64) -> Stored<History> {
        // One more tells whether there are later ones.
        let mut history = self.read_messages(room, from, true, PAGE + 1).await?;
        history.more |= history.messages.len() > PAGE;
        history.messages.truncate(PAGE);
        Ok(history)
    }

    async fn newest_messages(&self, room: &RoomId, count: u32) -> Stored<History> {
        let mut newest = self.read_messages(room, 0, false, count as usize).await?;
        newest.messages.reverse();
        Ok(History { more: false, ..newest })
    }
}

impl ExpireMessage for DynamoDb {
    async fn expire_message(&self, room: &RoomId, sequence: u64, at: Timestamp) -> Stored<()> {
        let update = self
            .update(&self.tables.rooms, Key::message(room, sequence))
            .condition_expression(PRESENT)
            .update_expression("SET expires_at = :at")
            .expression_attribute_values(":at", time(at));
        match self.send_update("UpdateItem message", update).await? {
            Updated::Done(_) | Updated::Refused(_) => Ok(()),
        }
    }
}

impl DynamoDb {
    async fn read_messages(&self, room: &RoomId, from: u64, is_forward: bool, count: usize) -> Stored<History> {
        let request = self
            .query_rooms("pk = :pk AND sk BETWEEN :from AND :last")
            .scan_index_forward(is_forward)
            .expression_attribute_values(":pk", text(room_partition(room)))
            .expression_attribute_values(":from", text(message_position(from)))
            .expression_attribute_values(":last", text(message_position(u64::MAX)));
        let (mut messages, mut position) = (Vec::new(), None);
        loop {
            let limit = i32::try_from(room_for(&messages, count)).unwrap_or(1);
            let (items, next) = self.page(request.clone().limit(limit).set_exclusive_start_key(position)).await?;
            messages.extend(read(&items)?);
            let more = next.is_some();
            if !more || room_for(&messages, count) == 0 {
                return Ok(History { messages, more });
            }
            position = next;
        }
    }

    /// Nothing when somebody else has taken the number.
    async fn try_to_keep(&self, new: &NewMessage) -> Stored<Option<Kept>> {
        let newest = self.newest_messages(&new.room, 1).await?.messages.pop();
        let message = new.clone().numbered(newest.map_or(0, |newest| newest.sequence) + 1);
        let kept = Kept { sequence: message.sequence, at: message.at };
        let parts = [
            self.put_new(&self.tables.rooms, room_item::sent(new, message.sequence))?,
            self.put_new(&self.tables.rooms, room_item::message(&new.room, &message))?,
        ];
        match self.transact(parts).await? {
            Transacted::Committed => Ok(Some(kept)),
            Transacted::Refused(SENT) => self.find_sent(new).await.map(Some),
            Transacted::Refused(_) => Ok(None),
        }
    }

    async fn find_sent(&self, new: &NewMessage) -> Stored<Kept> {
        self.meter.count(Kind::Read);
        let request = self
            .client
            .get_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(Key::sent(&new.room, new.from, &new.id).attributes()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = request.send().await.map_err(|error| failure::explain("GetItem sent message", &error))?;
        self.meter.add(Kind::Read, output.consumed_capacity());
        let gone = || StoreError::Unavailable("a message was forgotten while it was sent again".into());
        room_item::read_sent(output.item().ok_or_else(gone)?)
    }
}

/// How many more messages a page has room for, if they are as long as those before.
fn room_for(messages: &[Message], count: usize) -> usize {
    let bytes: usize = messages.iter().map(|message| message.body.len()).sum();
    let by_number = count.saturating_sub(messages.len());
    if messages.is_empty() {
        return by_number.min(FIRST);
    }
    by_number.min(PAGE_BYTES.saturating_sub(bytes) * messages.len() / bytes.max(1))
}

fn read(items: &[Attributes]) -> Stored<Vec<Message>> {
    items.iter().map(room_item::read_message).collect()
}
