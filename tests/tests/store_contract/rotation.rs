//! Rotating sessions.

use latchkey::{
    domain::{EndCause, Ended, SeedHash, Session, Timestamp},
    ports::{Rotated, Rotation},
};

use crate::{
    fixtures::{EPOCH, NOW, ending, new_session, random, rotation, session, stored, user_id},
    parallel::in_parallel,
    store::Store,
};

pub(crate) async fn a_rotation_moves_generation_use_and_idle_limit_and_nothing_else(store: impl Store) {
    let session = session(&store).await;
    let zero = Timestamp::from_seconds(0);
    let rotated = Session {
        generation: 2,
        rotated_at: [NOW, zero, zero, zero],
        last_used_at: NOW,
        idle_expires_at: NOW.plus(1500),
        ..session.clone()
    };
    assert_eq!(store.rotate_session(&rotation(&session)).await.unwrap(), Rotated::Rotated(rotated.clone()));
    assert_eq!(store.find_session(session.user_id, session.id).await.unwrap().0, Some(rotated));
}

pub(crate) async fn b1_of_fifty_parallel_rotations_one_happens_and_the_others_see_it(store: impl Store) {
    let session = session(&store).await;
    let outcomes = in_parallel(50, |_| {
        let (store, rotation) = (store.clone(), rotation(&session));
        async move { store.rotate_session(&rotation).await.unwrap() }
    });
    let mut happened = 0;
    for outcome in outcomes.await {
        let found = match outcome {
            Rotated::Rotated(session) => {
                happened += 1;
                session
            }
            Rotated::Refused(found) => found.unwrap(),
        };
        assert_eq!((found.generation, found.superseded_at(1)), (2, Some(NOW)));
    }
    assert_eq!(happened, 1);
}

/// `rotation` of a stored `session` is refused, finds it as it is, and leaves it so.
async fn refused(store: &impl Store, session: &Session, rotation: Rotation) {
    assert_eq!(store.rotate_session(&rotation).await.unwrap(), Rotated::Refused(Some(session.clone())));
    assert_eq!(store.find_session(session.user_id, session.id).await.unwrap().0.as_ref(), Some(session));
}

pub(crate) async fn another_generation_is_refused(store: impl Store) {
    let session = stored(&store, Session { generation: 5, ..new_session(user_id()) }).await;
    for generation in [0, 1, 4, 6, u32::MAX] {
        refused(&store, &session, Rotation { generation, ..rotation(&session) }).await;
    }
}

pub(crate) async fn another_seed_is_refused(store: impl Store) {
    let session = session(&store).await;
    refused(&store, &session, Rotation { seed_hash: SeedHash(random()), ..rotation(&session) }).await;
}

pub(crate) async fn another_epoch_is_refused(store: impl Store) {
    let session = session(&store).await;
    for epoch in [EPOCH - 1, EPOCH + 1] {
        refused(&store, &session, Rotation { epoch, ..rotation(&session) }).await;
    }
}

pub(crate) async fn b6_a_session_is_rotated_until_a_second_before_its_idle_limit(store: impl Store) {
    let new = || Session { idle_expires_at: NOW, absolute_expires_at: NOW.plus(2000), ..new_session(user_id()) };
    let expired = stored(&store, new()).await;
    refused(&store, &expired, rotation(&expired)).await;
    let live = stored(&store, new()).await;
    let in_time = Rotation { now: NOW.minus(1), ..rotation(&live) };
    assert!(matches!(store.rotate_session(&in_time).await.unwrap(), Rotated::Rotated(_)));
}

pub(crate) async fn b7_a_session_is_rotated_until_a_second_before_its_absolute_limit(store: impl Store) {
    let new = || Session { idle_expires_at: NOW.plus(1000), absolute_expires_at: NOW, ..new_session(user_id()) };
    let expired = stored(&store, new()).await;
    refused(&store, &expired, rotation(&expired)).await;
    let live = stored(&store, new()).await;
    let in_time = Rotation { now: NOW.minus(1), ..rotation(&live) };
    let Rotated::Rotated(rotated) = store.rotate_session(&in_time).await.unwrap() else {
        panic!("refused a second before the limit");
    };
    assert_eq!(rotated.absolute_expires_at, NOW);
}

pub(crate) async fn an_ended_session_is_refused(store: impl Store) {
    let session = session(&store).await;
    store.end_session(&ending(&session, EndCause::PasswordChanged)).await.unwrap();
    let tombstone = Session { ended: Some(Ended { cause: EndCause::PasswordChanged, at: NOW }), ..session };
    refused(&store, &tombstone, rotation(&tombstone)).await;
}

pub(crate) async fn a_session_that_is_not_there_is_refused(store: impl Store) {
    let absent = new_session(user_id());
    assert_eq!(store.rotate_session(&rotation(&absent)).await.unwrap(), Rotated::Refused(None));
    assert_eq!(store.find_session(absent.user_id, absent.id).await.unwrap(), (None, None));
}
