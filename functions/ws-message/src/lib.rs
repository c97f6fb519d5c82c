//! Every frame of an open connection: what keeps it going, what is said in rooms, and an error frame for all else.

mod rooms;

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
    operations::{
        connect::Shown,
        converse::{Conversation, Line, listen, reauthenticate},
    },
    ports::{
        FindConnection, FindMember, FindPublishedKeys, FindRooms, FindUser, ForgetConnection, HangUp, JoinRoom,
        KeepMessage, LeaveRoom, ListRooms, Listen, NoteResume, ProlongConnection, ReadMessages, SendFrame,
    },
    startup::{Startup, StartupError},
};

/// All that rooms ask of a store.
pub trait Rooms:
    FindUser + NoteResume + FindRooms + FindMember + ListRooms + JoinRoom + LeaveRoom + Listen + KeepMessage + ReadMessages
{
}
impl<S> Rooms for S where
    S: FindUser
        + NoteResume
        + FindRooms
        + FindMember
        + ListRooms
        + JoinRoom
        + LeaveRoom
        + Listen
        + KeepMessage
        + ReadMessages
{
}

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
    S: FindConnection + ForgetConnection + ProlongConnection + Rooms,
    G: HangUp + SendFrame,
{
    event.require("MESSAGE")?;
    let (admitted, id) = (event.admitted()?, event.connection_id()?);
    let frame = event.text().map_or_else(|error| Frame { id: None, action: Err(error) }, Frame::read);
    let outcome = match listen(app, &admitted, &id, now).await {
        Ok(Line::Open(connection)) => act(app, connection, &frame.id, frame.action, now).await,
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
    id: &Option<String>,
    action: Result<Action, Error>,
    now: Timestamp,
) -> Result<Heard, Error>
where
    S: ForgetConnection + ProlongConnection + Rooms,
    G: HangUp + SendFrame,
{
    let (store, speaker) = (&app.store, &connection);
    let said = match action? {
        Action::Ping => Said::Pong,
        Action::Auth { token, ticket } => match reauthenticate(app, connection, shown(&token, &ticket)?, now).await? {
            Line::Open(connection) => Said::authenticated(connection.good_until),
            Line::Closed(closing) => return Ok(Heard::Closed(closing.as_str())),
        },
        Action::Resume { rooms } => rooms::resumed(store, &app.gateway, speaker, id.as_ref(), rooms, now).await?,
        Action::Join { room } => rooms::joined(store, speaker, &room, now).await?,
        Action::Leave { room } => rooms::left(store, speaker, &room).await?,
        Action::Send { room, message_id, body } => {
            rooms::sent(store, speaker, (&room, &message_id), &body, now).await?
        }
        Action::History { room, after } => rooms::history(store, speaker, &room, after).await?,
    };
    Ok(Heard::Answered(said))
}

/// The one credential of a frame.
fn shown<'a>(token: &'a Option<String>, ticket: &'a Option<String>) -> Result<Shown<'a>, Error> {
    match (token, ticket) {
        (Some(token), None) => Ok(Shown::AccessToken(token)),
        (None, Some(ticket)) => Ok(Shown::Ticket(ticket)),
        _ => Err(Error::MalformedBody("either token or ticket is needed".to_owned())),
    }
}
