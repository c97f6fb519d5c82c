//! Ending sessions.

use latchkey::{
    domain::{EndCause, Ended, FeedEntry, Session},
    ports::{Change, Ending, Rotated},
};

use crate::{
    fixtures::{NOW, ending, new_session, rotation, session, stored, user_id},
    parallel::{count, in_parallel},
    store::{Store, line},
};

fn told_of(session: &Session) -> FeedEntry {
    FeedEntry::session(session.id, NOW, NOW.plus(900))
}

pub(crate) async fn a_session_ends_once_and_keeps_its_first_cause(store: impl Store) {
    let session = session(&store).await;
    assert_eq!(store.end_session(&ending(&session, EndCause::ReuseDetected)).await.unwrap(), Change::Done);
    let mut later = ending(&session, EndCause::Logout);
    later.ended.at = NOW.plus(100);
    assert_eq!(store.end_session(&later).await.unwrap(), Change::Stale);
    let found = store.find_session(session.user_id, session.id).await.unwrap().0.unwrap();
    assert_eq!(found.ended, Some(Ended { cause: EndCause::ReuseDetected, at: NOW }));
    assert_eq!(store.told(&told_of(&session)).len(), 1);
}

pub(crate) async fn of_twenty_parallel_endings_one_happens(store: impl Store) {
    let session = session(&store).await;
    let outcomes = in_parallel(20, |_| {
        let (store, ending) = (store.clone(), ending(&session, EndCause::Logout));
        async move { store.end_session(&ending).await.unwrap() }
    });
    assert_eq!(count(&outcomes.await, &Change::Done), 1);
    assert_eq!(store.told(&told_of(&session)).len(), 1);
}

pub(crate) async fn an_ending_leaves_a_tombstone_and_tells_the_feed(store: impl Store) {
    for cause in [EndCause::Logout, EndCause::LogoutAll, EndCause::RevokedByAdmin, EndCause::Absolute] {
        let session = session(&store).await;
        assert_eq!(store.end_session(&ending(&session, cause)).await.unwrap(), Change::Done);
        let tombstone = Session { ended: Some(Ended { cause, at: NOW }), ..session.clone() };
        assert_eq!(store.find_session(session.user_id, session.id).await.unwrap().0, Some(tombstone));
        let entry = told_of(&session);
        assert_eq!(store.told(&entry), [line(&entry)]);
    }
}

pub(crate) async fn a_session_that_is_not_there_cannot_end_and_the_feed_hears_nothing(store: impl Store) {
    let absent = new_session(user_id());
    assert_eq!(store.end_session(&ending(&absent, EndCause::Logout)).await.unwrap(), Change::Stale);
    assert_eq!(store.find_session(absent.user_id, absent.id).await.unwrap().0, None);
    assert!(store.told(&told_of(&absent)).is_empty());
}

pub(crate) async fn an_expired_session_can_still_be_ended(store: impl Store) {
    let expired = Session { idle_expires_at: NOW.minus(1), ..new_session(user_id()) };
    let session = stored(&store, expired).await;
    assert_eq!(store.end_session(&ending(&session, EndCause::Idle)).await.unwrap(), Change::Done);
}

pub(crate) async fn b4_rotations_against_an_ending_leave_nothing_alive(store: impl Store) {
    let session = session(&store).await;
    let outcomes = in_parallel(50, |task| {
        let (store, session) = (store.clone(), session.clone());
        async move {
            if task == 25 {
                assert_eq!(store.end_session(&ending(&session, EndCause::Logout)).await.unwrap(), Change::Done);
            }
            matches!(store.rotate_session(&rotation(&session)).await.unwrap(), Rotated::Rotated(_))
        }
    });
    assert!(count(&outcomes.await, &true) <= 1);
    let Some(found) = store.find_session(session.user_id, session.id).await.unwrap().0 else {
        panic!("the tombstone is gone");
    };
    assert!(!found.is_live(NOW));
    let Ending { ended, .. } = ending(&session, EndCause::Logout);
    assert_eq!(found.ended, Some(ended));
    assert!(matches!(store.rotate_session(&rotation(&found)).await.unwrap(), Rotated::Refused(Some(_))));
}
