//! What administrators do to accounts.

use latchkey::{
    domain::{User, Words},
    ports::{Account, Change, EpochChange, Grants},
};

use crate::{
    accounts::whole,
    changes::told_of,
    fixtures::{EPOCH, account, email, epoch_change, user_id},
    parallel::{count, in_parallel},
    store::{Store, line},
};

fn words<const N: usize>(texts: [&str; N]) -> Words {
    Words::parse(texts.map(str::to_owned).into()).unwrap()
}

pub(crate) async fn a_user_is_found_by_their_canonical_email_and_no_other(store: impl Store) {
    let user = account(&store).await.user;
    assert_eq!(store.find_user_by_email(&user.canonical_email).await.unwrap(), Some(user.clone()));
    assert_eq!(store.find_user_by_email(&user.email).await.unwrap(), None, "as it was written, not canonical");
    assert_eq!(store.find_user_by_email(&email()).await.unwrap(), None);
    store.delete_user(&user, &epoch_change(&user)).await.unwrap();
    assert_eq!(store.find_user_by_email(&user.canonical_email).await.unwrap(), None);
}

pub(crate) async fn words_of_one_kind_are_replaced_and_nothing_else_is(store: impl Store) {
    let new = account(&store).await;
    let mut expected = whole(&new);
    for grants in [
        Grants::Roles(words(["editor"])),
        Grants::Scopes(words(["notes:read", "notes:write"])),
        Grants::Scopes(words([])),
        Grants::Roles(words([])),
    ] {
        match &grants {
            Grants::Roles(words) => expected.user.roles = words.as_slice().to_vec(),
            Grants::Scopes(words) => expected.user.scopes = words.as_slice().to_vec(),
        }
        let given = store.set_grants(new.user.id, &grants).await.unwrap();
        assert_eq!(given.as_ref(), Some(&expected.user));
        assert_eq!(store.find_account_by_id(new.user.id).await.unwrap().as_ref(), Some(&expected));
    }
    assert!(store.told(&told_of(&new.user)).is_empty());
}

pub(crate) async fn nobody_is_made_by_giving_them_words_or_letting_them_in(store: impl Store) {
    let nobody = user_id();
    assert_eq!(store.set_grants(nobody, &Grants::Roles(words(["admin"]))).await.unwrap(), None);
    assert_eq!(store.set_grants(nobody, &Grants::Scopes(words(["all"]))).await.unwrap(), None);
    assert_eq!(store.enable_user(nobody).await.unwrap(), None);
    assert_eq!(store.find_user(nobody).await.unwrap(), None);
    assert!(!store.dump().contains(&nobody.to_string()));
}

pub(crate) async fn disabling_marks_the_user_raises_the_epoch_and_tells_the_feed(store: impl Store) {
    let new = account(&store).await;
    assert_eq!(store.disable_user(&epoch_change(&new.user)).await.unwrap(), Change::Done);
    let user = User { disabled: true, epoch: EPOCH + 1, ..new.user.clone() };
    let expected = Account { user, password_epoch: EPOCH + 1, ..whole(&new) };
    assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(expected));
    let entry = told_of(&new.user);
    assert_eq!(store.told(&entry), [line(&entry)]);
}

pub(crate) async fn g3_a_stale_epoch_disables_nobody_and_the_feed_hears_nothing(store: impl Store) {
    let new = account(&store).await;
    for epoch in [EPOCH - 1, EPOCH + 1] {
        let change = EpochChange { epoch, ..epoch_change(&new.user) };
        assert_eq!(store.disable_user(&change).await.unwrap(), Change::Stale);
    }
    assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(whole(&new)));
    let nobody = EpochChange { user_id: user_id(), ..epoch_change(&new.user) };
    assert_eq!(store.disable_user(&nobody).await.unwrap(), Change::Stale);
    assert_eq!(store.find_account_by_id(nobody.user_id).await.unwrap(), None);
    assert!(store.told(&told_of(&new.user)).is_empty());
}

pub(crate) async fn enabling_clears_the_mark_and_leaves_the_epoch(store: impl Store) {
    let new = account(&store).await;
    assert_eq!(store.enable_user(new.user.id).await.unwrap(), Some(new.user.clone()), "nothing to clear");
    store.disable_user(&epoch_change(&new.user)).await.unwrap();
    let user = User { epoch: EPOCH + 1, ..new.user.clone() };
    assert_eq!(store.enable_user(user.id).await.unwrap(), Some(user.clone()));
    let expected = Account { user, password_epoch: EPOCH + 1, ..whole(&new) };
    assert_eq!(store.find_account_by_id(new.user.id).await.unwrap(), Some(expected));
    assert_eq!(store.told(&told_of(&new.user)).len(), 1);
}

pub(crate) async fn of_twenty_parallel_disablings_one_happens_and_words_set_meanwhile_stay(store: impl Store) {
    let user = account(&store).await.user;
    let outcomes = in_parallel(20, |task| {
        let (store, user) = (store.clone(), user.clone());
        async move {
            if task == 10 {
                let given = store.set_grants(user.id, &Grants::Roles(words(["editor"]))).await.unwrap();
                assert_eq!(given.unwrap().roles, ["editor"]);
            }
            store.disable_user(&epoch_change(&user)).await.unwrap()
        }
    });
    assert_eq!(count(&outcomes.await, &Change::Done), 1);
    let found = store.find_user(user.id).await.unwrap().unwrap();
    assert_eq!((found.disabled, found.epoch, found.roles), (true, EPOCH + 1, vec!["editor".to_owned()]));
    assert_eq!(store.told(&told_of(&user)).len(), 1);
}

pub(crate) async fn g3_a_disabling_that_straddles_a_deletion_brings_nobody_back(store: impl Store) {
    let user = account(&store).await.user;
    store.delete_user(&user, &epoch_change(&user)).await.unwrap();
    assert_eq!(store.disable_user(&epoch_change(&user)).await.unwrap(), Change::Stale);
    assert_eq!(store.enable_user(user.id).await.unwrap(), None);
    assert_eq!(store.find_account_by_id(user.id).await.unwrap(), None);
    assert_eq!(store.told(&told_of(&user)).len(), 1, "of the deletion");
}
