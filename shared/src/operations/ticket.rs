//! Asking for a ticket, which opens a WebSocket connection.

use super::{Credential, Guard, Mint, identify::require_live};
use crate::{
    domain::{Timestamp, connection::TicketId},
    error::{Error, Refusal},
    ports::{FindSession, SlideSession},
    tokens::{
        Identity, Subject,
        ticket::{self, Ticket, TicketClaims},
    },
};

/// What making tickets needs.
#[derive(Debug)]
pub struct Ticketing<S> {
    /// Sessions and profiles.
    pub store: S,
    /// Proves the caller.
    pub guard: Guard,
    /// Signs tickets.
    pub mint: Mint,
}

/// Makes a ticket for the session of the caller, whatever kind of credential they show. The connection may be used for as long as an
/// access token of this moment.
///
/// # Errors
/// [`Error::InvalidToken`] and [`Error::SessionEnded`] when the caller's session is not live; [`Error::Unavailable`].
pub async fn issue_ticket<S: FindSession + SlideSession>(
    ctx: &Ticketing<S>,
    unverified: Credential<'_>,
    origin: Option<&str>,
    now: Timestamp,
) -> Result<(Identity, Ticket), Error> {
    let identity = ctx.guard.identify(&ctx.store, unverified, now).await?;
    let (session, user) = require_live(&ctx.store, &identity, now).await?;
    let claims = TicketClaims {
        subject: Subject::of(&session, &user),
        id: TicketId::parse(&ctx.mint.token_id()?).map_err(|_| Refusal("ticket id"))?,
        good_until: now.plus(ctx.mint.lifetimes.access_token).min(session.absolute_expires_at),
        origin: origin.map(str::to_owned),
    };
    let made = ticket::issue(&ctx.mint.sign, &ctx.mint.audience, &claims, now);
    let ticket = made.map_err(|reason| Error::Internal(format!("a ticket could not be made: {reason}")))?;
    Ok((identity, ticket))
}
