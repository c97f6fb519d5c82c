//! Everything that makes credentials worthless: each change and its entry in the revocation feed are one transaction. What
//! the feed tells already is a write of its own.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem, Update, builders::UpdateBuilder};

use super::{
    DynamoDb,
    conditions::{MARKER_IS_OURS, NOT_ENDED, PRESENT, SAME_EPOCH, SAME_HASH, all},
    failure,
    item::{number, text, time},
    keys::Key,
    session_item::END,
    transaction::{Part, Transacted},
};
use crate::{
    domain::{FeedEntry, User, UserId},
    ports::{Change, ChangePassword, DeleteUser, DisableUser, EndSession, Ending, EpochChange, RaiseEpoch, Stored},
};

impl EndSession for DynamoDb {
    async fn end_session(&self, ending: &Ending) -> Stored<Change> {
        let Ending { user_id, session_id, ended, feed_until } = *ending;
        let condition = all(&[PRESENT, NOT_ENDED]);
        let (at, cause) = (time(ended.at), text(ended.cause.as_str()));
        let Some(until) = feed_until else {
            let tombstone = self.update(&self.tables.sessions, Key::session(user_id, session_id));
            let tombstone = tombstone.condition_expression(condition).update_expression(END);
            let tombstone = tombstone
                .expression_attribute_values(":ended_at", at)
                .expression_attribute_values(":ended_cause", cause);
            return self.send_update("end session", tombstone).await.map(Change::from);
        };
        let tombstone = Update::builder()
            .table_name(&self.tables.sessions)
            .set_key(Some(Key::session(user_id, session_id).attributes()))
            .condition_expression(condition)
            .update_expression(END)
            .expression_attribute_values(":ended_at", at)
            .expression_attribute_values(":ended_cause", cause)
            .build();
        let tombstone = tombstone.map(Part::part).map_err(|error| failure::unexpected("ending", error))?;
        let entry = FeedEntry::session(session_id, ended.at, until);
        self.transact([tombstone, self.tell_feed(&entry)?]).await.map(Change::from)
    }
}

impl RaiseEpoch for DynamoDb {
    async fn raise_epoch(&self, change: &EpochChange) -> Stored<Change> {
        self.raise_both(change, self.raise(Key::profile, change), self.raise(Key::password, change)).await
    }
}

impl ChangePassword for DynamoDb {
    async fn change_password(&self, change: &EpochChange, verified: &str, new: &str) -> Stored<Change> {
        let password = self
            .raise(Key::password, change)
            .condition_expression(all(&[SAME_EPOCH, SAME_HASH]))
            .update_expression(RAISE_AND_REPLACE)
            .expression_attribute_values(":verified", text(verified))
            .expression_attribute_values(":new", text(new));
        self.raise_both(change, self.raise(Key::profile, change), password).await
    }
}

impl DisableUser for DynamoDb {
    async fn disable_user(&self, change: &EpochChange) -> Stored<Change> {
        let profile = self
            .raise(Key::profile, change)
            .update_expression(RAISE_AND_DISABLE)
            .expression_attribute_values(":disabled", AttributeValue::Bool(true));
        self.raise_both(change, profile, self.raise(Key::password, change)).await
    }
}

impl DeleteUser for DynamoDb {
    async fn delete_user(&self, user: &User, change: &EpochChange) -> Stored<Change> {
        let delete = |key: Key| Delete::builder().table_name(&self.tables.users).set_key(Some(key.attributes()));
        let same_epoch = |key: Key| {
            let part = delete(key).condition_expression(SAME_EPOCH);
            part.expression_attribute_values(":epoch", number(change.epoch))
        };
        let marker = delete(Key::email(&user.canonical_email))
            .condition_expression(MARKER_IS_OURS)
            .expression_attribute_values(":user_id", text(user.id.to_string()));
        let [profile, password, marker] =
            [same_epoch(Key::profile(user.id)), same_epoch(Key::password(user.id)), marker]
                .map(|part| part.build().map(Part::part).map_err(|error| failure::unexpected("deletion", error)));
        let parts = [profile?, password?, marker?, self.tell_feed(&over(change))?];
        self.transact(parts).await.map(Change::from)
    }
}

/// Tells that everything issued up to the epoch before the change is over.
fn over(change: &EpochChange) -> FeedEntry {
    FeedEntry::user(change.user_id, change.next_epoch(), change.now, change.feed_until)
}

/// Ends everything that carries the epoch.
const RAISE: &str = "SET epoch = :next_epoch, epoch_cause = :epoch_cause";

/// The same, and nothing new begins.
const RAISE_AND_DISABLE: &str = "SET epoch = :next_epoch, epoch_cause = :epoch_cause, disabled = :disabled";

/// The same, and another password signs in.
const RAISE_AND_REPLACE: &str = "SET epoch = :next_epoch, epoch_cause = :epoch_cause, password_hash = :new";

impl DynamoDb {
    /// Raises the epoch of one item of an account, if it still has the one that is expected.
    fn raise(&self, item: fn(UserId) -> Key, change: &EpochChange) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.tables.users)
            .set_key(Some(item(change.user_id).attributes()))
            .condition_expression(SAME_EPOCH)
            .update_expression(RAISE)
            .expression_attribute_values(":epoch", number(change.epoch))
            .expression_attribute_values(":next_epoch", number(change.next_epoch()))
            .expression_attribute_values(":epoch_cause", text(change.cause.as_str()))
    }

    /// Raises both items and tells the feed, or does nothing.
    async fn raise_both(
        &self,
        change: &EpochChange,
        profile: UpdateBuilder,
        password: UpdateBuilder,
    ) -> Stored<Change> {
        let parts = [part(profile)?, part(password)?, self.tell_feed(&over(change))?];
        self.transact(parts).await.map(Change::from)
    }
}

fn part(update: UpdateBuilder) -> Stored<TransactWriteItem> {
    update.build().map(Part::part).map_err(|error| failure::unexpected("epoch", error))
}

impl From<Transacted> for Change {
    fn from(transacted: Transacted) -> Self {
        match transacted {
            Transacted::Committed => Self::Done,
            Transacted::Refused(_) => Self::Stale,
        }
    }
}
