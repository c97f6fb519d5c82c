//! Changing passwords.

use latchkey::ports::{Account, Change, EpochChange, NewUser};

use crate::{
    accounts::whole,
    changes::told_of,
    fixtures::{EPOCH, account, epoch_change, user_id},
    parallel::{count, in_parallel},
    store::{Store, line},
};

/// The account after its password was changed.
fn changed(new: &NewUser, hash: &str) -> Account {
    let mut account = whole(new);
    (account.user.epoch, account.password_epoch, account.password_hash) = (EPOCH + 1, EPOCH + 1, hash.to_owned());
    account
}

pub(crate) async fn a_changed_password_is_another_hash_and_the_next_epoch_and_tells_the_feed(store: impl Store) {
    let new = account(&store).await;
    let change = store.change_password(&epoch_change(&new.user), &new.password_hash, "$new").await;
    assert_eq!(change.unwrap(), Change::Done);
    assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(changed(&new, "$new")));
    let entry = told_of(&new.user);
    assert_eq!(store.told(&entry), [line(&entry)]);
}

pub(crate) async fn g3_a_password_is_changed_only_if_hash_and_epoch_are_those_that_were_verified(store: impl Store) {
    let new = account(&store).await;
    let right = epoch_change(&new.user);
    let nobody = EpochChange { user_id: user_id(), ..right };
    for (change, verified) in [
        (right, "$other"),
        (EpochChange { epoch: EPOCH - 1, ..right }, new.password_hash.as_str()),
        (EpochChange { epoch: EPOCH + 1, ..right }, new.password_hash.as_str()),
        (nobody, new.password_hash.as_str()),
    ] {
        assert_eq!(store.change_password(&change, verified, "$new").await.unwrap(), Change::Stale, "{change:?}");
    }
    assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(whole(&new)));
    assert_eq!(store.find_account_by_id(nobody.user_id).await.unwrap(), None);
    assert!(store.told(&told_of(&new.user)).is_empty());
}

pub(crate) async fn g3_of_a_change_and_a_rehash_the_first_wins(store: impl Store) {
    let new = account(&store).await;
    let change =
        async |verified: &str| store.change_password(&epoch_change(&new.user), verified, "$new").await.unwrap();
    let rehash =
        async |verified: &str, to: &str| store.replace_password_hash(new.user.id, EPOCH, verified, to).await.unwrap();
    assert_eq!(rehash(&new.password_hash, "$stronger").await, Change::Done);
    assert_eq!(change(&new.password_hash).await, Change::Stale);
    assert_eq!(change("$stronger").await, Change::Done);
    for verified in ["$stronger", "$new"] {
        assert_eq!(rehash(verified, "$old again").await, Change::Stale, "of the epoch that is over");
    }
    assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(changed(&new, "$new")));
}

pub(crate) async fn of_twenty_parallel_changes_of_a_password_one_happens(store: impl Store) {
    let new = account(&store).await;
    let outcomes = in_parallel(20, |number| {
        let (store, change, verified) = (store.clone(), epoch_change(&new.user), new.password_hash.clone());
        let hash = format!("$new {number}");
        async move { (store.change_password(&change, &verified, &hash).await.unwrap(), hash) }
    });
    let outcomes = outcomes.await;
    let (_, hash) = outcomes.iter().find(|(outcome, _)| *outcome == Change::Done).unwrap();
    assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(changed(&new, hash)));
    let outcomes: Vec<_> = outcomes.iter().map(|(outcome, _)| *outcome).collect();
    assert_eq!(count(&outcomes, &Change::Done), 1);
}
