//! Putting a function together when its sandbox starts: settings, keys and the store, all of it or a sentence that says what
//! is missing. [`Kept`] does it again while requests go on.

mod kept;

pub use kept::Kept;

use std::collections::BTreeSet;

use crate::{
    config::{ConfigError, Env},
    delivery::{EventBus, LiveConnections, Outside},
    domain::{ClientHashing, Lifetimes, Random},
    dynamodb::{DynamoDb, Tables, client, signed::Signed},
    keys::KeyStore,
    operations::{Guard, Mint, SessionGuard},
    passwords::{HashWork, Passwords},
    published::Bound,
    tokens::{Audience, Jwks, Verifier},
};

/// The parts of a function, from its environment.
pub struct Startup<'a> {
    env: &'a Env,
    sdk: aws_config::SdkConfig,
    keys: KeyStore<'a>,
}

/// A function that cannot start.
pub type StartupError = Box<dyn std::error::Error + Send + Sync>;

impl<'a> Startup<'a> {
    /// Reads how AWS is reached.
    ///
    /// # Errors
    /// When region, credentials or an endpoint are missing or malformed.
    pub fn new(env: &'a Env) -> Result<Self, StartupError> {
        let lookup = |name: &str| env.get(name).map(str::to_owned);
        let sdk = client::sdk_config(&lookup).map_err(unreachable)?;
        let keys = KeyStore::new(env, client::secrets_manager(&sdk, &lookup).map_err(unreachable)?);
        Ok(Self { env, sdk, keys })
    }

    /// The store, on the five tables that are named.
    ///
    /// # Errors
    /// When a table is not named, or named twice.
    pub fn store(&self) -> Result<DynamoDb, StartupError> {
        let table = |name| self.env.required(name).map(str::to_owned);
        let tables = Tables {
            users: table("LATCHKEY_USERS_TABLE")?,
            sessions: table("LATCHKEY_SESSIONS_TABLE")?,
            ephemera: table("LATCHKEY_EPHEMERA_TABLE")?,
            connections: table("LATCHKEY_CONNECTIONS_TABLE")?,
            rooms: table("LATCHKEY_ROOMS_TABLE")?,
        };
        let names = [&tables.users, &tables.sessions, &tables.ephemera, &tables.connections, &tables.rooms];
        if BTreeSet::from(names).len() < names.len() {
            return Err("two of LATCHKEY_USERS_TABLE, LATCHKEY_SESSIONS_TABLE, LATCHKEY_EPHEMERA_TABLE, LATCHKEY_CONNECTIONS_TABLE and LATCHKEY_ROOMS_TABLE name the same table".into());
        }
        DynamoDb::connect(&self.sdk, &self.lookup(), tables).map_err(unreachable)
    }

    /// The connections of the WebSocket API, at `LATCHKEY_LIVE_URL`.
    ///
    /// # Errors
    /// When it is not named.
    pub fn live(&self) -> Result<LiveConnections, StartupError> {
        Ok(LiveConnections::new(self.signed()?, self.env.required("LATCHKEY_LIVE_URL")?))
    }

    /// These, and the default event bus; `AWS_ENDPOINT_URL_EVENTBRIDGE` goes before `AWS_ENDPOINT_URL`.
    ///
    /// # Errors
    /// As [`Self::live`], and when an endpoint is no URL.
    pub fn outside(&self) -> Result<Outside, StartupError> {
        let signed = self.signed()?;
        let endpoint = signed.endpoint(&self.lookup(), "AWS_ENDPOINT_URL_EVENTBRIDGE", "events");
        let bus = EventBus::new(signed, endpoint.map_err(unreachable)?);
        Ok(Outside { connections: self.live()?, bus })
    }

    fn signed(&self) -> Result<Signed, StartupError> {
        Signed::new(&self.lookup()).map_err(unreachable)
    }

    fn lookup(&self) -> impl Fn(&str) -> Option<String> {
        |name| self.env.get(name).map(str::to_owned)
    }

    /// The places of the key rings.
    pub fn keys(&self) -> &KeyStore<'a> {
        &self.keys
    }

    /// What makes tokens: needs the `sign` and `seal` rings.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub async fn mint(&self) -> Result<Mint, ConfigError> {
        Ok(Mint {
            sign: self.keys.sign().await?,
            seal: self.keys.seal().await?,
            audience: Audience::from_env(self.env)?,
            lifetimes: Lifetimes::from_env(self.env)?,
            random: Random::SYSTEM,
        })
    }

    /// What proves callers: needs the public keys, as they are published in the table, and the `seal` ring.
    ///
    /// # Errors
    /// When nothing usable is published, and [`ConfigError`].
    pub async fn guard(&self, published: Option<String>) -> Result<Guard, StartupError> {
        Ok(Guard { verifier: self.verifier(published)?, session: self.session_guard().await? })
    }

    /// What verifies JWTs: needs the public keys, as they are published in the table.
    ///
    /// # Errors
    /// When nothing usable is published, and [`ConfigError`].
    pub fn verifier(&self, published: Option<String>) -> Result<Verifier, StartupError> {
        let published = published.ok_or("no public keys are published yet: let `rotate-keys` publish")?;
        Ok(Verifier::new(&Audience::from_env(self.env)?, Jwks::parse(&published)?))
    }

    /// What proves session tokens: needs the `seal` ring.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub async fn session_guard(&self) -> Result<SessionGuard, ConfigError> {
        Ok(SessionGuard {
            seal: self.keys.seal().await?,
            issuer: Audience::from_env(self.env)?.issuer,
            session_idle: Lifetimes::from_env(self.env)?.session_idle,
        })
    }

    /// After how many seconds the table is asked about a good cookie: where revocation is bounded.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn ask_after(&self) -> Result<Option<u64>, ConfigError> {
        Ok(Bound::from_env(self.env)?.map(|bound| bound.max_age))
    }

    /// What hashes passwords: needs the `pepper` ring.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub async fn passwords(&self) -> Result<Passwords, ConfigError> {
        let (work, client_hashing) = (HashWork::from_env(self.env)?, ClientHashing::from_env(self.env)?);
        Ok(Passwords::new(self.keys.pepper().await?, work, client_hashing))
    }
}

/// The sentence alone: a failed start is printed by `Debug`.
fn unreachable(error: client::InvalidSetting) -> StartupError {
    error.to_string().into()
}
