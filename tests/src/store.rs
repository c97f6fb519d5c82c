//! Either store behind one type, which a test can interrupt: something else happens between two steps of an operation.

mod tables;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use latchkey::{
    domain::{
        Attempt, AttemptKey, Connection, ConnectionId, FeedEntry, Room, RoomId, Session, SessionId, Timestamp, User,
        UserId,
    },
    dynamodb::{DynamoDb, Tables},
    memory::Memory,
    ports::{
        Account, Change, ChangePassword, ClearAttempts, CreateSession, CreateUser, Creation, DeleteUser, DisableUser,
        Due, EnableUser, EndSession, Ending, Epoch, EpochChange, ExpireMessage, FindAccount, FindAccountById,
        FindConnection, FindEpoch, FindMember, FindPublishedKeys, FindRooms, FindSession, FindUser, FindUserByEmail,
        ForgetConnection, ForgetDue, Grants, History, JoinRoom, KeepMessage, Kept, LeaveRoom, ListConnections, ListDue,
        ListListeners, ListRooms, ListSessions, Listen, Listener, NewMessage, NewUser, NoteResume, OpenConnection,
        Opened, Opening, ProlongConnection, PublishKeys, Published, PutRoom, RaiseEpoch, ReadFeed, ReadMessages,
        RenameUser, ReplacePasswordHash, Reservation, ReserveAttempt, RotateSession, Rotated, Rotation, SessionPage,
        SetGrants, Silence, SlideSession, StopListening, StoreError, Stored,
    },
};

use crate::local_dynamodb::local_dynamodb;

type Interruption = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A store under test. Clones share everything.
#[derive(Clone)]
pub struct Store {
    inner: Inner,
    script: Arc<Mutex<Script>>,
}

#[derive(Clone)]
enum Inner {
    Memory(Memory),
    DynamoDb(DynamoDb, Box<Tables>),
}

#[derive(Default)]
struct Script {
    before: BTreeMap<&'static str, VecDeque<Interruption>>,
    calls: BTreeMap<&'static str, usize>,
    failing: BTreeSet<&'static str>,
}

impl Store {
    /// The store in memory.
    pub fn memory() -> Self {
        Self::new(Inner::Memory(Memory::default()))
    }

    /// The store of the product, on tables of its own in a local DynamoDB.
    pub fn dynamodb() -> Self {
        let (store, tables) = tables::fresh();
        Self::new(Inner::DynamoDb(store, Box::new(tables)))
    }

    /// The store of the product, on the tables that built functions use.
    pub fn of_functions() -> Self {
        Self::new(Inner::DynamoDb(local_dynamodb().store(), Box::new(local_dynamodb().tables())))
    }

    fn new(inner: Inner) -> Self {
        Self { inner, script: Arc::default() }
    }

    /// Publishes keys as a deployment does, uncounted and before anybody asks.
    pub(crate) fn publish_at_deployment(&self, document: &str, revision: u64) {
        match &self.inner {
            Inner::Memory(store) => {
                let publishing = std::pin::pin!(store.publish_keys(document, revision));
                let waker = &mut std::task::Context::from_waker(std::task::Waker::noop());
                assert!(publishing.poll(waker).is_ready(), "memory waits for nothing");
            }
            Inner::DynamoDb(_, tables) => tables::publish(&tables.ephemera, document, revision),
        }
    }

    /// The tables, if it has any.
    pub fn tables(&self) -> Option<&Tables> {
        match &self.inner {
            Inner::DynamoDb(_, tables) => Some(tables),
            Inner::Memory(_) => None,
        }
    }

    /// The store of the product, if this is it.
    pub fn as_dynamodb(&self) -> Option<&DynamoDb> {
        match &self.inner {
            Inner::DynamoDb(store, _) => Some(store),
            Inner::Memory(_) => None,
        }
    }

    /// Lets `interruption` happen once, whole, before the next call of `verb` that nothing happens before yet.
    pub fn before(&self, verb: &'static str, interruption: impl Future<Output = ()> + Send + 'static) {
        self.script().before.entry(verb).or_default().push_back(Box::pin(interruption));
    }

    /// Lets the next call of `verb` fail.
    pub fn fail(&self, verb: &'static str) {
        self.script().failing.insert(verb);
    }

    /// Whether everything that was to happen has happened.
    pub fn interrupted(&self) -> bool {
        self.script().before.values().all(VecDeque::is_empty)
    }

    /// How often `verb` was called.
    pub fn calls(&self, verb: &str) -> usize {
        self.script().calls.get(verb).copied().unwrap_or(0)
    }

    /// How often any verb was called.
    pub fn all_calls(&self) -> usize {
        self.script().calls.values().sum()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts, gives others their turn, and lets happen what is to happen.
    async fn enter(&self, verb: &'static str) -> Stored<()> {
        *self.script().calls.entry(verb).or_default() += 1;
        tokio::task::yield_now().await;
        let interruption = self.script().before.get_mut(verb).and_then(VecDeque::pop_front);
        if let Some(interruption) = interruption {
            interruption.await;
        }
        if self.script().failing.remove(verb) {
            return Err(StoreError::Unavailable(format!("{verb} was to fail").into()));
        }
        Ok(())
    }
}

macro_rules! delegate {
    ($($port:ident { $(fn $verb:ident($($argument:ident: $kind:ty),*) -> $given:ty;)+ })+) => {$(
        impl $port for Store {$(
            async fn $verb(&self, $($argument: $kind),*) -> Stored<$given> {
                self.enter(stringify!($verb)).await?;
                match &self.inner {
                    Inner::Memory(store) => store.$verb($($argument),*).await,
                    Inner::DynamoDb(store, _) => store.$verb($($argument),*).await,
                }
            }
        )+}
    )+};
}

delegate! {
    ReserveAttempt { fn reserve_attempt(attempt: &Attempt) -> Reservation; }
    ClearAttempts { fn clear_attempts(key: &AttemptKey) -> (); }
    CreateUser { fn create_user(new: &NewUser) -> Creation; }
    FindAccount { fn find_account(canonical_email: &str, attempts: &AttemptKey) -> (Option<Account>, u32); }
    FindAccountById { fn find_account_by_id(user_id: UserId) -> Option<Account>; }
    ReplacePasswordHash { fn replace_password_hash(user_id: UserId, epoch: u64, verified: &str, new: &str) -> Change; }
    CreateSession { fn create_session(session: &Session) -> (); }
    RotateSession { fn rotate_session(rotation: &Rotation) -> Rotated; }
    EndSession { fn end_session(ending: &Ending) -> Change; }
    ListSessions { fn list_sessions(user_id: UserId, after: Option<SessionId>, now: Timestamp) -> SessionPage; }
    FindUser { fn find_user(user_id: UserId) -> Option<User>; }
    FindUserByEmail { fn find_user_by_email(canonical_email: &str) -> Option<User>; }
    SetGrants { fn set_grants(user_id: UserId, grants: &Grants) -> Option<User>; }
    DisableUser { fn disable_user(change: &EpochChange) -> Change; }
    EnableUser { fn enable_user(user_id: UserId) -> Option<User>; }
    FindSession { fn find_session(user_id: UserId, session_id: SessionId) -> (Option<Session>, Option<User>); }
    SlideSession { fn slide_session(user_id: UserId, session_id: SessionId, now: Timestamp, idle_expires_at: Timestamp) -> Change; }
    RaiseEpoch { fn raise_epoch(change: &EpochChange) -> Change; }
    ChangePassword { fn change_password(change: &EpochChange, verified: &str, new: &str) -> Change; }
    RenameUser { fn rename_user(user_id: UserId, epoch: u64, name: Option<&str>) -> Change; }
    DeleteUser { fn delete_user(user: &User, change: &EpochChange) -> Change; }
    OpenConnection { fn open_connection(opening: &Opening) -> Opened; }
    FindConnection { fn find_connection(user_id: UserId, id: &ConnectionId) -> Option<Connection>; }
    ListConnections { fn list_connections(user_id: UserId) -> Vec<Connection>; }
    ProlongConnection { fn prolong_connection(connection: &Connection, good_until: Timestamp) -> Change; }
    NoteResume { fn note_resume(connection: &Connection, now: Timestamp) -> Change; }
    ForgetConnection { fn forget_connection(user_id: UserId, id: &ConnectionId) -> (); }
    ListDue { fn list_due(now: Timestamp, after: Option<&Due>) -> Vec<Due>; }
    ForgetDue { fn forget_due(due: &Due) -> (); }
    FindEpoch { fn find_epoch(user_id: UserId) -> Option<Epoch>; }
    PutRoom { fn put_room(room: &Room) -> (); }
    FindRooms { fn find_rooms(ids: &[RoomId]) -> Vec<Room>; }
    JoinRoom { fn join_room(room: &RoomId, user_id: UserId, now: Timestamp) -> Change; }
    LeaveRoom { fn leave_room(room: &RoomId, user_id: UserId) -> (); }
    ListRooms { fn list_rooms(user_id: UserId) -> Vec<RoomId>; }
    FindMember { fn find_member(room: &RoomId, user_id: UserId) -> Option<User>; }
    KeepMessage { fn keep_message(new: &NewMessage) -> Kept; }
    ReadMessages {
        fn messages_from(room: &RoomId, from: u64) -> History;
        fn newest_messages(room: &RoomId, count: u32) -> History;
    }
    ExpireMessage { fn expire_message(room: &RoomId, sequence: u64, at: Timestamp) -> (); }
    Listen { fn listen(room: &RoomId, listener: &Listener) -> Change; }
    StopListening { fn stop_listening(room: &RoomId, user_id: UserId, id: &ConnectionId) -> (); }
    Silence { fn silence(room: &RoomId, user_id: UserId, id: &ConnectionId) -> Change; }
    ListListeners {
        fn list_listeners(room: &RoomId) -> Vec<Listener>;
        fn list_listeners_of(room: &RoomId, user_id: UserId) -> Vec<Listener>;
    }
    ReadFeed { fn read_feed(after: u64, now: Timestamp) -> Vec<FeedEntry>; }
    FindPublishedKeys { fn find_published_keys() -> Option<String>; }
    PublishKeys { fn publish_keys(document: &str, revision: u64) -> Published; }
}
