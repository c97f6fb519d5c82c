//! What is said on an open WebSocket connection.

use super::{
    connect::{Proven, Shown, prove},
    hang_up::close,
};
use crate::{
    domain::{Closing, Connection, ConnectionId, EndCause, Timestamp},
    error::{Error, Refusal},
    operations::connect::Admitted,
    ports::{Change, FindConnection, ForgetConnection, HangUp, ProlongConnection},
    tokens::Verifier,
};

/// What a conversation needs.
#[derive(Debug)]
pub struct Conversation<S, G> {
    /// Connections.
    pub store: S,
    /// Closes them.
    pub gateway: G,
    /// Proves newer credentials.
    pub verifier: Verifier,
}

/// Whether a connection goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// It does.
    Open(Connection),
    /// It was told why not, and is closed.
    Closed(Closing),
}

/// Finds the connection on which somebody speaks whom the authorizer once admitted. One that is not there, or no longer good, is
/// closed; so is one from before the second that administrators have all sessions begin after.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn listen<S, G>(
    ctx: &Conversation<S, G>,
    admitted: &Admitted,
    id: &ConnectionId,
    now: Timestamp,
) -> Result<Line, Error>
where
    S: FindConnection + ForgetConnection,
    G: HangUp,
{
    match ctx.store.find_connection(admitted.user_id, id).await? {
        Some(connection) if connection.connected_at < ctx.verifier.valid_from() => {
            end(ctx, &connection, Closing::Ended(EndCause::RevokedByAdmin), now).await
        }
        Some(connection) if connection.is_good(now) => Ok(Line::Open(connection)),
        Some(connection) => end(ctx, &connection, Closing::Expired, now).await,
        None => {
            ctx.gateway.hang_up(id, Closing::Unknown).await?;
            Ok(Line::Closed(Closing::Unknown))
        }
    }
}

/// Goes on with a newer access token or ticket of the same session and epoch, for as long as a connection that it would open. A
/// credential of somebody else, or of another session, closes the connection. A ticket is not redeemed: there is a connection already,
/// of the very session that it is for.
///
/// # Errors
/// [`Error::InvalidToken`] for what is no good credential: the connection goes on as it was; [`Error::Unavailable`].
pub async fn reauthenticate<S, G>(
    ctx: &Conversation<S, G>,
    connection: Connection,
    unverified: Shown<'_>,
    now: Timestamp,
) -> Result<Line, Error>
where
    S: ProlongConnection + ForgetConnection,
    G: HangUp,
{
    let Proven { subject, good_until, .. } = prove(&ctx.verifier, unverified, now)?;
    if (subject.user_id, subject.session_id) != (connection.user_id, connection.session_id) {
        return end(ctx, &connection, Closing::OtherIdentity, now).await;
    }
    if subject.epoch != connection.epoch {
        return Err(Refusal("epoch").into());
    }
    if good_until <= connection.good_until {
        return Ok(Line::Open(connection));
    }
    match ctx.store.prolong_connection(&connection, good_until).await? {
        Change::Done => Ok(Line::Open(Connection { good_until, ..connection })),
        Change::Stale => Err(Error::Unavailable("the connection is being changed by others".into())),
    }
}

async fn end<S: ForgetConnection, G: HangUp>(
    ctx: &Conversation<S, G>,
    connection: &Connection,
    closing: Closing,
    now: Timestamp,
) -> Result<Line, Error> {
    close(&ctx.store, &ctx.gateway, connection, closing, now).await?;
    Ok(Line::Closed(closing))
}
