//! Replies lost after the commit: the SDK sends the request again, and it has no second effect.

use latchkey::{
    domain::{Connection, EndCause, Words},
    ports::{
        Change, ChangePassword, CreateSession, CreateUser, Creation, DeleteUser, DisableUser, EnableUser, EndSession,
        FindAccountById, FindSession, FindUser, Grants, NoteResume, OpenConnection, Opened, Opening, RaiseEpoch,
        RenameUser, ReplacePasswordHash, RotateSession, Rotated, SetGrants, SlideSession,
    },
};
use latchkey_tests::{fault_proxy::Fault, local_dynamodb::local_dynamodb};

use crate::{
    fixtures::{EPOCH, NOW, account, email, ending, epoch_change, new_session, new_user, rotation, session, user_id},
    store_with, whole,
};

#[tokio::test]
async fn f1_an_account_whose_reply_was_lost_is_created_and_not_taken() {
    let new = new_user(&email());
    assert_eq!(store_with([Fault::LoseReply]).create_user(&new).await.unwrap(), Creation::Created);
    assert!(whole(&new).await);
}

#[tokio::test]
async fn f1_a_session_whose_reply_was_lost_is_started() {
    let session = new_session(user_id());
    store_with([Fault::LoseReply]).create_session(&session).await.unwrap();
    let found = local_dynamodb().store().find_session(session.user_id, session.id).await.unwrap().0;
    assert_eq!(found, Some(session));
}

#[tokio::test]
async fn b3_a_rotation_whose_reply_was_lost_looks_just_superseded() {
    let session = session(&local_dynamodb().store()).await;
    let answer = store_with([Fault::LoseReply]).rotate_session(&rotation(&session)).await.unwrap();
    let Rotated::Refused(Some(found)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!((found.generation, found.superseded_at(session.generation), found.ended), (2, Some(NOW), None));
}

#[tokio::test]
async fn f1_a_slide_and_an_ending_whose_replies_were_lost_are_done_once() {
    let direct = local_dynamodb().store();
    let session = session(&direct).await;
    let slid = store_with([Fault::LoseReply]).slide_session(session.user_id, session.id, NOW, NOW.plus(5)).await;
    assert_eq!(slid.unwrap(), Change::Done);
    let ended = store_with([Fault::LoseReply]).end_session(&ending(&session, EndCause::Logout)).await;
    assert_eq!(ended.unwrap(), Change::Done);
    let found = direct.find_session(session.user_id, session.id).await.unwrap().0.unwrap();
    assert_eq!((found.idle_expires_at, found.ended.map(|ended| ended.cause)), (NOW.plus(5), Some(EndCause::Logout)));
}

#[tokio::test]
async fn f1_changes_of_an_account_whose_replies_were_lost_are_done_once() {
    let direct = local_dynamodb().store();
    let new = account(&direct).await;
    let user = &new.user;
    let lossy = || store_with([Fault::LoseReply]);
    assert_eq!(lossy().rename_user(user.id, EPOCH, Some("Ada")).await.unwrap(), Change::Done);
    let rehash = lossy().replace_password_hash(user.id, EPOCH, &new.password_hash, "$stronger").await;
    assert_eq!(rehash.unwrap(), Change::Done);
    assert_eq!(lossy().raise_epoch(&epoch_change(user)).await.unwrap(), Change::Done);
    let found = direct.find_account_by_id(user.id).await.unwrap().unwrap();
    assert_eq!((found.user.name.as_deref(), found.password_hash.as_str()), (Some("Ada"), "$stronger"));
    assert_eq!((found.user.epoch, found.password_epoch), (EPOCH + 1, EPOCH + 1));

    let change = lossy().change_password(&epoch_change(&found.user), "$stronger", "$new").await;
    assert_eq!(change.unwrap(), Change::Done);
    let found = direct.find_account_by_id(user.id).await.unwrap().unwrap();
    assert_eq!((found.password_hash.as_str(), found.user.epoch, found.password_epoch), ("$new", EPOCH + 2, EPOCH + 2));

    let user = &found.user;
    let roles = Grants::Roles(Words::parse(vec!["editor".to_owned()]).unwrap());
    assert_eq!(lossy().set_grants(user.id, &roles).await.unwrap().unwrap().roles, ["editor"]);
    assert_eq!(lossy().disable_user(&epoch_change(user)).await.unwrap(), Change::Done);
    let enabled = lossy().enable_user(user.id).await.unwrap().unwrap();
    assert_eq!((enabled.disabled, enabled.epoch), (false, EPOCH + 3));
    let found = direct.find_account_by_id(user.id).await.unwrap().unwrap();
    assert_eq!((&found.user, found.password_epoch), (&enabled, EPOCH + 3));

    let deletion = lossy().delete_user(&found.user, &epoch_change(&found.user)).await;
    assert_eq!(deletion.unwrap(), Change::Done);
    assert_eq!(direct.find_user(user.id).await.unwrap(), None);
}

#[tokio::test]
async fn f1_a_resume_whose_reply_was_lost_may_go_on() {
    let direct = local_dynamodb().store();
    let session = new_session(account(&direct).await.user.id);
    direct.create_session(&session).await.unwrap();
    let connection = Connection {
        id: format!("L-{}=", session.id).parse().unwrap(),
        user_id: session.user_id,
        session_id: session.id,
        epoch: session.epoch,
        connected_at: NOW,
        good_until: NOW.plus(900),
        resumed_at: None,
    };
    let opening = Opening { connection, ticket: None };
    assert_eq!(direct.open_connection(&opening).await.unwrap(), Opened::Open);
    let Opening { connection, .. } = opening;
    assert_eq!(store_with([Fault::LoseReply]).note_resume(&connection, NOW).await.unwrap(), Change::Done);
    assert_eq!(direct.note_resume(&connection, NOW).await.unwrap(), Change::Stale, "and by nobody else");
}
