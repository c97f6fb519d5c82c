//! Faults that last: the answer is "unavailable", soon, and nothing is half done.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use latchkey::{
    domain::{Attempt, AttemptLimits},
    ports::{CreateUser, FindAccount, FindUser, ReserveAttempt, StoreError, Stored},
};
use latchkey_tests::{fault_proxy::Fault, local_dynamodb::local_dynamodb};

use crate::{
    counter,
    fixtures::{NOW, account, email, new_user, user_id},
    proxied, store_with_only, whole,
};

/// What one verb may take: its own limit of five seconds, and what a busy machine adds.
const LIMIT: Duration = Duration::from_secs(7);

/// Asserts that the store says it is unavailable, in time.
async fn unavailable<T: std::fmt::Debug>(verb: impl Future<Output = Stored<T>>) {
    let start = Instant::now();
    let answer = verb.await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    assert!(start.elapsed() < LIMIT, "it took {:?}", start.elapsed());
}

#[tokio::test]
async fn f1_a_store_that_only_fails_is_unavailable() {
    let faults = [
        Fault::internal(),
        Fault::error(503, "ServiceUnavailable", ""),
        Fault::throttled(),
        Fault::Refuse,
        Fault::LoseReply,
    ];
    for fault in faults {
        unavailable(store_with_only(fault).find_user(user_id())).await;
    }
}

#[tokio::test]
async fn f1_half_of_an_answer_is_no_answer() {
    let user = account(&local_dynamodb().store()).await.user;
    unavailable(store_with_only(Fault::Truncate).find_user(user.id)).await;
}

#[tokio::test]
async fn f1_an_account_that_could_not_be_made_is_not_there_at_all() {
    let faults = [
        Fault::internal(),
        Fault::throttled(),
        Fault::Refuse,
        Fault::cancelled(&["TransactionConflict", "None", "None"]),
        Fault::cancelled(&["None", "ThrottlingError", "None"]),
    ];
    for fault in faults {
        let new = new_user(&email());
        unavailable(store_with_only(fault).create_user(&new)).await;
        assert!(!whole(&new).await);
    }
}

#[tokio::test]
async fn f1_an_account_whose_replies_are_all_lost_is_whole() {
    let new = new_user(&email());
    unavailable(store_with_only(Fault::LoseReply).create_user(&new)).await;
    assert!(whole(&new).await);
}

#[tokio::test]
async fn f1_silence_ends_in_time() {
    unavailable(store_with_only(Fault::Stall).find_user(user_id())).await;
}

#[tokio::test]
async fn f1_silence_after_the_first_of_two_reads_ends_in_time() {
    let new = account(&local_dynamodb().store()).await;
    let (store, _proxy) = proxied([Fault::Pass], Fault::Stall);
    unavailable(store.find_account(&new.user.canonical_email, &counter())).await;
}

#[tokio::test]
async fn f1_keys_that_stay_unprocessed_end_in_time() {
    unavailable(store_with_only(Fault::Unprocessed).find_account(&email(), &counter())).await;
}

#[tokio::test]
async fn c10_an_attempt_that_cannot_be_counted_is_not_granted() {
    let attempt = Attempt::new(latchkey::domain::Purpose::Password, &email(), &email(), AttemptLimits::default(), NOW);
    for fault in [Fault::internal(), Fault::cancelled(&["TransactionConflict", "None"]), Fault::Stall] {
        unavailable(store_with_only(fault).reserve_attempt(&attempt)).await;
    }
}

#[tokio::test]
async fn f1_a_store_that_is_not_there_is_unavailable() {
    // Port 9 is discard: nobody listens.
    unavailable(local_dynamodb().store_through("http://127.0.0.1:9").find_user(user_id())).await;
}
