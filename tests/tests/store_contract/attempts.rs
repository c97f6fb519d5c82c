//! Reserving attempts.

use latchkey::{
    domain::{Attempt, AttemptKey, AttemptLimits},
    ports::{Reservation, ReserveAttempt},
};

use crate::{
    fixtures::{NOW, email},
    parallel::{count, in_parallel},
    store::Store,
};

const LIMITS: AttemptLimits = AttemptLimits { per_account: 10, per_source: 25, window: 900 };

/// An attempt on an account nobody else tries, from a network nobody else is in.
fn attempt(limits: AttemptLimits) -> Attempt {
    Attempt::new(latchkey::domain::Purpose::Password, &email(), &email(), limits, NOW)
}

/// An attempt on another account from the same network.
fn elsewhere(attempt: &Attempt) -> Attempt {
    Attempt { account: self::attempt(attempt.limits).account, ..attempt.clone() }
}

async fn used(store: &impl Store, key: &AttemptKey) -> u32 {
    store.find_account(&email(), key).await.unwrap().1
}

async fn reserve(store: &impl ReserveAttempt, attempt: &Attempt, times: usize) {
    for _ in 0..times {
        assert_eq!(store.reserve_attempt(attempt).await.unwrap(), Reservation::Granted);
    }
}

pub(crate) async fn c9_two_hundred_parallel_attempts_on_one_account_never_exceed_its_limit(store: impl Store) {
    let attempt = attempt(LIMITS);
    let outcomes = in_parallel(200, |_| {
        let (store, attempt) = (store.clone(), attempt.clone());
        async move { store.reserve_attempt(&attempt).await.unwrap() }
    });
    assert_eq!(count(&outcomes.await, &Reservation::Granted), 10);
    assert_eq!(used(&store, &attempt.account).await, 10);
}

pub(crate) async fn attempts_on_many_accounts_never_exceed_the_limit_of_their_source(store: impl Store) {
    let attempt = attempt(LIMITS);
    let outcomes = in_parallel(200, |_| {
        let (store, attempt) = (store.clone(), elsewhere(&attempt));
        async move { store.reserve_attempt(&attempt).await.unwrap() }
    });
    assert_eq!(count(&outcomes.await, &Reservation::Granted), 25);
    assert_eq!(used(&store, &attempt.source).await, 25);
}

pub(crate) async fn a_refused_attempt_is_not_counted_anywhere(store: impl Store) {
    let attempt = attempt(LIMITS);
    reserve(&store, &attempt, 10).await;
    assert_eq!(store.reserve_attempt(&attempt).await.unwrap(), Reservation::Refused);
    assert_eq!(used(&store, &attempt.account).await, 10);
    assert_eq!(used(&store, &attempt.source).await, 10);
}

pub(crate) async fn a_cleared_counter_starts_over(store: impl Store) {
    let attempt = attempt(LIMITS);
    reserve(&store, &attempt, 10).await;
    store.clear_attempts(&attempt.account).await.unwrap();
    assert_eq!(used(&store, &attempt.account).await, 0);
    assert_eq!(used(&store, &attempt.source).await, 10);
    reserve(&store, &attempt, 1).await;
    store.clear_attempts(&elsewhere(&attempt).account).await.unwrap();
}

pub(crate) async fn a_counter_starts_over_with_its_window(store: impl Store) {
    let (account, network) = (email(), email());
    let at = |now| Attempt::new(latchkey::domain::Purpose::Password, &account, &network, LIMITS, now);
    let last = at(NOW).window_end().minus(1);
    reserve(&store, &at(last), 10).await;
    assert_eq!(store.reserve_attempt(&at(last)).await.unwrap(), Reservation::Refused);
    reserve(&store, &at(last.plus(1)), 10).await;
}

pub(crate) async fn a_limit_of_zero_grants_nothing(store: impl Store) {
    for limits in [AttemptLimits { per_account: 0, ..LIMITS }, AttemptLimits { per_source: 0, ..LIMITS }] {
        assert_eq!(store.reserve_attempt(&attempt(limits)).await.unwrap(), Reservation::Refused);
    }
}
