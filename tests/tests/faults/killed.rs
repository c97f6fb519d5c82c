//! F2: the process dies while a request is under way. Dropping the future is what a kill does to it: nothing after the await
//! ever runs.

use latchkey::ports::{ChangePassword, CreateUser, Creation, FindAccountById};
use latchkey_tests::{fault_proxy::Fault, local_dynamodb::local_dynamodb};

use crate::{
    fixtures::{EPOCH, account, email, epoch_change, new_user},
    proxied, whole,
};

/// Dies while `create_user` waits for a reply that `fault` keeps back; says whether the account is there.
async fn dies_at(fault: Fault) -> bool {
    let new = new_user(&email());
    let (store, mut proxy) = proxied([fault], Fault::Pass);
    tokio::select! {
        outcome = store.create_user(&new) => panic!("nothing was kept back: {outcome:?}"),
        () = proxy.applied() => {}
    }
    let survived = whole(&new).await;

    let again = local_dynamodb().store().create_user(&new_user(&new.user.canonical_email)).await.unwrap();
    assert_eq!(again, if survived { Creation::EmailTaken } else { Creation::Created });
    survived
}

#[tokio::test]
async fn f2_killed_before_the_request_arrives_leaves_no_account() {
    assert!(!dies_at(Fault::Stall).await);
}

#[tokio::test]
async fn f2_killed_before_the_reply_arrives_leaves_a_whole_account() {
    assert!(dies_at(Fault::StallReply).await);
}

/// Dies while `change_password` waits for a reply that `fault` keeps back; says whether the password is changed.
async fn change_dies_at(fault: Fault) -> bool {
    let direct = local_dynamodb().store();
    let before = account(&direct).await;
    let change = epoch_change(&before.user);
    let (store, mut proxy) = proxied([fault], Fault::Pass);
    tokio::select! {
        outcome = store.change_password(&change, &before.password_hash, "$new") => {
            panic!("nothing was kept back: {outcome:?}")
        }
        () = proxy.applied() => {}
    }
    let found = direct.find_account_by_id(before.user.id).await.unwrap().unwrap();
    let is_changed = found.password_hash == "$new";
    let epoch = if is_changed { EPOCH + 1 } else { EPOCH };
    assert_eq!((found.user.epoch, found.password_epoch), (epoch, epoch), "half a change");
    assert!(is_changed || found.password_hash == before.password_hash);
    is_changed
}

#[tokio::test]
async fn f2_killed_before_the_request_arrives_leaves_the_old_password() {
    assert!(!change_dies_at(Fault::Stall).await);
}

#[tokio::test]
async fn f2_killed_before_the_reply_arrives_leaves_the_new_password() {
    assert!(change_dies_at(Fault::StallReply).await);
}
