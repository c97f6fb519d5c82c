//! Reading the revocation feed.

use latchkey::{
    domain::{
        EndCause, FeedEntry, Session, Timestamp,
        feed::{TOLD_SECONDS, bucket, forgotten_at},
    },
    ports::{Change, Ending, EpochChange},
};

use crate::{
    fixtures::{NOW, account, ending, epoch_change, new_session, session, stored, user_id},
    store::Store,
};

/// An entry as it is read: it matters for as long as anything in its bucket.
fn as_read(entry: FeedEntry) -> FeedEntry {
    FeedEntry { until: forgotten_at(entry.bucket), ..entry }
}

/// Ends a session at a moment, and says what the feed should tell of it.
async fn ended(store: &impl Store, at: Timestamp) -> FeedEntry {
    let session = stored(store, Session { idle_expires_at: at.plus(1000), ..new_session(user_id()) }).await;
    let mut ending = ending(&session, EndCause::Logout);
    let until = at.plus(TOLD_SECONDS);
    (ending.ended.at, ending.feed_until) = (at, Some(until));
    assert_eq!(store.end_session(&ending).await.unwrap(), Change::Done);
    as_read(FeedEntry::session(session.id, at, until))
}

async fn read(store: &impl Store, after: u64, now: Timestamp) -> Vec<FeedEntry> {
    let mut entries = store.read_feed(after, now).await.unwrap();
    entries.sort_unstable_by_key(|entry| (entry.bucket, entry.digest));
    entries
}

pub(crate) async fn what_has_ended_is_told_after_its_bucket_and_as_long_as_it_matters(store: impl Store) {
    let entry = ended(&store, NOW).await;
    let told = bucket(NOW);
    let last = forgotten_at(told).minus(1);
    assert_eq!(last, NOW.plus(9 + TOLD_SECONDS));
    for (after, now) in [(0, NOW), (told - 1, NOW), (told - 1, last)] {
        assert_eq!(read(&store, after, now).await, std::slice::from_ref(&entry), "after {after} at {now:?}");
    }
    for (after, now) in [(told, NOW), (told - 1, last.plus(1)), (0, NOW.plus(100_000)), (u64::MAX, NOW)] {
        assert_eq!(read(&store, after, now).await, [], "after {after} at {now:?}");
    }
}

pub(crate) async fn what_ended_over_two_hours_is_read_whole(store: impl Store) {
    let mut entries = Vec::new();
    for minutes in 0..120 {
        entries.push(ended(&store, NOW.minus(minutes * 60)).await);
    }
    entries.retain(|entry| entry.until > NOW);
    entries.sort_unstable_by_key(|entry| (entry.bucket, entry.digest));
    assert_eq!(entries.len(), 61);
    assert_eq!(read(&store, 0, NOW).await, entries);
    let middle = bucket(NOW.minus(1800));
    entries.retain(|entry| entry.bucket > middle);
    assert_eq!(read(&store, middle, NOW).await, entries);
}

pub(crate) async fn every_verb_that_ends_something_is_read_from_the_feed(store: impl Store) {
    let (raised, deleted) = (account(&store).await.user, account(&store).await.user);
    let changed = account(&store).await;
    let ended = session(&store).await;
    store.raise_epoch(&epoch_change(&raised)).await.unwrap();
    store.delete_user(&deleted, &epoch_change(&deleted)).await.unwrap();
    store.change_password(&epoch_change(&changed.user), &changed.password_hash, "$new").await.unwrap();
    let EpochChange { feed_until, .. } = epoch_change(&raised);
    store.end_session(&ending(&ended, EndCause::ReuseDetected)).await.unwrap();
    let mut expected = [
        FeedEntry::user(raised.id, raised.epoch + 1, NOW, feed_until),
        FeedEntry::user(deleted.id, deleted.epoch + 1, NOW, feed_until),
        FeedEntry::user(changed.user.id, changed.user.epoch + 1, NOW, feed_until),
        FeedEntry::session(ended.id, NOW, feed_until),
    ]
    .map(as_read);
    expected.sort_unstable_by_key(|entry| (entry.bucket, entry.digest));
    assert_eq!(read(&store, 0, NOW).await, expected);
}

pub(crate) async fn a_session_that_the_feed_speaks_of_already_is_ended_without_another_entry(store: impl Store) {
    let session = session(&store).await;
    let over = Ending { feed_until: None, ..ending(&session, EndCause::LogoutAll) };
    assert_eq!(store.end_session(&over).await.unwrap(), Change::Done);
    assert_eq!(store.end_session(&ending(&session, EndCause::Logout)).await.unwrap(), Change::Stale, "once");
    let (found, _) = store.find_session(session.user_id, session.id).await.unwrap();
    assert_eq!(found.unwrap().ended, Some(over.ended));
    assert_eq!(read(&store, 0, NOW).await, []);
}
