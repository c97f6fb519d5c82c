//! Sessions in memory.

use std::ops::Bound;

use super::Memory;
use crate::{
    domain::{Session, SessionId, Timestamp, User, UserId},
    ports::{
        Change, CreateSession, FindSession, ListSessions, RotateSession, Rotated, Rotation, SessionPage, SlideSession,
        StoreError, Stored,
    },
};

/// How many sessions one page looks at, as in the other store.
const PAGE_SIZE: usize = 50;

impl CreateSession for Memory {
    async fn create_session(&self, session: &Session) -> Stored<()> {
        let mut state = self.state();
        let key = (session.user_id, session.id);
        match state.sessions.get(&key) {
            Some(found) if found.seed_hash != session.seed_hash => {
                Err(StoreError::Unexpected("the session exists".to_owned()))
            }
            Some(_) => Ok(()),
            None => {
                state.sessions.insert(key, session.clone());
                Ok(())
            }
        }
    }
}

impl RotateSession for Memory {
    async fn rotate_session(&self, rotation: &Rotation) -> Stored<Rotated> {
        let mut state = self.state();
        let Some(session) = state.sessions.get_mut(&(rotation.user_id, rotation.session_id)) else {
            return Ok(Rotated::Refused(None));
        };
        if !allows(session, rotation) {
            return Ok(Rotated::Refused(Some(session.clone())));
        }
        let [first, second, third, _] = session.rotated_at;
        session.generation += 1;
        session.rotated_at = [rotation.now, first, second, third];
        session.last_used_at = rotation.now;
        session.idle_expires_at = rotation.idle_expires_at;
        Ok(Rotated::Rotated(session.clone()))
    }
}

fn allows(session: &Session, rotation: &Rotation) -> bool {
    let [.., oldest] = session.rotated_at;
    session.generation == rotation.generation
        && session.seed_hash == rotation.seed_hash
        && session.epoch == rotation.epoch
        && session.is_live(rotation.now)
        && oldest <= rotation.oldest_rotation_before
}

impl SlideSession for Memory {
    async fn slide_session(
        &self,
        user_id: UserId,
        session_id: SessionId,
        now: Timestamp,
        idle_expires_at: Timestamp,
    ) -> Stored<Change> {
        let mut state = self.state();
        let session = state.sessions.get_mut(&(user_id, session_id));
        let Some(session) = session.filter(|session| session.is_live(now)) else {
            return Ok(Change::Stale);
        };
        session.last_used_at = now;
        session.idle_expires_at = idle_expires_at;
        Ok(Change::Done)
    }
}

impl FindSession for Memory {
    async fn find_session(&self, user_id: UserId, session_id: SessionId) -> Stored<(Option<Session>, Option<User>)> {
        let state = self.state();
        let session = state.sessions.get(&(user_id, session_id)).cloned();
        Ok((session, state.accounts.get(&user_id).map(|account| account.user.clone())))
    }
}

impl ListSessions for Memory {
    async fn list_sessions(&self, user_id: UserId, after: Option<SessionId>, now: Timestamp) -> Stored<SessionPage> {
        let state = self.state();
        let first = after.map_or(Bound::Included(SessionId::from_bytes([0; 16])), Bound::Excluded);
        let last = SessionId::from_bytes([0xff; 16]);
        let mut rest = state.sessions.range((first.map(|id| (user_id, id)), Bound::Included((user_id, last))));
        let page: Vec<_> = rest.by_ref().take(PAGE_SIZE).map(|(_, session)| session).collect();
        let next = page.last().filter(|_| rest.next().is_some()).map(|session| session.id);
        let live = page.into_iter().filter(|session| session.is_live(now));
        Ok(SessionPage { sessions: live.cloned().collect(), next })
    }
}
