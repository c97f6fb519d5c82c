//! Listing sessions.

use latchkey::{
    domain::{EndCause, Session, SessionId, UserId},
    ports::SessionPage,
};

use crate::{
    fixtures::{NOW, ending, new_session, stored, user_id},
    parallel::in_parallel,
    store::Store,
};

/// All pages, from the first on.
async fn pages(store: &impl Store, user_id: UserId) -> Vec<SessionPage> {
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = store.list_sessions(user_id, after, NOW).await.unwrap();
        after = page.next;
        pages.push(page);
        if after.is_none() {
            return pages;
        }
    }
}

pub(crate) async fn pages_hold_every_live_session_once_in_order(store: impl Store) {
    let user_id = user_id();
    let mut made: Vec<SessionId> = in_parallel(120, |_| {
        let store = store.clone();
        async move { stored(&store, new_session(user_id)).await.id }
    })
    .await;
    made.sort();
    let pages = pages(&store, user_id).await;
    assert!(pages.len() > 1 && pages.iter().all(|page| page.sessions.len() <= 50));
    let listed: Vec<_> = pages.iter().flat_map(|page| &page.sessions).map(|session| session.id).collect();
    assert_eq!(listed, made);
}

pub(crate) async fn ended_and_expired_sessions_are_left_out(store: impl Store) {
    let user_id = user_id();
    let new = || new_session(user_id);
    let last_second = stored(&store, Session { idle_expires_at: NOW.plus(1), ..new() }).await;
    stored(&store, Session { idle_expires_at: NOW, ..new() }).await;
    stored(&store, Session { absolute_expires_at: NOW, ..new() }).await;
    let ended = stored(&store, new()).await;
    store.end_session(&ending(&ended, EndCause::Logout)).await.unwrap();
    let page = store.list_sessions(user_id, None, NOW).await.unwrap();
    assert_eq!(page, SessionPage { sessions: vec![last_second], next: None });
}

pub(crate) async fn sessions_of_others_are_not_listed(store: impl Store) {
    let user_id = user_id();
    stored(&store, new_session(crate::fixtures::user_id())).await;
    assert_eq!(store.list_sessions(user_id, None, NOW).await.unwrap(), SessionPage { sessions: vec![], next: None });
    let ours = stored(&store, new_session(user_id)).await;
    assert_eq!(store.list_sessions(user_id, None, NOW).await.unwrap().sessions, [ours]);
}
