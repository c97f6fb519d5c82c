//! Endings in memory.

use super::{Memory, State};
use crate::{
    domain::{FeedEntry, User},
    ports::{
        Account, Change, ChangePassword, DeleteUser, DisableUser, EndSession, Ending, EpochChange, RaiseEpoch, Stored,
    },
};

impl EndSession for Memory {
    async fn end_session(&self, ending: &Ending) -> Stored<Change> {
        let mut state = self.state();
        let key = (ending.user_id, ending.session_id);
        let Some(session) = state.sessions.get_mut(&key).filter(|session| session.ended.is_none()) else {
            return Ok(Change::Stale);
        };
        session.ended = Some(ending.ended);
        let entry = ending.feed_until.map(|until| FeedEntry::session(ending.session_id, ending.ended.at, until));
        state.feed.extend(entry);
        Ok(Change::Done)
    }
}

impl RaiseEpoch for Memory {
    async fn raise_epoch(&self, change: &EpochChange) -> Stored<Change> {
        Ok(self.state().raise(change, |_| ()))
    }
}

impl ChangePassword for Memory {
    async fn change_password(&self, change: &EpochChange, verified: &str, new: &str) -> Stored<Change> {
        let mut state = self.state();
        if state.accounts.get(&change.user_id).is_none_or(|account| account.password_hash != verified) {
            return Ok(Change::Stale);
        }
        Ok(state.raise(change, |account| account.password_hash = new.to_owned()))
    }
}

impl DisableUser for Memory {
    async fn disable_user(&self, change: &EpochChange) -> Stored<Change> {
        Ok(self.state().raise(change, |account| account.user.disabled = true))
    }
}

impl DeleteUser for Memory {
    async fn delete_user(&self, user: &User, change: &EpochChange) -> Stored<Change> {
        let mut state = self.state();
        if !state.epoch_holds(change) || state.markers.get(&user.canonical_email) != Some(&user.id) {
            return Ok(Change::Stale);
        }
        state.accounts.remove(&user.id);
        state.markers.remove(&user.canonical_email);
        state.tell_epoch(change);
        Ok(Change::Done)
    }
}

impl State {
    fn epoch_holds(&self, change: &EpochChange) -> bool {
        let account = self.accounts.get(&change.user_id);
        account.is_some_and(|account| account.user.epoch == change.epoch && account.password_epoch == change.epoch)
    }

    fn raise(&mut self, change: &EpochChange, also: impl FnOnce(&mut Account)) -> Change {
        if !self.epoch_holds(change) {
            return Change::Stale;
        }
        if let Some(account) = self.accounts.get_mut(&change.user_id) {
            account.user.epoch += 1;
            account.password_epoch += 1;
            also(account);
        }
        self.causes.insert(change.user_id, change.cause);
        self.tell_epoch(change);
        Change::Done
    }

    fn tell_epoch(&mut self, change: &EpochChange) {
        let entry = FeedEntry::user(change.user_id, change.next_epoch(), change.now, change.feed_until);
        self.feed.push(entry);
    }
}
