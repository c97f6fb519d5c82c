//! The store of the product: the ports of [`crate::ports`] on five DynamoDB tables. No business rules; what the rules demand
//! arrives as values and becomes conditions here.
//!
//! | table | `pk` | `sk` | item |
//! |---|---|---|---|
//! | Users | `user#<id>` | `profile`, `password` | one account; both carry its epoch |
//! | Users | `email#<canonical>` | `email` | marker that makes an address unique |
//! | Sessions | `user#<id>` | `session#<id>` | one session, later its tombstone |
//! | Ephemera | `attempts#…` | `attempts` | one counter in one window |
//! | Ephemera | `feed#<hour>#<shard>` | `<bucket>#<hash of an id>` | one entry of the revocation feed |
//! | Ephemera | `jwks` | `current` | the public keys |
//! | Ephemera | `ticket#<id>` | `redeemed` | one ticket that was used |
//! | Connections | `user#<id>` | `connection#<id>` | one open WebSocket connection |
//! | Connections | `expiring` | `<second>#<user>#<connection>` | when one of them expires |
//! | Rooms | `room#<id>` | `room` | a room |
//! | Rooms | `room#<id>` | `member#<user>` | one of its members |
//! | Rooms | `user#<id>` | `room#<id>` | the same, for whoever asks of which rooms a user is a member |
//! | Rooms | `room#<id>` | `listener#<user>#<connection>` | a connection that hears what is said in it |
//! | Rooms | `room#<id>` | `message#<number>` | one message |
//! | Rooms | `room#<id>` | `sent#<user>#<message id>` | the number of one message, for whoever sends it again |
//!
//! Every request asks for its consumed capacity; [`DynamoDb::meter`] adds it up and the budget tests read it.

pub mod client;
pub mod signed;
pub mod stream;

mod accounts;
mod administration;
mod attempts;
mod batch;
mod conditions;
mod connection_item;
mod connections;
mod endings;
mod failure;
mod feed_item;
mod item;
mod keys;
mod meter;
mod published_keys;
mod query;
mod retry;
mod room_history;
mod room_item;
mod rooms;
mod session_item;
mod session_list;
mod sessions;
mod transaction;
mod trust;
mod update;
mod user_item;
mod users;

use aws_config::SdkConfig;

pub use meter::{Meter, Usage};

/// The names of the five tables, which must differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// Accounts: `LATCHKEY_USERS_TABLE`.
    pub users: String,
    /// Sessions: `LATCHKEY_SESSIONS_TABLE`.
    pub sessions: String,
    /// Counters, the revocation feed, public keys: `LATCHKEY_EPHEMERA_TABLE`.
    pub ephemera: String,
    /// WebSocket connections: `LATCHKEY_CONNECTIONS_TABLE`.
    pub connections: String,
    /// Rooms and messages: `LATCHKEY_ROOMS_TABLE`.
    pub rooms: String,
}

/// The store. Cheap to clone; clones share their connections and their meter.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: aws_sdk_dynamodb::Client,
    tables: Tables,
    meter: Meter,
}

impl DynamoDb {
    /// A store on `tables`, reached as `config` and the environment behind `lookup` say. Sends nothing yet.
    ///
    /// # Errors
    /// [`client::InvalidSetting`] when the endpoint of DynamoDB is not a URL.
    pub fn connect(
        config: &SdkConfig,
        lookup: client::Lookup<'_>,
        tables: Tables,
    ) -> Result<Self, client::InvalidSetting> {
        let client = client::dynamodb(config, lookup)?;
        Ok(Self { client, tables, meter: Meter::default() })
    }

    /// What this store has asked of DynamoDB so far.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }
}
