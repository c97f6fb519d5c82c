//! What each verb of the store asks of DynamoDB, from the capacity DynamoDB reports: more is a regression, less is a new budget.

#![expect(clippy::unwrap_used, reason = "helpers that tests call, not tests themselves")]

#[path = "store_contract/fixtures.rs"]
mod fixtures;

use std::future::Future;

use fixtures::{EPOCH, NOW, account, email, ending, epoch_change, new_session, new_user, rotation, session, user_id};
use latchkey::{
    domain::{
        Attempt, AttemptLimits, EndCause, Words,
        feed::{BUCKET_SECONDS, last_closed},
    },
    dynamodb::{DynamoDb, Usage},
    ports::{
        ChangePassword, ClearAttempts, CreateSession, CreateUser, DeleteUser, DisableUser, EnableUser, EndSession,
        EpochChange, FindAccount, FindAccountById, FindPublishedKeys, FindSession, FindUser, FindUserByEmail, Grants,
        ListSessions, PublishKeys, RaiseEpoch, ReadFeed, RenameUser, ReplacePasswordHash, ReserveAttempt,
        RotateSession, SetGrants, SlideSession, Stored,
    },
};
use latchkey_tests::{local_dynamodb::local_dynamodb, store::Store};

/// `requests` reads of `units` in all.
fn reads(requests: u64, units: f64) -> Usage {
    Usage { reads: requests, read_units: units, ..Usage::default() }
}

/// One write of `units`.
fn write(units: f64) -> Usage {
    Usage { writes: 1, write_units: units, ..Usage::default() }
}

/// What `verb` used.
async fn used<T>(store: &DynamoDb, verb: impl Future<Output = Stored<T>>) -> Usage {
    let before = store.meter().snapshot();
    verb.await.unwrap();
    store.meter().snapshot().since(before)
}

fn attempt() -> Attempt {
    Attempt::new(latchkey::domain::Purpose::Password, &email(), &email(), AttemptLimits::default(), NOW)
}

#[tokio::test]
async fn a_reservation_is_one_transaction_of_two_counters() {
    let (store, attempt) = (local_dynamodb().store(), attempt());
    assert_eq!(used(&store, store.reserve_attempt(&attempt)).await, write(4.0));
    assert_eq!(used(&store, store.clear_attempts(&attempt.account)).await, write(1.0));
}

#[tokio::test]
async fn an_account_is_made_and_deleted_in_one_transaction_each() {
    let (store, new) = (local_dynamodb().store(), new_user(&email()));
    assert_eq!(used(&store, store.create_user(&new)).await, write(6.0));
    assert_eq!(used(&store, store.delete_user(&new.user, &epoch_change(&new.user))).await, write(8.0));
}

#[tokio::test]
async fn c1_looking_for_somebody_and_for_nobody_costs_the_same_two_reads() {
    let store = local_dynamodb().store();
    let (new, attempt) = (account(&store).await, attempt());
    for email in [new.user.canonical_email, email()] {
        assert_eq!(used(&store, store.find_account(&email, &attempt.account)).await, reads(2, 3.0));
    }
}

#[tokio::test]
async fn a_user_is_one_read() {
    let store = local_dynamodb().store();
    let user = account(&store).await.user;
    assert_eq!(used(&store, store.find_account_by_id(user.id)).await, reads(1, 1.0));
    assert_eq!(used(&store, store.find_user(user.id)).await, reads(1, 1.0));
    assert_eq!(used(&store, store.find_user_by_email(&user.canonical_email)).await, reads(2, 2.0));
    assert_eq!(used(&store, store.find_session(user.id, fixtures::session_id())).await, reads(1, 2.0));
}

#[tokio::test]
async fn a_change_of_an_account_is_one_write() {
    let store = local_dynamodb().store();
    let new = account(&store).await;
    let id = new.user.id;
    assert_eq!(used(&store, store.rename_user(id, EPOCH, Some("Ada"))).await, write(1.0));
    let rehash = store.replace_password_hash(id, EPOCH, &new.password_hash, "$stronger");
    assert_eq!(used(&store, rehash).await, write(1.0));
    assert_eq!(used(&store, store.raise_epoch(&epoch_change(&new.user))).await, write(6.0));
    let roles = Grants::Roles(Words::parse(vec!["editor".to_owned()]).unwrap());
    assert_eq!(used(&store, store.set_grants(id, &roles)).await, write(1.0));
    assert_eq!(used(&store, store.enable_user(id)).await, write(1.0));
    let other = account(&store).await;
    let change = epoch_change(&other.user);
    assert_eq!(used(&store, store.change_password(&change, &other.password_hash, "$new")).await, write(6.0));
    let disabled = EpochChange { epoch: EPOCH + 1, ..epoch_change(&new.user) };
    assert_eq!(used(&store, store.disable_user(&disabled)).await, write(6.0));
}

#[tokio::test]
async fn a_session_is_started_rotated_slid_and_ended_by_one_write_each() {
    let (store, session) = (local_dynamodb().store(), new_session(user_id()));
    assert_eq!(used(&store, store.create_session(&session)).await, write(1.0));
    assert_eq!(used(&store, store.rotate_session(&rotation(&session))).await, write(1.0));
    let slide = store.slide_session(session.user_id, session.id, NOW, NOW.plus(9));
    assert_eq!(used(&store, slide).await, write(1.0));
    assert_eq!(used(&store, store.end_session(&ending(&session, EndCause::Logout))).await, write(4.0));
}

#[tokio::test]
async fn a_page_of_sessions_is_one_read() {
    let store = local_dynamodb().store();
    let session = session(&store).await;
    assert_eq!(used(&store, store.list_sessions(session.user_id, None, NOW)).await, reads(1, 1.0));
}

#[tokio::test]
async fn what_is_new_in_the_feed_is_one_read_per_shard_and_all_of_it_two() {
    let (store, session) = (local_dynamodb().store(), session(&local_dynamodb().store()).await);
    store.end_session(&ending(&session, EndCause::Logout)).await.unwrap();
    assert_eq!(used(&store, store.read_feed(last_closed(NOW), NOW)).await, reads(16, 16.0));
    assert_eq!(used(&store, store.read_feed(0, NOW)).await, reads(32, 32.0));
    // At the turn of an hour, for as long as a bucket of the old one is open.
    let turn = NOW.plus(3600 - NOW.seconds() % 3600);
    let closing = last_closed(turn.plus(30 + BUCKET_SECONDS));
    assert_eq!(used(&store, store.read_feed(last_closed(turn), turn)).await.reads, 32);
    assert_eq!(used(&store, store.read_feed(closing, turn.plus(40))).await.reads, 16);
}

#[tokio::test]
async fn the_public_keys_are_one_read_and_one_write() {
    let tables = Store::dynamodb();
    let store = tables.as_dynamodb().unwrap();
    assert_eq!(used(store, store.publish_keys("{}", 1)).await, write(1.0));
    assert_eq!(used(store, store.find_published_keys()).await, reads(1, 1.0));
}
