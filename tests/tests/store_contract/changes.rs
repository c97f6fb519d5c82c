//! Changing accounts.

use latchkey::{
    domain::{FeedEntry, User},
    ports::Change,
};

use crate::{
    accounts::whole,
    fixtures::{EPOCH, NOW, account, epoch_change, user_id},
    parallel::{count, in_parallel},
    store::{Store, line},
};

pub(crate) fn told_of(user: &User) -> FeedEntry {
    FeedEntry::user(user.id, user.epoch + 1, NOW, NOW.plus(900))
}

pub(crate) async fn a_name_is_set_and_removed(store: impl Store) {
    let mut user = account(&store).await.user;
    for name in [Some("Countess of Lovelace"), None, None, Some("Ada")] {
        assert_eq!(store.rename_user(user.id, EPOCH, name).await.unwrap(), Change::Done);
        user.name = name.map(str::to_owned);
        assert_eq!(store.find_user(user.id).await.unwrap().as_ref(), Some(&user));
    }
}

pub(crate) async fn a_name_is_not_set_once_the_epoch_has_moved(store: impl Store) {
    let user = account(&store).await.user;
    for epoch in [EPOCH - 1, EPOCH + 1] {
        assert_eq!(store.rename_user(user.id, epoch, Some("Mallory")).await.unwrap(), Change::Stale);
        assert_eq!(store.rename_user(user.id, epoch, None).await.unwrap(), Change::Stale);
    }
    assert_eq!(store.find_user(user.id).await.unwrap().as_ref(), Some(&user));
    let nobody = user_id();
    assert_eq!(store.rename_user(nobody, EPOCH, Some("Mallory")).await.unwrap(), Change::Stale);
    assert_eq!(store.find_user(nobody).await.unwrap(), None);
}

pub(crate) async fn a_hash_is_replaced_only_if_it_is_the_one_that_was_verified(store: impl Store) {
    let mut new = account(&store).await;
    let replace = |verified: String, to: &'static str| {
        let (store, id) = (store.clone(), new.user.id);
        async move { store.replace_password_hash(id, EPOCH, &verified, to).await.unwrap() }
    };
    assert_eq!(replace("$other".to_owned(), "$stronger").await, Change::Stale);
    assert_eq!(replace(new.password_hash.clone(), "$stronger").await, Change::Done);
    assert_eq!(replace(new.password_hash.clone(), "$strongest").await, Change::Stale);
    new.password_hash = "$stronger".to_owned();
    assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(whole(&new)));
}

pub(crate) async fn g3_a_rehash_that_straddles_a_change_is_refused(store: impl Store) {
    let new = account(&store).await;
    store.raise_epoch(&epoch_change(&new.user)).await.unwrap();
    let rehash = store.replace_password_hash(new.user.id, EPOCH, &new.password_hash, "$stronger");
    assert_eq!(rehash.await.unwrap(), Change::Stale);
    let found = store.find_account_by_id(new.user.id).await.unwrap().unwrap();
    assert_eq!(found.password_hash, new.password_hash);
}

pub(crate) async fn raising_the_epoch_moves_profile_and_password_and_tells_the_feed(store: impl Store) {
    let new = account(&store).await;
    assert_eq!(store.raise_epoch(&epoch_change(&new.user)).await.unwrap(), Change::Done);
    let found = store.find_account_by_id(new.user.id).await.unwrap().unwrap();
    assert_eq!((found.user.epoch, found.password_epoch), (EPOCH + 1, EPOCH + 1));
    let entry = told_of(&new.user);
    assert_eq!(store.told(&entry), [line(&entry)]);
}

pub(crate) async fn a_stale_epoch_is_not_raised_and_the_feed_hears_nothing(store: impl Store) {
    let new = account(&store).await;
    for epoch in [EPOCH - 1, EPOCH + 1] {
        let change = latchkey::ports::EpochChange { epoch, ..epoch_change(&new.user) };
        assert_eq!(store.raise_epoch(&change).await.unwrap(), Change::Stale);
    }
    assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(whole(&new)));
    let nobody = latchkey::ports::EpochChange { user_id: user_id(), ..epoch_change(&new.user) };
    assert_eq!(store.raise_epoch(&nobody).await.unwrap(), Change::Stale);
    assert_eq!(store.find_account_by_id(nobody.user_id).await.unwrap(), None);
    assert!(store.told(&told_of(&new.user)).is_empty());
}

pub(crate) async fn of_twenty_parallel_raises_one_happens(store: impl Store) {
    let user = account(&store).await.user;
    let outcomes = in_parallel(20, |_| {
        let (store, change) = (store.clone(), epoch_change(&user));
        async move { store.raise_epoch(&change).await.unwrap() }
    });
    assert_eq!(count(&outcomes.await, &Change::Done), 1);
    assert_eq!(store.find_user(user.id).await.unwrap().unwrap().epoch, EPOCH + 1);
}
