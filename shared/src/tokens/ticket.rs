//! Tickets: JWTs that open one WebSocket connection each, within seconds. Browsers cannot send headers with a handshake, and what
//! stands in a URL ends up in logs: so what stands there is worth nothing a moment later, and nothing twice.

use serde::{Deserialize, Serialize};

use super::{
    Audience, SignRing, Subject, Verifier,
    claims::{Claims, Kind},
    jws,
};
use crate::{
    domain::{Timestamp, connection::TicketId, lifetimes::MAX_ACCESS_TOKEN_SECONDS},
    error::Refusal,
};

/// How long a ticket lives, in seconds: one handshake, with a slow network in between.
pub const TICKET_SECONDS: u64 = 30;

const KIND: Kind = Kind { typ: "latchkey-ticket+jwt", purpose: "/ws-ticket", longest: TICKET_SECONDS };

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketClaims {
    /// Who may connect, in which session.
    pub subject: Subject,
    /// `jti`: what is redeemed, once.
    pub id: TicketId,
    /// Until when the connection may be used.
    pub good_until: Timestamp,
    /// The origin of the page that asked for it, if a page did: no other may use it.
    pub origin: Option<String>,
}

/// The claims as they are written.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(flatten)]
    claims: Claims,
    until: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
}

/// A ticket in the clear, to be shown once.
pub struct Ticket(String);

impl Ticket {
    /// The ticket itself, for the reply.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket")
    }
}

/// Issues a ticket, good from `now` for [`TICKET_SECONDS`].
///
/// # Errors
/// [`Refusal`] when the ring has no usable key.
pub fn issue(ring: &SignRing, audience: &Audience, ticket: &TicketClaims, now: Timestamp) -> Result<Ticket, Refusal> {
    // What a user may do is asked for when they do it: it would only make the URL longer.
    let subject = Subject { roles: Vec::new(), scope: String::new(), ..ticket.subject.clone() };
    let id = ticket.id.as_str().to_owned();
    let written = Written {
        claims: Claims::new(&KIND, audience, &subject, id, now, now.plus(TICKET_SECONDS)),
        until: ticket.good_until.seconds(),
        origin: ticket.origin.clone(),
    };
    jws::sign(ring.active(), KIND.typ, &written).map(Ticket).map_err(|_| Refusal("signing failed"))
}

impl Verifier {
    /// Verifies a ticket as it came. Its connection may be used for no longer than an access token of the same second could live.
    /// Whether it was redeemed before is for the table to say.
    ///
    /// # Errors
    /// [`Refusal`] for anything but a good ticket.
    pub fn verify_ticket(&self, unverified: &str, now: Timestamp) -> Result<TicketClaims, Refusal> {
        let (written, _) = jws::open::<Written>(unverified, KIND.typ, |kid| self.keys.find(kid, now))?;
        let Written { claims, until, origin } = written;
        claims.check(&KIND, self, now)?;
        let good_until = Timestamp::from_seconds(until);
        if good_until > claims.issued_at().plus(MAX_ACCESS_TOKEN_SECONDS) {
            return Err(Refusal("longer than an access token"));
        }
        let id = TicketId::parse(claims.token_id()).map_err(|_| Refusal("ticket id"))?;
        let (subject, _) = claims.into_subject()?;
        Ok(TicketClaims { subject, id, good_until, origin })
    }
}
