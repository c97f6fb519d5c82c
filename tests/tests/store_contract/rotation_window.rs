//! The rotations a session remembers, by which a straggler is told from a thief.

use latchkey::{
    domain::{Session, Timestamp},
    ports::{Rotated, Rotation},
};

use crate::{
    fixtures::{NOW, rotation, session},
    store::Store,
};

/// The grace of these rules, in seconds.
const GRACE: u64 = 30;

/// A rotation of `session` at `now`, under the rule that nothing younger than the grace is forgotten.
fn rotation_at(session: &Session, now: Timestamp) -> Rotation {
    Rotation { now, oldest_rotation_before: now.minus(GRACE), ..rotation(session) }
}

async fn rotated(store: &impl Store, session: &Session, now: Timestamp) -> Session {
    match store.rotate_session(&rotation_at(session, now)).await.unwrap() {
        Rotated::Rotated(session) => session,
        Rotated::Refused(found) => panic!("refused at {now:?}: {found:?}"),
    }
}

pub(crate) async fn the_last_four_rotations_are_remembered_newest_first(store: impl Store) {
    let mut session = session(&store).await;
    for hour in 0..6 {
        session = rotated(&store, &session, NOW.plus(hour * 100)).await;
    }
    assert_eq!(session.generation, 7);
    assert_eq!(session.rotated_at, [500, 400, 300, 200].map(|seconds| NOW.plus(seconds)));
    assert_eq!(session.superseded_at(6), Some(NOW.plus(500)));
    assert_eq!(session.superseded_at(3), Some(NOW.plus(200)));
    assert_eq!(session.superseded_at(2), None);
}

pub(crate) async fn a_fifth_rotation_within_the_grace_is_refused(store: impl Store) {
    let mut session = session(&store).await;
    for second in 0..4 {
        session = rotated(&store, &session, NOW.plus(second)).await;
    }
    let too_soon = rotation_at(&session, NOW.plus(GRACE - 1));
    assert_eq!(store.rotate_session(&too_soon).await.unwrap(), Rotated::Refused(Some(session.clone())));
    assert_eq!(rotated(&store, &session, NOW.plus(GRACE)).await.generation, 6);
}

pub(crate) async fn b5_rotations_in_one_frozen_second_and_a_clock_stepped_back_are_remembered(store: impl Store) {
    let session = session(&store).await;
    let first = rotated(&store, &session, NOW).await;
    let second = rotated(&store, &first, NOW).await;
    let third = rotated(&store, &second, NOW.minus(20)).await;
    assert_eq!(third.generation, 4);
    assert_eq!(third.rotated_at, [NOW.minus(20), NOW, NOW, Timestamp::from_seconds(0)]);
}
