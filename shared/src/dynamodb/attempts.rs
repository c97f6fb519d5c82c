//! Counters of attempts.

use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, TransactWriteItem, Update};

use super::{
    DynamoDb,
    conditions::BELOW_LIMIT,
    failure,
    item::{number, time},
    keys::Key,
    meter::Kind,
    retry,
    transaction::{Part, Transacted},
};
use crate::{
    domain::{Attempt, AttemptKey},
    ports::{ClearAttempts, Reservation, ReserveAttempt, Stored},
};

impl ReserveAttempt for DynamoDb {
    async fn reserve_attempt(&self, attempt: &Attempt) -> Stored<Reservation> {
        let limits = attempt.limits;
        // An absent counter has no value to compare with, so the condition alone would grant the first.
        if limits.per_account == 0 || limits.per_source == 0 {
            return Ok(Reservation::Refused);
        }
        let counters = [
            self.count_one(&attempt.account, limits.per_account, attempt)?,
            self.count_one(&attempt.source, limits.per_source, attempt)?,
        ];
        Ok(match self.transact(counters).await? {
            Transacted::Committed => Reservation::Granted,
            Transacted::Refused(_) => Reservation::Refused,
        })
    }
}

impl ClearAttempts for DynamoDb {
    async fn clear_attempts(&self, key: &AttemptKey) -> Stored<()> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.tables.ephemera)
            .set_key(Some(Key::attempts(key).attributes()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = retry::send(failure::is_conflict, || {
            self.meter.count(Kind::Write);
            request.clone().send()
        });
        let output = answer.await.map_err(|error| failure::explain("DeleteItem attempts", &error))?;
        self.meter.add(Kind::Write, output.consumed_capacity());
        Ok(())
    }
}

impl DynamoDb {
    fn count_one(&self, key: &AttemptKey, limit: u32, attempt: &Attempt) -> Stored<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.tables.ephemera)
            .set_key(Some(Key::attempts(key).attributes()))
            .condition_expression(BELOW_LIMIT)
            .update_expression("SET expires_at = :window_end ADD used :one")
            .expression_attribute_values(":limit", number(limit))
            .expression_attribute_values(":one", number(1_u32))
            .expression_attribute_values(":window_end", time(attempt.window_end()))
            .build();
        update.map(Part::part).map_err(|error| failure::unexpected("attempt", error))
    }
}
