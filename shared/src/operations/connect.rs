//! Opening a WebSocket connection: the credential of the handshake is proven, then the connection is written down if its session is
//! live.

use super::identify::require_live_session;
use crate::{
    domain::{Connection, ConnectionId, SessionId, TicketId, Timestamp, UserId, connection::MAX_CONNECTIONS_OF_USER},
    error::{Error, Refusal},
    ports::{FindSession, ListConnections, OpenConnection, Opened, Opening},
    tokens::{Subject, Verifier, ticket::TicketClaims},
};

/// What a handshake shows, as it came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown<'a> {
    /// A ticket.
    Ticket(&'a str),
    /// An access token.
    AccessToken(&'a str),
}

/// Whom a credential lets connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// Who.
    pub user_id: UserId,
    /// In which session.
    pub session_id: SessionId,
    /// The user's epoch when the credential was made.
    pub epoch: u64,
    /// The first second at which the connection must not be used any more.
    pub good_until: Timestamp,
    /// The ticket that has to be redeemed.
    pub ticket: Option<TicketId>,
}

/// Proves the credential of a handshake from `origin`, if a page makes it. Nothing is looked up.
///
/// # Errors
/// [`Error::InvalidToken`].
pub fn admit(
    verifier: &Verifier,
    unverified: Shown<'_>,
    origin: Option<&str>,
    now: Timestamp,
) -> Result<Admitted, Error> {
    let Proven { subject, good_until, ticket } = prove(verifier, unverified, now)?;
    let page = ticket.as_ref().and_then(|claims| claims.origin.as_deref());
    if page.is_some_and(|page| origin != Some(page)) {
        return Err(Refusal("a ticket of another page").into());
    }
    let (user_id, session_id, epoch) = (subject.user_id, subject.session_id, subject.epoch);
    Ok(Admitted { user_id, session_id, epoch, good_until, ticket: ticket.map(|claims| claims.id) })
}

/// What a credential proves.
pub(super) struct Proven {
    /// Who, in which session.
    pub(super) subject: Subject,
    /// The first second at which its connection must not be used any more.
    pub(super) good_until: Timestamp,
    ticket: Option<TicketClaims>,
}

/// Proves a credential, whatever it is. Nothing is looked up.
///
/// # Errors
/// [`Error::InvalidToken`].
pub(super) fn prove(verifier: &Verifier, unverified: Shown<'_>, now: Timestamp) -> Result<Proven, Error> {
    Ok(match unverified {
        Shown::Ticket(ticket) => {
            let claims = verifier.verify_ticket(ticket, now)?;
            Proven { subject: claims.subject.clone(), good_until: claims.good_until, ticket: Some(claims) }
        }
        Shown::AccessToken(token) => {
            let claims = verifier.verify(token, now)?;
            Proven { subject: claims.subject, good_until: claims.expires_at, ticket: None }
        }
    })
}

/// Opens the connection `id` for whom the authorizer has admitted. The reading says why a session is over; the writing makes sure
/// that it is not.
///
/// # Errors
/// [`Error::SessionEnded`]; [`Error::InvalidToken`] also for a ticket that was redeemed before; [`Error::TooManyConnections`];
/// [`Error::Unavailable`].
pub async fn connect<S: FindSession + ListConnections + OpenConnection>(
    store: &S,
    admitted: Admitted,
    id: ConnectionId,
    now: Timestamp,
) -> Result<Connection, Error> {
    let Admitted { user_id, session_id, epoch, good_until, ticket } = admitted;
    let (session, _) = require_live_session(store, (user_id, session_id), epoch, now).await?;
    let good_until = good_until.min(session.absolute_expires_at);
    if now >= good_until {
        return Err(Refusal::EXPIRED.into());
    }
    require_space(store, user_id, now).await?;
    let connection = Connection { id, user_id, session_id, epoch, connected_at: now, good_until, resumed_at: None };
    let opening = Opening { connection, ticket };
    match store.open_connection(&opening).await? {
        Opened::Open => Ok(opening.connection),
        Opened::Over => Err(Refusal("the session ended meanwhile").into()),
        Opened::Redeemed => Err(Refusal("a ticket that was used before").into()),
    }
}

/// Refuses one more connection than a user may have. Handshakes at the same moment do not see each other: some more do no harm. What
/// is open no more is not counted for longer than its credential is good.
async fn require_space<S: ListConnections>(store: &S, user_id: UserId, now: Timestamp) -> Result<(), Error> {
    let connections = store.list_connections(user_id).await?;
    let open = connections.iter().filter(|connection| connection.is_good(now)).count();
    if open < MAX_CONNECTIONS_OF_USER { Ok(()) } else { Err(Error::TooManyConnections) }
}
