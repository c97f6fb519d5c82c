//! `$connect`: writes a connection down, and redeems its ticket, if its session is live.

use latchkey::{
    config::Env,
    domain::Timestamp,
    dynamodb::DynamoDb,
    error::Error,
    http::websocket::{Answer, Event},
    operations::connect::connect,
    ports::{FindSession, ListConnections, OpenConnection},
    startup::{Startup, StartupError},
};

/// Puts the function together. It holds no key: the authorizer has proven everything that a key proves.
///
/// # Errors
/// When a setting is missing or malformed.
pub fn start(env: &Env) -> Result<DynamoDb, StartupError> {
    Startup::new(env)?.store()
}

/// Answers one handshake: 200, with our subprotocol if it was offered. Anything else and the gateway refuses it.
///
/// # Errors
/// As [`connect`].
pub async fn handle<S: FindSession + ListConnections + OpenConnection>(
    store: &S,
    event: &Event,
    now: Timestamp,
) -> Result<Answer, Error> {
    event.require("CONNECT")?;
    connect(store, event.admitted()?, event.connection_id()?, now).await?;
    Ok(Answer::nothing().selecting_protocol(event))
}
