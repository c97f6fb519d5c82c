//! Starting, finding and sliding sessions.

use latchkey::{
    domain::{EndCause, SeedHash, Session, Timestamp},
    ports::Change,
};

use crate::{
    fixtures::{NOW, account, ending, new_session, random, rotation, session, stored, user_id},
    store::Store,
};

pub(crate) async fn a_session_reads_back_as_it_was_written_and_with_its_user(store: impl Store) {
    let user = account(&store).await.user;
    let browser = new_session(user.id);
    let script = Session {
        user_agent: None,
        address: "192.0.2.1".parse().unwrap(),
        amr: vec!["pwd".to_owned(), "otp".to_owned()],
        generation: u32::MAX - 1,
        rotated_at: [4, 3, 2, 1].map(Timestamp::from_seconds),
        ..new_session(user.id)
    };
    for session in [browser, script] {
        let session = stored(&store, session).await;
        assert_eq!(store.find_session(user.id, session.id).await.unwrap(), (Some(session), Some(user.clone())));
    }
    assert_eq!(store.find_session(user.id, crate::fixtures::session_id()).await.unwrap(), (None, Some(user)));
}

pub(crate) async fn a_session_is_never_replaced(store: impl Store) {
    let session = session(&store).await;
    let usurper = Session { seed_hash: SeedHash(random()), ..session.clone() };
    store.create_session(&usurper).await.unwrap_err();
    assert_eq!(store.find_session(session.user_id, session.id).await.unwrap().0, Some(session));
}

pub(crate) async fn a_session_created_twice_by_one_request_is_one_session(store: impl Store) {
    let session = session(&store).await;
    store.rotate_session(&rotation(&session)).await.unwrap();
    store.create_session(&session).await.unwrap();
    let found = store.find_session(session.user_id, session.id).await.unwrap().0.unwrap();
    assert_eq!(found.generation, 2);
}

async fn slide(store: &impl Store, session: &Session) -> Change {
    store.slide_session(session.user_id, session.id, NOW, NOW.plus(1500)).await.unwrap()
}

pub(crate) async fn sliding_moves_last_use_and_idle_limit_and_nothing_else(store: impl Store) {
    let last_second = Session { idle_expires_at: NOW.plus(1), ..new_session(user_id()) };
    let session = stored(&store, last_second).await;
    assert_eq!(slide(&store, &session).await, Change::Done);
    let slid = Session { last_used_at: NOW, idle_expires_at: NOW.plus(1500), ..session.clone() };
    assert_eq!(store.find_session(session.user_id, session.id).await.unwrap().0, Some(slid));
}

pub(crate) async fn b6_sliding_never_brings_a_session_back(store: impl Store) {
    let new = || new_session(user_id());
    let idle = stored(&store, Session { idle_expires_at: NOW, ..new() }).await;
    let old = stored(&store, Session { absolute_expires_at: NOW, ..new() }).await;
    let ended = stored(&store, new()).await;
    store.end_session(&ending(&ended, EndCause::Logout)).await.unwrap();
    for session in [idle, old, ended] {
        let before = store.find_session(session.user_id, session.id).await.unwrap();
        assert_eq!(slide(&store, &session).await, Change::Stale);
        assert_eq!(store.find_session(session.user_id, session.id).await.unwrap(), before);
    }
    let absent = new();
    assert_eq!(slide(&store, &absent).await, Change::Stale);
    assert_eq!(store.find_session(absent.user_id, absent.id).await.unwrap().0, None);
}
