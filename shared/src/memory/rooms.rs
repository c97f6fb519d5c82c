//! Rooms in memory.

use std::collections::{BTreeMap, BTreeSet};

use super::Memory;
use crate::{
    domain::{ConnectionId, Message, MessageId, Room, RoomId, Timestamp, User, UserId},
    ports::{
        Change, ExpireMessage, FindMember, FindRooms, History, JoinRoom, KeepMessage, Kept, LeaveRoom, ListListeners,
        ListRooms, Listen, Listener, NewMessage, PutRoom, ReadMessages, Silence, StopListening, StoreError, Stored,
    },
};

/// Messages of one page: those of the product are bounded by bytes as well.
const PAGE: usize = 100;

/// A room with everything in it.
#[derive(Debug)]
pub(super) struct Place {
    room: Room,
    members: BTreeSet<UserId>,
    messages: BTreeMap<u64, Message>,
    sent: BTreeMap<(UserId, MessageId), Kept>,
    listeners: BTreeMap<(UserId, ConnectionId), Listener>,
}

impl Place {
    fn new(room: Room) -> Self {
        let (members, messages, sent, listeners) = Default::default();
        Self { room, members, messages, sent, listeners }
    }
}

fn no_room() -> StoreError {
    StoreError::Unexpected("there is no such room".to_owned())
}

impl PutRoom for Memory {
    async fn put_room(&self, room: &Room) -> Stored<()> {
        let mut state = self.state();
        let place = state.rooms.entry(room.id.clone()).or_insert_with(|| Place::new(room.clone()));
        place.room = room.clone();
        Ok(())
    }
}

impl FindRooms for Memory {
    async fn find_rooms(&self, ids: &[RoomId]) -> Stored<Vec<Room>> {
        let state = self.state();
        Ok(ids.iter().filter_map(|id| state.rooms.get(id)).map(|place| place.room.clone()).collect())
    }
}

impl JoinRoom for Memory {
    async fn join_room(&self, room: &RoomId, user_id: UserId, _: Timestamp) -> Stored<Change> {
        let mut state = self.state();
        let is_user = state.accounts.contains_key(&user_id);
        let Some(place) = state.rooms.get_mut(room).filter(|_| is_user) else { return Ok(Change::Stale) };
        place.members.insert(user_id);
        Ok(Change::Done)
    }
}

impl LeaveRoom for Memory {
    async fn leave_room(&self, room: &RoomId, user_id: UserId) -> Stored<()> {
        if let Some(place) = self.state().rooms.get_mut(room) {
            place.members.remove(&user_id);
            place.listeners.retain(|(whose, _), _| *whose != user_id);
        }
        Ok(())
    }
}

impl ListRooms for Memory {
    async fn list_rooms(&self, user_id: UserId) -> Stored<Vec<RoomId>> {
        let state = self.state();
        let theirs = state.rooms.iter().filter(|(_, place)| place.members.contains(&user_id));
        Ok(theirs.map(|(id, _)| id.clone()).collect())
    }
}

impl FindMember for Memory {
    async fn find_member(&self, room: &RoomId, user_id: UserId) -> Stored<Option<User>> {
        let state = self.state();
        let is_member = state.rooms.get(room).is_some_and(|place| place.members.contains(&user_id));
        let user = state.accounts.get(&user_id).filter(|_| is_member);
        Ok(user.map(|account| account.user.clone()))
    }
}

impl KeepMessage for Memory {
    async fn keep_message(&self, new: &NewMessage) -> Stored<Kept> {
        let mut state = self.state();
        let place = state.rooms.get_mut(&new.room).ok_or_else(no_room)?;
        let sent = (new.from, new.id.clone());
        if let Some(kept) = place.sent.get(&sent) {
            return Ok(*kept);
        }
        let sequence = place.messages.keys().next_back().copied().unwrap_or(0) + 1;
        let kept = Kept { sequence, at: new.at };
        place.sent.insert(sent, kept);
        place.messages.insert(sequence, new.clone().numbered(sequence));
        Ok(kept)
    }
}

impl ReadMessages for Memory {
    async fn messages_from(&self, room: &RoomId, from: u64) -> Stored<History> {
        let state = self.state();
        let Some(place) = state.rooms.get(room) else { return Ok(History::default()) };
        let mut found = place.messages.range(from..).map(|(_, message)| message.clone());
        let messages = found.by_ref().take(PAGE).collect();
        Ok(History { messages, more: found.next().is_some() })
    }

    async fn newest_messages(&self, room: &RoomId, count: u32) -> Stored<History> {
        let state = self.state();
        let newest = state.rooms.get(room).into_iter().flat_map(|place| place.messages.values().rev());
        let mut messages: Vec<_> = newest.take(count as usize).cloned().collect();
        messages.reverse();
        Ok(History { messages, more: false })
    }
}

impl ExpireMessage for Memory {
    /// At once: memory has no time.
    async fn expire_message(&self, room: &RoomId, sequence: u64, _: Timestamp) -> Stored<()> {
        if let Some(place) = self.state().rooms.get_mut(room) {
            place.messages.remove(&sequence);
        }
        Ok(())
    }
}

impl Listen for Memory {
    async fn listen(&self, room: &RoomId, listener: &Listener) -> Stored<Change> {
        let mut state = self.state();
        let place = state.rooms.get_mut(room).filter(|place| place.members.contains(&listener.user_id));
        let Some(place) = place else { return Ok(Change::Stale) };
        place.listeners.insert((listener.user_id, listener.connection_id.clone()), listener.clone());
        Ok(Change::Done)
    }
}

impl StopListening for Memory {
    async fn stop_listening(&self, room: &RoomId, user_id: UserId, id: &ConnectionId) -> Stored<()> {
        if let Some(place) = self.state().rooms.get_mut(room) {
            place.listeners.remove(&(user_id, id.clone()));
        }
        Ok(())
    }
}

impl Silence for Memory {
    async fn silence(&self, room: &RoomId, user_id: UserId, id: &ConnectionId) -> Stored<Change> {
        let mut state = self.state();
        let Some(place) = state.rooms.get_mut(room) else { return Ok(Change::Done) };
        if place.members.contains(&user_id) {
            return Ok(Change::Stale);
        }
        place.listeners.remove(&(user_id, id.clone()));
        Ok(Change::Done)
    }
}

impl ListListeners for Memory {
    async fn list_listeners(&self, room: &RoomId) -> Stored<Vec<Listener>> {
        let state = self.state();
        Ok(state.rooms.get(room).into_iter().flat_map(|place| place.listeners.values().cloned()).collect())
    }

    async fn list_listeners_of(&self, room: &RoomId, user_id: UserId) -> Stored<Vec<Listener>> {
        let mut listeners = self.list_listeners(room).await?;
        listeners.retain(|listener| listener.user_id == user_id);
        Ok(listeners)
    }
}
