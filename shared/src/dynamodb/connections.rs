//! WebSocket connections. When each expires is an item beside it, sorted by time, so that whatever is due is one Query and no
//! index has to be paid for.

use aws_sdk_dynamodb::{
    operation::query::builders::QueryFluentBuilder,
    types::{ConditionCheck, Put, ReturnConsumedCapacity, TransactWriteItem, Update},
};

use super::{
    DynamoDb,
    conditions::{
        BELOW_LIMIT, NEVER_RESUMED, NOT_ENDED, NOT_EXPIRED, PRESENT, SAME_EPOCH, STILL_GOOD_UNTIL, STILL_RESUMED_AT,
        all,
    },
    connection_item::{self, PROLONG, RESUME, read_connection, read_due},
    failure,
    item::{number, text, time},
    keys::{CONNECTION_PREFIX, EXPIRING, Key, due_position, user_partition_value},
    meter::Kind,
    retry,
    transaction::{Part, Transacted},
};
use crate::{
    domain::{
        Connection, ConnectionId, Timestamp, UserId,
        connection::{MAX_CONNECTION_SECONDS, RESUMES_PER_MINUTE},
    },
    ports::{
        Change, Due, FindConnection, ForgetConnection, ForgetDue, ListConnections, ListDue, NoteResume, OpenConnection,
        Opened, Opening, ProlongConnection, Stored,
    },
};

/// How many moments one look at what is due gives.
const DUE_AT_ONCE: i32 = 200;

/// Position of the redemption in the transaction that opens a connection.
const REDEMPTION: usize = 4;

impl OpenConnection for DynamoDb {
    async fn open_connection(&self, opening: &Opening) -> Stored<Opened> {
        let Opening { connection, ticket } = opening;
        let mut parts = vec![
            self.put_new(&self.tables.connections, connection_item::connection(connection))?,
            self.put_due(connection, connection.good_until)?,
            self.session_is_live(connection)?,
            self.epoch_is_of(connection)?,
        ];
        if let Some(ticket) = ticket {
            let mut redemption = Key::redemption(ticket).attributes();
            let forgotten_at = connection.connected_at.plus(MAX_CONNECTION_SECONDS);
            redemption.insert("expires_at".to_owned(), time(forgotten_at));
            parts.push(self.put_new(&self.tables.ephemera, redemption)?);
        }
        match self.transact(parts).await? {
            Transacted::Committed => Ok(Opened::Open),
            Transacted::Refused(0) => Err(failure::unexpected("open connection", "the gateway gave one id twice")),
            Transacted::Refused(REDEMPTION) => Ok(Opened::Redeemed),
            Transacted::Refused(_) => Ok(Opened::Over),
        }
    }
}

impl FindConnection for DynamoDb {
    async fn find_connection(&self, user_id: UserId, id: &ConnectionId) -> Stored<Option<Connection>> {
        self.meter.count(Kind::Read);
        let request = self
            .client
            .get_item()
            .table_name(&self.tables.connections)
            .set_key(Some(Key::connection(user_id, id).attributes()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = request.send().await.map_err(|error| failure::explain("GetItem connection", &error))?;
        self.meter.add(Kind::Read, output.consumed_capacity());
        output.item().map(read_connection).transpose()
    }
}

impl ListConnections for DynamoDb {
    async fn list_connections(&self, user_id: UserId) -> Stored<Vec<Connection>> {
        let request = self
            .query_connections("pk = :pk AND begins_with(sk, :connection)")
            .expression_attribute_values(":pk", user_partition_value(user_id))
            .expression_attribute_values(":connection", text(CONNECTION_PREFIX));
        self.pages("list connections", request).await?.iter().map(read_connection).collect()
    }
}

impl ProlongConnection for DynamoDb {
    async fn prolong_connection(&self, connection: &Connection, good_until: Timestamp) -> Stored<Change> {
        let update = Update::builder()
            .table_name(&self.tables.connections)
            .set_key(Some(Key::connection(connection.user_id, &connection.id).attributes()))
            .condition_expression(STILL_GOOD_UNTIL)
            .update_expression(PROLONG)
            .expression_attribute_values(":good_until", time(connection.good_until))
            .expression_attribute_values(":next_good_until", time(good_until))
            .build();
        let update = update.map(Part::part).map_err(|error| failure::unexpected("prolong", error))?;
        self.transact([update, self.put_due(connection, good_until)?]).await.map(Change::from)
    }
}

impl NoteResume for DynamoDb {
    async fn note_resume(&self, connection: &Connection, now: Timestamp) -> Stored<Change> {
        let update = Update::builder()
            .table_name(&self.tables.connections)
            .set_key(Some(Key::connection(connection.user_id, &connection.id).attributes()))
            .update_expression(RESUME)
            .expression_attribute_values(":now", time(now));
        let update = match connection.resumed_at {
            None => update.condition_expression(all(&[PRESENT, NEVER_RESUMED])),
            Some(before) => {
                update.condition_expression(STILL_RESUMED_AT).expression_attribute_values(":resumed_at", time(before))
            }
        };
        let update = update.build().map(Part::part).map_err(|error| failure::unexpected("resume", error))?;
        self.transact([update, self.count_resume(connection.user_id, now)?]).await.map(Change::from)
    }
}

impl ForgetConnection for DynamoDb {
    async fn forget_connection(&self, user_id: UserId, id: &ConnectionId) -> Stored<()> {
        self.delete_connection_item(Key::connection(user_id, id)).await
    }
}

impl ListDue for DynamoDb {
    async fn list_due(&self, now: Timestamp, after: Option<&Due>) -> Stored<Vec<Due>> {
        let request = self
            .query_connections("pk = :pk AND sk < :after")
            .limit(DUE_AT_ONCE)
            .set_exclusive_start_key(after.map(|due| Key::due(due).attributes()))
            .expression_attribute_values(":pk", text(EXPIRING))
            .expression_attribute_values(":after", text(due_position(now.plus(1))));
        let (items, _) = self.page(request).await?;
        items.iter().map(read_due).collect()
    }
}

impl ForgetDue for DynamoDb {
    async fn forget_due(&self, due: &Due) -> Stored<()> {
        self.delete_connection_item(Key::due(due)).await
    }
}

impl DynamoDb {
    fn query_connections(&self, condition: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.tables.connections)
            .consistent_read(true)
            .key_condition_expression(condition)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    async fn delete_connection_item(&self, key: Key) -> Stored<()> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.tables.connections)
            .set_key(Some(key.attributes()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = retry::send(failure::is_conflict, || {
            self.meter.count(Kind::Write);
            request.clone().send()
        });
        let output = answer.await.map_err(|error| failure::explain("DeleteItem connection", &error))?;
        self.meter.add(Kind::Write, output.consumed_capacity());
        Ok(())
    }

    fn count_resume(&self, user_id: UserId, now: Timestamp) -> Stored<TransactWriteItem> {
        let count = Update::builder()
            .table_name(&self.tables.connections)
            .set_key(Some(Key::resumes(user_id, now).attributes()))
            .condition_expression(BELOW_LIMIT)
            .update_expression("SET expires_at = :forgotten_at ADD used :one")
            .expression_attribute_values(":limit", number(RESUMES_PER_MINUTE))
            .expression_attribute_values(":one", number(1_u32))
            .expression_attribute_values(":forgotten_at", time(now.plus(MAX_CONNECTION_SECONDS)))
            .build();
        count.map(Part::part).map_err(|error| failure::unexpected("resumes", error))
    }

    fn put_due(&self, connection: &Connection, at: Timestamp) -> Stored<TransactWriteItem> {
        let due = Due { at, user_id: connection.user_id, connection_id: connection.id.clone() };
        let item = connection_item::due(&due);
        let put = Put::builder().table_name(&self.tables.connections).set_item(Some(item)).build();
        put.map(Part::part).map_err(|error| failure::unexpected("due", error))
    }

    fn session_is_live(&self, connection: &Connection) -> Stored<TransactWriteItem> {
        let check = ConditionCheck::builder()
            .table_name(&self.tables.sessions)
            .set_key(Some(Key::session(connection.user_id, connection.session_id).attributes()))
            .condition_expression(all(&[SAME_EPOCH, NOT_ENDED, NOT_EXPIRED]))
            .expression_attribute_values(":epoch", number(connection.epoch))
            .expression_attribute_values(":now", time(connection.connected_at))
            .build();
        check.map(Part::part).map_err(|error| failure::unexpected("session check", error))
    }

    fn epoch_is_of(&self, connection: &Connection) -> Stored<TransactWriteItem> {
        let check = ConditionCheck::builder()
            .table_name(&self.tables.users)
            .set_key(Some(Key::profile(connection.user_id).attributes()))
            .condition_expression(SAME_EPOCH)
            .expression_attribute_values(":epoch", number(connection.epoch))
            .build();
        check.map(Part::part).map_err(|error| failure::unexpected("epoch check", error))
    }
}
