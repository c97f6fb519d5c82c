//! The values the rules are about, parsed once at the edge and valid ever after.
//!
//! Nothing here knows JSON, AWS, HTTP or a clock.

pub mod attempt;
pub mod client;
#[cfg(feature = "aws")]
pub mod client_hash;
pub mod connection;
#[cfg(feature = "aws")]
pub mod email;
pub mod feed;
pub mod ids;
pub mod lifetimes;
#[cfg(feature = "aws")]
pub mod name;
#[cfg(feature = "aws")]
pub mod password;
#[cfg(feature = "aws")]
pub mod proof;
pub mod random;
#[cfg(feature = "aws")]
pub mod remark;
#[cfg(feature = "aws")]
pub mod room;
pub mod session;
pub mod time;
pub mod user;
#[cfg(feature = "aws")]
pub mod words;

pub use attempt::{Attempt, AttemptKey, AttemptLimits, Purpose};
pub use client::Client;
#[cfg(feature = "aws")]
pub use client_hash::{ClientHash, ClientHashing};
pub use connection::{Closing, Connection, ConnectionId, TicketId};
#[cfg(feature = "aws")]
pub use email::Email;
pub use feed::FeedEntry;
pub use ids::{SessionId, UserId};
pub use lifetimes::Lifetimes;
#[cfg(feature = "aws")]
pub use name::DisplayName;
#[cfg(feature = "aws")]
pub use password::{Password, WeakPassword};
#[cfg(feature = "aws")]
pub use proof::Proof;
pub use random::Random;
#[cfg(feature = "aws")]
pub use remark::Remark;
#[cfg(feature = "aws")]
pub use room::{Admits, Message, MessageId, Room, RoomId};
pub use session::{EndCause, Ended, SeedHash, Session};
pub use time::Timestamp;
pub use user::User;
#[cfg(feature = "aws")]
pub use words::Words;
