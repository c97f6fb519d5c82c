//! What a rule may ask of a store: every port, and a look behind them.

use latchkey::{
    domain::FeedEntry,
    dynamodb::DynamoDb,
    memory::Memory,
    ports::{
        ChangePassword, ClearAttempts, CreateSession, CreateUser, DeleteUser, DisableUser, EnableUser, EndSession,
        ExpireMessage, FindAccount, FindAccountById, FindConnection, FindEpoch, FindMember, FindPublishedKeys,
        FindRooms, FindSession, FindUser, FindUserByEmail, ForgetConnection, ForgetDue, JoinRoom, KeepMessage,
        LeaveRoom, ListConnections, ListDue, ListListeners, ListRooms, ListSessions, Listen, NoteResume,
        OpenConnection, ProlongConnection, PublishKeys, PutRoom, RaiseEpoch, ReadFeed, ReadMessages, RenameUser,
        ReplacePasswordHash, ReserveAttempt, RotateSession, SetGrants, Silence, SlideSession, StopListening,
    },
};
use latchkey_tests::local_dynamodb::local_dynamodb;
use serde_json::Value;

/// All accounts.
pub(crate) trait Accounts:
    CreateUser
    + FindAccount
    + FindAccountById
    + FindUser
    + RenameUser
    + ReplacePasswordHash
    + ChangePassword
    + RaiseEpoch
    + DeleteUser
{
}

/// What administrators do to accounts.
pub(crate) trait Administered: FindUserByEmail + SetGrants + DisableUser + EnableUser {}

/// All sessions.
pub(crate) trait Sessions:
    CreateSession + FindSession + RotateSession + SlideSession + EndSession + ListSessions
{
}

/// All connections.
pub(crate) trait Connections:
    OpenConnection
    + FindConnection
    + ListConnections
    + ProlongConnection
    + NoteResume
    + ForgetConnection
    + ListDue
    + ForgetDue
    + FindEpoch
{
}

/// All rooms.
pub(crate) trait Rooms:
    PutRoom
    + FindRooms
    + JoinRoom
    + LeaveRoom
    + ListRooms
    + FindMember
    + KeepMessage
    + ReadMessages
    + ExpireMessage
    + Listen
    + StopListening
    + Silence
    + ListListeners
{
}

/// A store under contract.
pub(crate) trait Store:
    Accounts
    + Administered
    + Sessions
    + Connections
    + Rooms
    + ReserveAttempt
    + ClearAttempts
    + ReadFeed
    + FindPublishedKeys
    + PublishKeys
    + Clone
    + Send
    + Sync
    + 'static
{
    /// What the feed tells under the name of `entry`, as text.
    fn told(&self, entry: &FeedEntry) -> Vec<String> {
        self.feed().into_iter().filter(|line| line.contains(&entry.name())).collect()
    }

    /// The whole feed, one line per entry.
    fn feed(&self) -> Vec<String>;

    /// All there is, as text.
    fn dump(&self) -> String;
}

impl Accounts for Memory {}
impl Administered for Memory {}
impl Sessions for Memory {}
impl Connections for Memory {}
impl Rooms for Memory {}
impl Rooms for DynamoDb {}
impl Connections for DynamoDb {}
impl Accounts for DynamoDb {}
impl Administered for DynamoDb {}
impl Sessions for DynamoDb {}

/// An entry as the line that [`Store::feed`] has for it.
pub(crate) fn line(entry: &FeedEntry) -> String {
    let epoch = entry.epoch.map(|epoch| epoch.to_string()).unwrap_or_default();
    let (bucket, shard, until) = (entry.bucket, entry.shard(), entry.until.seconds());
    format!("feed#{}#{shard} {bucket:010}#{} {epoch} {until}", bucket / 360, entry.name())
}

impl Store for Memory {
    fn feed(&self) -> Vec<String> {
        Memory::feed(self).iter().map(line).collect()
    }

    fn dump(&self) -> String {
        format!("{self:?}")
    }
}

impl Store for DynamoDb {
    fn feed(&self) -> Vec<String> {
        let text =
            |item: &Value, pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let line =
            |item: &Value| ["/pk/S", "/sk/S", "/epoch/N", "/expires_at/N"].map(|pointer| text(item, pointer)).join(" ");
        let local = local_dynamodb();
        let items = local.scan(&local.tables().ephemera);
        items.iter().map(line).filter(|line| line.starts_with("feed#")).collect()
    }

    fn dump(&self) -> String {
        let local = local_dynamodb();
        let tables = local.tables();
        let items = [tables.users, tables.sessions, tables.ephemera, tables.connections, tables.rooms]
            .map(|table| local.scan(&table));
        items.iter().flatten().map(ToString::to_string).collect()
    }
}
