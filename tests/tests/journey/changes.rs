//! What happens to an account while its owner uses it elsewhere, done to the store as the operations do it.

use latchkey::{
    domain::{AttemptKey, Password, Proof, Random, Timestamp, User},
    passwords::Passwords,
    ports::{Account, Change, ChangePassword, DeleteUser, DisableUser, EpochChange, FindAccount, RaiseEpoch},
};
use latchkey_tests::{api::Person, store::Store, world::Settings};

/// The account as it is stored.
pub(crate) async fn stored(store: &Store, person: &Person) -> Account {
    let counter = AttemptKey::new("test", &person.email, 900, Timestamp::from_seconds(0));
    store.find_account(&person.email, &counter).await.unwrap().0.unwrap()
}

/// An administrator disables the account: the flag and the epoch move together.
pub(crate) async fn disable(store: &Store, person: &Person, now: Timestamp) {
    let user = stored(store, person).await.user;
    assert_eq!(store.disable_user(&change(&user, now)).await.unwrap(), Change::Done);
}

/// The owner changes the password: another hash, and the epoch moves.
pub(crate) async fn change_password(store: &Store, person: &Person, new_hash: &str, now: Timestamp) {
    let Account { user, password_hash, .. } = stored(store, person).await;
    let changed = store.change_password(&change(&user, now), &password_hash, new_hash).await.unwrap();
    assert_eq!(changed, Change::Done);
}

/// A hash as the functions make it.
pub(crate) fn hash(settings: &Settings, person: &Person, password: &str) -> String {
    let passwords = Passwords::new(settings.rings.pepper(), settings.work, settings.client_hashing);
    let proof = Proof::from(Password::parse(password).unwrap());
    let candidate = passwords.prepare(&proof, &person.email, "/client_hash").unwrap();
    passwords.hash(&candidate, Random::SYSTEM).unwrap()
}

/// The owner signs out everywhere, from elsewhere.
pub(crate) async fn sign_out_everywhere(store: &Store, person: &Person, now: Timestamp) -> Change {
    let user = stored(store, person).await.user;
    store.raise_epoch(&change(&user, now)).await.unwrap()
}

/// The owner deletes the account, from elsewhere.
pub(crate) async fn delete(store: &Store, person: &Person, now: Timestamp) {
    let user = stored(store, person).await.user;
    assert_eq!(store.delete_user(&user, &change(&user, now)).await.unwrap(), Change::Done);
}

fn change(user: &User, now: Timestamp) -> EpochChange {
    EpochChange {
        user_id: user.id,
        epoch: user.epoch,
        cause: latchkey::domain::EndCause::LogoutAll,
        now,
        feed_until: now.plus(3600),
    }
}
