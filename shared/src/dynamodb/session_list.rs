//! Listing sessions.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use super::{
    DynamoDb, failure,
    item::{Attributes, Reader, text},
    keys::{Key, SESSION_PREFIX, SK, user_partition_value},
    meter::Kind,
    session_item::read_session,
};
use crate::{
    domain::{SessionId, Timestamp, UserId},
    ports::{ListSessions, SessionPage, Stored},
};

/// How many items one page looks at. At about 500 bytes each, a page costs 7 read units and its answer is small.
const PAGE_SIZE: i32 = 50;

impl ListSessions for DynamoDb {
    async fn list_sessions(&self, user_id: UserId, after: Option<SessionId>, now: Timestamp) -> Stored<SessionPage> {
        self.meter.count(Kind::Read);
        let request = self
            .client
            .query()
            .table_name(&self.tables.sessions)
            .consistent_read(true)
            .limit(PAGE_SIZE)
            .key_condition_expression("pk = :pk AND begins_with(sk, :session)")
            .expression_attribute_values(":pk", user_partition_value(user_id))
            .expression_attribute_values(":session", text(SESSION_PREFIX))
            .set_exclusive_start_key(after.map(|id| Key::session(user_id, id).attributes()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let output = request.send().await.map_err(|error| failure::explain("Query sessions", &error))?;
        self.meter.add(Kind::Read, output.consumed_capacity());
        let sessions = output.items().iter().map(read_session).collect::<Stored<Vec<_>>>()?;
        Ok(SessionPage {
            sessions: sessions.into_iter().filter(|session| session.is_live(now)).collect(),
            next: output.last_evaluated_key().map(read_position).transpose()?,
        })
    }
}

fn read_position(key: &Attributes) -> Stored<SessionId> {
    Reader::new("page", key).parsed(SK, SESSION_PREFIX)
}
