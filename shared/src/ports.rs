//! The verbs an operation needs from the outside, one trait each: an operation names exactly those it uses, and the policy of
//! its function in `template.yaml` is those verbs again.
//!
//! Contracts that hold for every verb: reads are strongly consistent; a write is one request that happens whole or not at
//! all; a request that was committed and whose reply was lost may be sent again without a second effect; what the store
//! refuses is told by the outcome, and [`StoreError`] means that nothing is known.
//!
//! `dynamodb` and `memory` implement them and pass one contract suite (`tests/tests/store_contract.rs`).

mod accounts;
mod attempts;
mod connections;
mod endings;
mod live;
mod published;
mod rooms;
mod sessions;

pub use accounts::{
    Account, CreateUser, Creation, EnableUser, FindAccount, FindAccountById, FindUser, FindUserByEmail, Grants,
    NewUser, RenameUser, ReplacePasswordHash, SetGrants,
};
pub use attempts::{ClearAttempts, Reservation, ReserveAttempt};
pub use connections::{
    Due, Epoch, FindConnection, FindEpoch, ForgetConnection, ForgetDue, ListConnections, ListDue, NoteResume,
    OpenConnection, Opened, Opening, ProlongConnection,
};
pub use endings::{ChangePassword, DeleteUser, DisableUser, EndSession, Ending, EpochChange, RaiseEpoch};
pub use live::{AnnounceEnding, Delivered, HangUp, Happened, HappenedInRoom, HungUp, SendFrame};
pub use published::{FindPublishedKeys, PublishKeys, Published, ReadFeed};
pub use rooms::{
    ExpireMessage, FindMember, FindRooms, History, JoinRoom, KeepMessage, Kept, LeaveRoom, ListListeners, ListRooms,
    Listen, Listener, NewMessage, PutRoom, ReadMessages, Silence, StopListening,
};
pub use sessions::{
    CreateSession, FindSession, ListSessions, RotateSession, Rotated, Rotation, SessionPage, SlideSession,
};

/// The store did not answer, or answered with something no version of ours ever wrote. The request fails closed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Unreachable, overloaded, throttled or timed out: trying again later helps.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An item could not be understood, or the request was refused as wrong: trying again does not help.
    #[error("the store is not as expected: {0}")]
    Unexpected(String),
}

/// What a store call gives.
pub type Stored<T> = Result<T, StoreError>;

/// Whether a conditional change happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It did.
    Done,
    /// What it was conditional on no longer holds; nothing was written.
    Stale,
}
