//! `$disconnect`: forgets a connection. The gateway promises to try and no more; what it does not tell is forgotten by time.

use latchkey::{
    config::Env,
    dynamodb::DynamoDb,
    error::Error,
    http::websocket::{Answer, Event},
    ports::ForgetConnection,
    startup::{Startup, StartupError},
};

/// Puts the function together.
///
/// # Errors
/// When a setting is missing or malformed.
pub fn start(env: &Env) -> Result<DynamoDb, StartupError> {
    Startup::new(env)?.store()
}

/// Answers one event.
///
/// # Errors
/// [`Error::InvalidToken`] for another event; [`Error::Unavailable`].
pub async fn handle<S: ForgetConnection>(store: &S, event: &Event) -> Result<Answer, Error> {
    event.require("DISCONNECT")?;
    store.forget_connection(event.admitted()?.user_id, &event.connection_id()?).await?;
    Ok(Answer::nothing())
}
