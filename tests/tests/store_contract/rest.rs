//! Public keys, and what nobody may learn from the tables.

use latchkey::{
    domain::{Attempt, AttemptLimits, EndCause, Session},
    ports::Published,
    tokens::sealed::Seed,
};

use crate::{
    fixtures::{NOW, account, email, ending, epoch_change, new_session, random, rotation, stored, user_id},
    store::Store,
};

pub(crate) async fn published_keys_are_read_back_and_replaced(store: impl Store) {
    // Far from whatever was published in these tables before.
    let first = NOW.seconds();
    let later = [(r#"{"keys":[]}"#, first), (r#"{"keys":[{"kty":"RSA"}]}"#, first), (r#"{"keys":[{}]}"#, first + 1)];
    for (document, revision) in later {
        assert_eq!(store.publish_keys(document, revision).await.unwrap(), Published::Anew);
        assert_eq!(store.publish_keys(document, revision).await.unwrap(), Published::Again);
        assert_eq!(store.find_published_keys().await.unwrap().as_deref(), Some(document));
    }
    assert_eq!(store.publish_keys("{}", first).await.unwrap(), Published::Stale, "somebody slow undoes no rotation");
    assert_eq!(store.find_published_keys().await.unwrap().as_deref(), Some(r#"{"keys":[{}]}"#));
}

pub(crate) async fn b13_a_dump_of_the_tables_holds_no_seed(store: impl Store) {
    let bytes = random::<16>();
    let user = account(&store).await.user;
    let session = Session { seed_hash: Seed::from_random(bytes).hash(), ..new_session(user.id) };
    let session = stored(&store, session).await;
    store.rotate_session(&rotation(&session)).await.unwrap();
    store.end_session(&ending(&session, EndCause::Logout)).await.unwrap();
    let dump = store.dump();
    assert!(dump.contains(&session.id.to_string()), "the dump shows nothing at all");
    for spelling in spellings(&bytes) {
        assert!(!dump.contains(&spelling), "the dump shows the seed as {spelling}");
    }
}

/// What a careless column would hold.
fn spellings(bytes: &[u8; 16]) -> [String; 4] {
    let base64 = base64(bytes);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [format!("{bytes:?}"), hex, base64.replace('+', "-").replace('/', "_"), base64]
}

/// Base64 without padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let groups = bits.as_bytes().chunks(6).map(|group| {
        let value = group.iter().fold(0, |value, bit| value << 1 | usize::from(bit - b'0'));
        value << (6 - group.len())
    });
    groups.map(|value| char::from(ALPHABET[value])).collect()
}

pub(crate) async fn counters_and_feed_name_nobody(store: impl Store) {
    let stranger = email();
    let attempt =
        Attempt::new(latchkey::domain::Purpose::Password, &stranger, "203.0.113.77", AttemptLimits::default(), NOW);
    store.reserve_attempt(&attempt).await.unwrap();
    let dump = store.dump();
    assert!(dump.contains(attempt.account.as_str()), "the dump shows nothing at all");
    assert!(!dump.contains(&stranger) && !dump.contains("203.0.113.77"));

    let user = account(&store).await.user;
    let session = stored(&store, new_session(user_id())).await;
    store.end_session(&ending(&session, EndCause::Logout)).await.unwrap();
    store.raise_epoch(&epoch_change(&user)).await.unwrap();
    let feed = store.feed().concat();
    assert!(!feed.contains(&session.id.to_string()) && !feed.contains(&user.id.to_string()));
}
