//! Faults that pass while a request is still being tried: nobody notices.

use latchkey::{
    domain::{Attempt, AttemptLimits, EndCause},
    ports::{
        Change, CreateSession, CreateUser, Creation, EndSession, FindAccount, FindSession, FindUser, Reservation,
        ReserveAttempt, RotateSession, Rotated, SlideSession,
    },
};
use latchkey_tests::{fault_proxy::Fault, local_dynamodb::local_dynamodb};

use crate::{
    counter,
    fixtures::{NOW, account, email, ending, new_session, new_user, rotation, session, user_id},
    store_with, whole,
};

fn conflict() -> Fault {
    Fault::error(400, "TransactionConflictException", "Transaction is ongoing for the item")
}

#[tokio::test]
async fn f1_reads_survive_two_faults_in_a_row() {
    let user = account(&local_dynamodb().store()).await.user;
    for fault in [Fault::internal(), Fault::throttled(), Fault::Refuse, Fault::LoseReply, Fault::Truncate] {
        let store = store_with([fault.clone(), fault]);
        assert_eq!(store.find_user(user.id).await.unwrap().as_ref(), Some(&user));
    }
}

#[tokio::test]
async fn f1_keys_that_were_left_unprocessed_are_asked_for_again() {
    let new = account(&local_dynamodb().store()).await;
    let store = store_with([Fault::Unprocessed, Fault::Unprocessed]);
    let (found, _) = store.find_account(&new.user.canonical_email, &counter()).await.unwrap();
    assert_eq!(found.map(|account| account.user), Some(new.user));
}

#[tokio::test]
async fn f1_a_transaction_that_lost_against_another_is_sent_again() {
    let lost = || Fault::cancelled(&["None", "TransactionConflict", "None"]);
    let new = new_user(&email());
    let store = store_with([lost(), lost(), Fault::cancelled(&["ThrottlingError", "None", "None"])]);
    assert_eq!(store.create_user(&new).await.unwrap(), Creation::Created);
    assert!(whole(&new).await);
}

#[tokio::test]
async fn f1_a_reservation_that_had_to_be_repeated_counts_once() {
    let attempt = Attempt::new(latchkey::domain::Purpose::Password, &email(), &email(), AttemptLimits::default(), NOW);
    let faults = [Fault::internal(), Fault::cancelled(&["TransactionConflict", "None"]), Fault::LoseReply];
    assert_eq!(store_with(faults).reserve_attempt(&attempt).await.unwrap(), Reservation::Granted);
    let used = local_dynamodb().store().find_account(&email(), &attempt.account).await.unwrap().1;
    assert_eq!(used, 1);
}

#[tokio::test]
async fn f1_writes_of_one_item_that_meet_a_transaction_are_sent_again() {
    let direct = local_dynamodb().store();
    let created = new_session(user_id());
    store_with([conflict(), conflict()]).create_session(&created).await.unwrap();
    assert_eq!(direct.find_session(created.user_id, created.id).await.unwrap().0.as_ref(), Some(&created));

    let rotated = store_with([conflict(), conflict()]).rotate_session(&rotation(&created)).await.unwrap();
    assert!(matches!(rotated, Rotated::Rotated(session) if session.generation == 2));
    let slid = store_with([conflict()]).slide_session(created.user_id, created.id, NOW, NOW.plus(9)).await;
    assert_eq!(slid.unwrap(), Change::Done);
}

#[tokio::test]
async fn a_failed_condition_beside_a_conflict_is_the_answer() {
    let session = session(&local_dynamodb().store()).await;
    let store = store_with([Fault::cancelled(&["ConditionalCheckFailed", "TransactionConflict"])]);
    assert_eq!(store.end_session(&ending(&session, EndCause::Logout)).await.unwrap(), Change::Stale);
}
