//! F2: the process dies while a request is under way. Dropping the future is what a kill does to it: nothing after the await
//! ever runs.

use latchkey::ports::{CreateUser, Creation};
use latchkey_tests::{fault_proxy::Fault, local_dynamodb::local_dynamodb};

use crate::{
    fixtures::{email, new_user},
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
