//! Rooms, their members, and the connections that listen in them.

use aws_sdk_dynamodb::{
    operation::query::builders::QueryFluentBuilder,
    types::{AttributeValue, ConditionCheck, Delete, Put, ReturnConsumedCapacity, TransactWriteItem},
};

use super::{
    DynamoDb,
    conditions::{ABSENT, PRESENT},
    failure,
    item::{Attributes, Reader, text, time, with},
    keys::{Key, LISTENER_PREFIX, ROOM_PREFIX, SK, listeners_of, room_partition, user_partition_value},
    meter::Kind,
    retry, room_item,
    transaction::Part,
    user_item,
};
use crate::{
    domain::{ConnectionId, Room, RoomId, Timestamp, User, UserId},
    ports::{
        Change, FindMember, FindRooms, JoinRoom, LeaveRoom, ListListeners, ListRooms, Listen, Listener, PutRoom,
        Silence, StopListening, Stored,
    },
};

/// As many as DynamoDB takes.
const KEYS_AT_ONCE: usize = 100;

impl PutRoom for DynamoDb {
    async fn put_room(&self, room: &Room) -> Stored<()> {
        let request = self
            .client
            .put_item()
            .table_name(&self.tables.rooms)
            .set_item(Some(room_item::room(room)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = retry::send(failure::is_conflict, || {
            self.meter.count(Kind::Write);
            request.clone().send()
        });
        let output = answer.await.map_err(|error| failure::explain("PutItem room", &error))?;
        self.meter.add(Kind::Write, output.consumed_capacity());
        Ok(())
    }
}

impl FindRooms for DynamoDb {
    async fn find_rooms(&self, ids: &[RoomId]) -> Stored<Vec<Room>> {
        let mut rooms = Vec::with_capacity(ids.len());
        for some in ids.chunks(KEYS_AT_ONCE) {
            let items = self.get_those(&self.tables.rooms, some.iter().map(Key::room)).await?;
            rooms.extend(items.iter().map(room_item::read_room).collect::<Stored<Vec<_>>>()?);
        }
        Ok(rooms)
    }
}

impl JoinRoom for DynamoDb {
    async fn join_room(&self, room: &RoomId, user_id: UserId, now: Timestamp) -> Stored<Change> {
        let since = |key: Key| with(key.attributes(), [("joined_at", time(now))]);
        let parts = [
            // Whoever deletes an account looks for memberships when it is gone: none may come after that.
            self.is_there(&self.tables.users, &Key::profile(user_id))?,
            self.is_there(&self.tables.rooms, &Key::room(room))?,
            self.put_in_room(since(Key::member(room, user_id)))?,
            self.put_in_room(since(Key::membership(room, user_id)))?,
        ];
        self.transact(parts).await.map(Change::from)
    }
}

impl LeaveRoom for DynamoDb {
    async fn leave_room(&self, room: &RoomId, user_id: UserId) -> Stored<()> {
        let parts =
            [self.delete_in_room(&Key::member(room, user_id))?, self.delete_in_room(&Key::membership(room, user_id))?];
        self.transact(parts).await?;
        // Nobody can begin to listen any more: whoever did so before is found here.
        for listener in self.list_listeners_of(room, user_id).await? {
            self.stop_listening(room, user_id, &listener.connection_id).await?;
        }
        Ok(())
    }
}

impl ListRooms for DynamoDb {
    async fn list_rooms(&self, user_id: UserId) -> Stored<Vec<RoomId>> {
        let items = self.all_rooms_items("list rooms", user_partition_value(user_id), ROOM_PREFIX).await?;
        items.iter().map(|item| Reader::new("membership", item).parsed(SK, ROOM_PREFIX)).collect()
    }
}

impl FindMember for DynamoDb {
    async fn find_member(&self, room: &RoomId, user_id: UserId) -> Stored<Option<User>> {
        let wanted = [(&*self.tables.users, Key::profile(user_id)), (&*self.tables.rooms, Key::member(room, user_id))];
        let [profile, member] = self.get_both(wanted).await?;
        profile.filter(|_| member.is_some()).as_ref().map(user_item::read_profile).transpose()
    }
}

impl Listen for DynamoDb {
    async fn listen(&self, room: &RoomId, listener: &Listener) -> Stored<Change> {
        let member = Key::member(room, listener.user_id);
        let parts =
            [self.is_there(&self.tables.rooms, &member)?, self.put_in_room(room_item::listener(room, listener))?];
        self.transact(parts).await.map(Change::from)
    }
}

impl StopListening for DynamoDb {
    async fn stop_listening(&self, room: &RoomId, user_id: UserId, id: &ConnectionId) -> Stored<()> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.tables.rooms)
            .set_key(Some(Key::listener(room, user_id, id).attributes()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = retry::send(failure::is_conflict, || {
            self.meter.count(Kind::Write);
            request.clone().send()
        });
        let output = answer.await.map_err(|error| failure::explain("DeleteItem listener", &error))?;
        self.meter.add(Kind::Write, output.consumed_capacity());
        Ok(())
    }
}

impl Silence for DynamoDb {
    async fn silence(&self, room: &RoomId, user_id: UserId, id: &ConnectionId) -> Stored<Change> {
        let no_member = ConditionCheck::builder()
            .table_name(&self.tables.rooms)
            .set_key(Some(Key::member(room, user_id).attributes()))
            .condition_expression(ABSENT)
            .build();
        let no_member = no_member.map(Part::part).map_err(|error| failure::unexpected("check", error))?;
        self.transact([no_member, self.delete_in_room(&Key::listener(room, user_id, id))?]).await.map(Change::from)
    }
}

impl ListListeners for DynamoDb {
    async fn list_listeners(&self, room: &RoomId) -> Stored<Vec<Listener>> {
        self.listeners(room, LISTENER_PREFIX).await
    }

    async fn list_listeners_of(&self, room: &RoomId, user_id: UserId) -> Stored<Vec<Listener>> {
        self.listeners(room, &listeners_of(user_id)).await
    }
}

impl DynamoDb {
    async fn listeners(&self, room: &RoomId, prefix: &str) -> Stored<Vec<Listener>> {
        let items = self.all_rooms_items("list listeners", text(room_partition(room)), prefix).await?;
        items.iter().map(room_item::read_listener).collect()
    }

    /// Every item of a partition of Rooms whose sort key begins with `prefix`.
    async fn all_rooms_items(
        &self,
        verb: &'static str,
        partition: AttributeValue,
        prefix: &str,
    ) -> Stored<Vec<Attributes>> {
        let request = self
            .query_rooms("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", partition)
            .expression_attribute_values(":prefix", text(prefix));
        self.pages(verb, request).await
    }

    pub(super) fn query_rooms(&self, condition: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.tables.rooms)
            .consistent_read(true)
            .key_condition_expression(condition)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    fn is_there(&self, table: &str, key: &Key) -> Stored<TransactWriteItem> {
        let check = ConditionCheck::builder().table_name(table).set_key(Some(key.attributes()));
        let check = check.condition_expression(PRESENT).build();
        check.map(Part::part).map_err(|error| failure::unexpected("check", error))
    }

    fn put_in_room(&self, item: Attributes) -> Stored<TransactWriteItem> {
        let put = Put::builder().table_name(&self.tables.rooms).set_item(Some(item)).build();
        put.map(Part::part).map_err(|error| failure::unexpected("put", error))
    }

    fn delete_in_room(&self, key: &Key) -> Stored<TransactWriteItem> {
        let delete = Delete::builder().table_name(&self.tables.rooms).set_key(Some(key.attributes())).build();
        delete.map(Part::part).map_err(|error| failure::unexpected("delete", error))
    }
}
