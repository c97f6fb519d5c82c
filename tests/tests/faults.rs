//! F1, F2: what the DynamoDB store does when DynamoDB fails, is slow, or its replies are lost.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers that tests call, not tests themselves")]

#[path = "faults/feed.rs"]
mod feed;
#[path = "store_contract/fixtures.rs"]
mod fixtures;
#[path = "faults/killed.rs"]
mod killed;
#[path = "faults/lasting.rs"]
mod lasting;
#[path = "faults/lost_replies.rs"]
mod lost_replies;
#[path = "faults/meaning.rs"]
mod meaning;
#[path = "faults/passing.rs"]
mod passing;

use latchkey::{
    domain::{AttemptKey, User},
    dynamodb::DynamoDb,
    ports::{Account, FindAccount, FindAccountById, NewUser},
};
use latchkey_tests::{
    fault_proxy::{Fault, FaultProxy},
    local_dynamodb::local_dynamodb,
};

/// A store whose requests meet `faults` in turn, and nothing afterwards.
fn store_with(faults: impl IntoIterator<Item = Fault>) -> DynamoDb {
    proxied(faults, Fault::Pass).0
}

/// A store whose requests all meet `fault`.
fn store_with_only(fault: Fault) -> DynamoDb {
    proxied([], fault).0
}

fn proxied(faults: impl IntoIterator<Item = Fault>, afterwards: Fault) -> (DynamoDb, FaultProxy) {
    let local = local_dynamodb();
    let proxy = FaultProxy::start(&local.endpoint(), faults, afterwards);
    (local.store_through(proxy.endpoint()), proxy)
}

/// A counter that nobody else counts with.
fn counter() -> AttemptKey {
    AttemptKey::new("test", &fixtures::email(), 900, fixtures::NOW)
}

/// Asserts that `new` exists whole, or that not a trace of it is there, and says which.
async fn whole(new: &NewUser) -> bool {
    let User { id, canonical_email, .. } = &new.user;
    let store = local_dynamodb().store();
    let (by_email, _) = store.find_account(canonical_email, &counter()).await.unwrap();
    let by_id = store.find_account_by_id(*id).await.unwrap();
    let dump: String =
        local_dynamodb().scan(&local_dynamodb().tables().users).iter().map(ToString::to_string).collect();
    let account =
        Account { user: new.user.clone(), password_hash: new.password_hash.clone(), password_epoch: new.user.epoch };
    match (by_email, by_id) {
        (Some(by_email), Some(by_id)) => {
            assert_eq!((&by_email, &by_id), (&account, &account));
            true
        }
        (None, None) => {
            assert!(!dump.contains(&id.to_string()) && !dump.contains(canonical_email.as_str()), "half an account");
            false
        }
        half => panic!("half an account: {half:?}"),
    }
}
