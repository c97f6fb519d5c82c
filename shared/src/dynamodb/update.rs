//! Conditional updates of one item.

use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure},
};

use super::{DynamoDb, failure, item::Attributes, keys::Key, meter::Kind, retry};
use crate::ports::{Change, Stored};

/// What became of a conditional update.
#[derive(Debug)]
pub(super) enum Updated {
    /// It holds; the item, if the update asked for it.
    Done(Option<Attributes>),
    /// The condition failed; the item as it was found, if there is one.
    Refused(Option<Attributes>),
}

impl From<Updated> for Change {
    fn from(updated: Updated) -> Self {
        match updated {
            Updated::Done(_) => Self::Done,
            Updated::Refused(_) => Self::Stale,
        }
    }
}

impl DynamoDb {
    /// An update of one item, which tells what it found when its condition fails.
    pub(super) fn update(&self, table: &str, key: Key) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(table)
            .set_key(Some(key.attributes()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    /// Sends an update.
    pub(super) async fn send_update(&self, request: &'static str, update: UpdateItemFluentBuilder) -> Stored<Updated> {
        let answer = retry::send(failure::is_conflict, || {
            self.meter.count(Kind::Write);
            update.clone().send()
        });
        match answer.await {
            Ok(output) => {
                self.meter.add(Kind::Write, output.consumed_capacity());
                Ok(Updated::Done(output.attributes))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                    Ok(Updated::Refused(refusal.item().cloned()))
                }
                _ => Err(failure::explain(request, &error)),
            },
        }
    }
}
