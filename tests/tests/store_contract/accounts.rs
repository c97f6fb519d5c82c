//! Making and finding accounts.

use latchkey::{
    domain::AttemptKey,
    ports::{Account, Creation, NewUser},
};

use crate::{
    fixtures::{NOW, account, email, new_user, user_id},
    parallel::{count, in_parallel},
    store::Store,
};

pub(crate) fn counter() -> AttemptKey {
    AttemptKey::new("account", &email(), 900, NOW)
}

pub(crate) fn whole(new: &NewUser) -> Account {
    Account { user: new.user.clone(), password_hash: new.password_hash.clone(), password_epoch: new.user.epoch }
}

pub(crate) async fn an_account_is_found_whole_by_email_and_by_id(store: impl Store) {
    let mut nameless = new_user(&email());
    nameless.user.name = None;
    nameless.user.roles = Vec::new();
    nameless.user.disabled = true;
    store.create_user(&nameless).await.unwrap();
    for new in [account(&store).await, nameless] {
        let by_email = store.find_account(&new.user.canonical_email, &counter()).await.unwrap();
        assert_eq!(by_email, (Some(whole(&new)), 0));
        assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(whole(&new)));
        assert_eq!(store.find_user(new.user.id).await.unwrap(), Some(new.user));
    }
}

pub(crate) async fn nobody_is_found_where_nobody_is(store: impl Store) {
    assert_eq!(store.find_account(&email(), &counter()).await.unwrap(), (None, 0));
    assert_eq!(store.find_account_by_id(user_id()).await.unwrap(), None);
    assert_eq!(store.find_user(user_id()).await.unwrap(), None);
}

pub(crate) async fn a_taken_email_is_refused_and_changes_nothing(store: impl Store) {
    let first = account(&store).await;
    let second = new_user(&first.user.canonical_email);
    assert_eq!(store.create_user(&second).await.unwrap(), Creation::EmailTaken);
    assert_eq!(store.find_account_by_id(second.user.id).await.unwrap(), None);
    assert_eq!(store.find_account_by_id(first.user.id).await.unwrap(), Some(whole(&first)));
}

pub(crate) async fn c6_twenty_parallel_registrations_of_one_email_make_one_whole_account(store: impl Store) {
    let email = email();
    let outcomes = in_parallel(20, |_| {
        let (store, new) = (store.clone(), new_user(&email));
        async move { (store.create_user(&new).await.unwrap(), new) }
    });
    let (created, refused): (Vec<_>, Vec<_>) =
        outcomes.await.into_iter().partition(|(outcome, _)| *outcome == Creation::Created);
    let [(_, winner)] = created.as_slice() else {
        panic!("{} accounts were created", created.len());
    };
    assert_eq!(store.find_account(&email, &counter()).await.unwrap().0, Some(whole(winner)));
    for (_, loser) in &refused {
        assert_eq!(store.find_account_by_id(loser.user.id).await.unwrap(), None);
    }
    let outcomes: Vec<_> = refused.iter().map(|(outcome, _)| *outcome).collect();
    assert_eq!(count(&outcomes, &Creation::EmailTaken), 19);
}
