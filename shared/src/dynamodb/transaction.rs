//! Transactions: sent with a token of their own, so that one whose reply was lost has no second effect.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, ConditionCheck, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{DynamoDb, conditions::ABSENT, failure, item::Attributes, meter::Kind, retry};
use crate::{
    domain::Random,
    ports::{StoreError, Stored},
};

const REQUEST: &str = "TransactWriteItems";

/// The one cancellation that is an answer.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// Cancellations that pass: the same transaction may succeed at once.
const PASSING: [&str; 3] = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transacted {
    /// All of it was written.
    Committed,
    /// Nothing was written, because the condition on the item at this position did not hold.
    Refused(usize),
}

impl DynamoDb {
    /// The part of a transaction that writes a new item, and never replaces one.
    pub(super) fn put_new(&self, table: &str, item: Attributes) -> Stored<TransactWriteItem> {
        let put = Put::builder().table_name(table).set_item(Some(item)).condition_expression(ABSENT).build();
        put.map(Part::part).map_err(|error| failure::unexpected("new item", error))
    }

    /// Writes all of `items` or nothing.
    pub(super) async fn transact(&self, items: impl Into<Vec<TransactWriteItem>>) -> Stored<Transacted> {
        // One token for all repetitions; not the SDK's generator, whose state a snapshot would freeze.
        let token = Random::SYSTEM.draw::<16>().map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let request = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items.into()))
            .client_request_token(URL_SAFE_NO_PAD.encode(token))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = retry::send(may_pass, || {
            self.meter.count(Kind::Write);
            request.clone().send()
        });
        match answer.await {
            Ok(output) => {
                self.meter.add(Kind::Write, output.consumed_capacity());
                Ok(Transacted::Committed)
            }
            Err(error) => refusal(&error),
        }
    }
}

fn reasons(error: &SdkError<TransactWriteItemsError>) -> Option<&[CancellationReason]> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => Some(cancelled.cancellation_reasons()),
        _ => None,
    }
}

fn failed_condition(reasons: &[CancellationReason]) -> Option<usize> {
    reasons.iter().position(|reason| reason.code() == Some(CONDITION_FAILED))
}

fn passes(reason: &CancellationReason) -> bool {
    reason.code().is_some_and(|code| PASSING.contains(&code))
}

/// Whether the transaction lost against others. A failed condition beside the conflict is an answer all the same.
fn may_pass(error: &SdkError<TransactWriteItemsError>) -> bool {
    match reasons(error) {
        Some(reasons) => failed_condition(reasons).is_none() && reasons.iter().any(passes),
        None => failure::is_conflict(error),
    }
}

fn refusal(error: &SdkError<TransactWriteItemsError>) -> Stored<Transacted> {
    let Some(reasons) = reasons(error) else {
        return Err(failure::explain(REQUEST, error));
    };
    if let Some(position) = failed_condition(reasons) {
        return Ok(Transacted::Refused(position));
    }
    let codes: Vec<&str> = reasons.iter().filter_map(CancellationReason::code).collect();
    if reasons.iter().any(passes) {
        Err(failure::unavailable(REQUEST, codes.join(", ")))
    } else {
        Err(failure::unexpected(REQUEST, codes.join(", ")))
    }
}

/// One part of a transaction.
pub(super) trait Part {
    /// Makes it one.
    fn part(self) -> TransactWriteItem;
}

macro_rules! part {
    ($type:ident, $setter:ident) => {
        impl Part for $type {
            fn part(self) -> TransactWriteItem {
                TransactWriteItem::builder().$setter(self).build()
            }
        }
    };
}

part!(Put, put);
part!(Update, update);
part!(Delete, delete);
part!(ConditionCheck, condition_check);
