//! Every frame of an open connection: `ping`, `auth`, and an error frame for all else.

use latchkey::{
    config::Env,
    delivery::LiveConnections,
    domain::{Connection, Timestamp},
    dynamodb::DynamoDb,
    error::Error,
    http::websocket::{
        Answer, Event,
        frame::{Action, Frame, Said},
    },
    operations::converse::{Conversation, Line, listen, reauthenticate},
    ports::{FindConnection, FindPublishedKeys, ForgetConnection, HangUp, ProlongConnection, SendFrame},
    startup::{Startup, StartupError},
};

/// Puts the function together.
///
/// # Errors
/// When a setting or the public keys are missing or malformed.
pub async fn start(env: &Env) -> Result<Conversation<DynamoDb, LiveConnections>, StartupError> {
    let startup = Startup::new(env)?;
    let store = startup.store()?;
    let verifier = startup.verifier(store.find_published_keys().await?)?;
    Ok(Conversation { store, gateway: startup.live()?, verifier })
}

/// Answers one frame with another. What goes wrong with it is a frame as well, and the connection goes on; one that has ended has been
/// told so by then, and hears nothing more.
///
/// # Errors
/// [`Error::InvalidToken`] for an event that names no connection; [`Error::Unavailable`] when no answer can be sent.
pub async fn handle<S, G>(app: &Conversation<S, G>, event: &Event, now: Timestamp) -> Result<Answer, Error>
where
    S: FindConnection + ForgetConnection + ProlongConnection,
    G: HangUp + SendFrame,
{
    let (admitted, id) = (event.admitted()?, event.connection_id()?);
    let frame = event.text().map_or_else(|error| Frame { id: None, action: Err(error) }, Frame::read);
    let outcome = match listen(app, &admitted, &id, now).await {
        Ok(Line::Open(connection)) => act(app, connection, frame.action, now).await,
        Ok(Line::Closed(closing)) => Ok(Heard::Closed(closing.as_str())),
        Err(error) => Err(error),
    };
    let (said, answer) = match outcome {
        Ok(Heard::Closed(cause)) => return Ok(Answer::nothing().noting(cause)),
        Ok(Heard::Answered(said)) => (said, Answer::nothing()),
        Err(error) => (Said::error(&error), Answer::nothing().because(&error)),
    };
    app.gateway.send_frame(&id, &said.to(frame.id).text()).await?;
    Ok(answer)
}

/// What came of a frame.
enum Heard {
    Answered(Said),
    Closed(&'static str),
}

async fn act<S, G>(
    app: &Conversation<S, G>,
    connection: Connection,
    action: Result<Action, Error>,
    now: Timestamp,
) -> Result<Heard, Error>
where
    S: ForgetConnection + ProlongConnection,
    G: HangUp,
{
    match action? {
        Action::Ping => Ok(Heard::Answered(Said::Pong)),
        Action::Auth { token } => Ok(match reauthenticate(app, connection, &token, now).await? {
            Line::Open(connection) => Heard::Answered(Said::authenticated(connection.good_until)),
            Line::Closed(closing) => Heard::Closed(closing.as_str()),
        }),
    }
}
