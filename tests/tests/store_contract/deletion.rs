//! Deleting accounts.

use latchkey::{
    domain::User,
    ports::{Change, EpochChange},
};

use crate::{
    accounts::{counter, whole},
    changes::told_of,
    fixtures::{EPOCH, account, epoch_change, new_session, new_user, stored},
    store::{Store, line},
};

pub(crate) async fn a_deleted_account_is_gone_whole_and_its_email_is_free(store: impl Store) {
    let user = account(&store).await.user;
    assert_eq!(store.delete_user(&user, &epoch_change(&user)).await.unwrap(), Change::Done);
    assert_eq!(store.find_account(&user.canonical_email, &counter()).await.unwrap().0, None);
    assert_eq!(store.find_account_by_id(user.id).await.unwrap(), None);
    assert_eq!(store.find_user(user.id).await.unwrap(), None);
    let entry = told_of(&user);
    assert_eq!(store.told(&entry), [line(&entry)]);
    assert!(!store.dump().contains(&user.canonical_email));
    assert_eq!(store.delete_user(&user, &epoch_change(&user)).await.unwrap(), Change::Stale);

    let next = new_user(&user.canonical_email);
    store.create_user(&next).await.unwrap();
    assert_eq!(store.find_account(&user.canonical_email, &counter()).await.unwrap().0, Some(whole(&next)));
}

pub(crate) async fn g3_a_deletion_that_straddles_a_change_is_refused_whole(store: impl Store) {
    let new = account(&store).await;
    for epoch in [EPOCH - 1, EPOCH + 1] {
        let change = EpochChange { epoch, ..epoch_change(&new.user) };
        assert_eq!(store.delete_user(&new.user, &change).await.unwrap(), Change::Stale);
    }
    assert_eq!(store.find_account(&new.user.canonical_email, &counter()).await.unwrap().0, Some(whole(&new)));
    assert!(store.told(&told_of(&new.user)).is_empty());
}

pub(crate) async fn an_account_is_not_deleted_with_the_email_of_another(store: impl Store) {
    let [ours, other] = [account(&store).await, account(&store).await];
    let confused = User { canonical_email: other.user.canonical_email.clone(), ..ours.user.clone() };
    assert_eq!(store.delete_user(&confused, &epoch_change(&confused)).await.unwrap(), Change::Stale);
    for new in [ours, other] {
        assert_eq!(store.find_account(&new.user.canonical_email, &counter()).await.unwrap().0, Some(whole(&new)));
    }
}

pub(crate) async fn sessions_of_a_deleted_account_have_no_user(store: impl Store) {
    let user = account(&store).await.user;
    let session = stored(&store, new_session(user.id)).await;
    store.delete_user(&user, &epoch_change(&user)).await.unwrap();
    assert_eq!(store.find_session(user.id, session.id).await.unwrap(), (Some(session), None));
}
