//! Connections in memory.

use std::ops::Bound;

use super::Memory;
use crate::{
    domain::{Connection, ConnectionId, Timestamp, UserId, connection::RESUMES_PER_MINUTE},
    ports::{
        Change, Due, Epoch, FindConnection, FindEpoch, ForgetConnection, ForgetDue, ListConnections, ListDue,
        NoteResume, OpenConnection, Opened, Opening, ProlongConnection, Stored,
    },
};

/// How many moments one look at what is due gives: few, so that tests see several pages.
const DUE_AT_ONCE: usize = 3;

impl OpenConnection for Memory {
    async fn open_connection(&self, opening: &Opening) -> Stored<Opened> {
        let mut state = self.state();
        let Opening { connection, ticket } = opening;
        let (user_id, now) = (connection.user_id, connection.connected_at);
        let session = state.sessions.get(&(user_id, connection.session_id));
        let is_live = session.is_some_and(|session| session.is_live(now) && session.epoch == connection.epoch);
        let user = state.accounts.get(&user_id);
        if !is_live || user.is_none_or(|account| account.user.epoch != connection.epoch) {
            return Ok(Opened::Over);
        }
        if let Some(ticket) = ticket
            && !state.redeemed.insert(ticket.as_str().to_owned())
        {
            return Ok(Opened::Redeemed);
        }
        let due = (connection.good_until, user_id, connection.id.clone());
        state.due.insert(due);
        state.connections.insert((user_id, connection.id.clone()), connection.clone());
        Ok(Opened::Open)
    }
}

impl FindConnection for Memory {
    async fn find_connection(&self, user_id: UserId, id: &ConnectionId) -> Stored<Option<Connection>> {
        Ok(self.state().connections.get(&(user_id, id.clone())).cloned())
    }
}

impl ListConnections for Memory {
    async fn list_connections(&self, user_id: UserId) -> Stored<Vec<Connection>> {
        let state = self.state();
        let theirs = state.connections.values().filter(|connection| connection.user_id == user_id);
        Ok(theirs.cloned().collect())
    }
}

impl ProlongConnection for Memory {
    async fn prolong_connection(&self, connection: &Connection, good_until: Timestamp) -> Stored<Change> {
        let mut state = self.state();
        let (user_id, id) = (connection.user_id, connection.id.clone());
        let found = state.connections.get_mut(&(user_id, id.clone()));
        let Some(found) = found.filter(|found| found.good_until == connection.good_until) else {
            return Ok(Change::Stale);
        };
        found.good_until = good_until;
        state.due.insert((good_until, user_id, id));
        Ok(Change::Done)
    }
}

impl NoteResume for Memory {
    async fn note_resume(&self, connection: &Connection, now: Timestamp) -> Stored<Change> {
        let mut state = self.state();
        let found = state.connections.get_mut(&(connection.user_id, connection.id.clone()));
        let Some(found) = found.filter(|found| found.resumed_at == connection.resumed_at) else {
            return Ok(Change::Stale);
        };
        let before = found.resumed_at;
        found.resumed_at = Some(now);
        let used = state.resumes.entry((connection.user_id, now.seconds() / 60)).or_default();
        if *used < RESUMES_PER_MINUTE {
            *used += 1;
            return Ok(Change::Done);
        }
        if let Some(found) = state.connections.get_mut(&(connection.user_id, connection.id.clone())) {
            found.resumed_at = before;
        }
        Ok(Change::Stale)
    }
}

impl ForgetConnection for Memory {
    async fn forget_connection(&self, user_id: UserId, id: &ConnectionId) -> Stored<()> {
        self.state().connections.remove(&(user_id, id.clone()));
        Ok(())
    }
}

impl ListDue for Memory {
    async fn list_due(&self, now: Timestamp, after: Option<&Due>) -> Stored<Vec<Due>> {
        let state = self.state();
        let after = after.map(|due| (due.at, due.user_id, due.connection_id.clone()));
        let rest = state.due.range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded));
        let due = rest.take_while(|(at, ..)| *at <= now).take(DUE_AT_ONCE);
        let named = due.map(|(at, user_id, id)| Due { at: *at, user_id: *user_id, connection_id: id.clone() });
        Ok(named.collect())
    }
}

impl ForgetDue for Memory {
    async fn forget_due(&self, due: &Due) -> Stored<()> {
        self.state().due.remove(&(due.at, due.user_id, due.connection_id.clone()));
        Ok(())
    }
}

impl FindEpoch for Memory {
    async fn find_epoch(&self, user_id: UserId) -> Stored<Option<Epoch>> {
        let state = self.state();
        let user = state.accounts.get(&user_id);
        Ok(user.map(|account| Epoch { number: account.user.epoch, cause: state.causes.get(&user_id).copied() }))
    }
}
