//! What a handshake shows: exactly one credential, in the list of subprotocols or in the query.
//!
//! | place | credential |
//! |---|---|
//! | `Sec-WebSocket-Protocol: latchkey, latchkey.ticket.<ticket>` | a ticket |
//! | `Sec-WebSocket-Protocol: latchkey, latchkey.jwt.<access token>` | an access token |
//! | `?ticket=<ticket>` | a ticket |
//!
//! A URL ends up in logs, so that an access token never stands in it; a ticket there is worth nothing when it is read.

use super::event::Event;
use crate::{error::Refusal, operations::connect::Shown};

/// The subprotocol that is spoken: what stands beside a credential, and what the answer selects (RFC 6455 section 4.2.2).
pub const PROTOCOL: &str = "latchkey";

const TICKET: &str = "latchkey.ticket.";
const ACCESS_TOKEN: &str = "latchkey.jwt.";
const PARAMETER: &str = "ticket";

/// Credentials that other requests of ours carry: beside them there would be two.
const OTHER_CARRIERS: [&str; 2] = ["authorization", "x-auth-token"];

/// The one credential that a handshake shows, unproven.
pub(super) fn shown(event: &Event) -> Result<Shown<'_>, Refusal> {
    for carrier in OTHER_CARRIERS {
        if event.header(carrier)?.is_some() {
            return Err(Refusal("a carrier that is none here"));
        }
    }
    if event.query_names().any(|name| name != PARAMETER) {
        return Err(Refusal("a query that is none"));
    }
    match (of_protocols(event)?, event.query(PARAMETER)?) {
        (Some(shown), None) => Ok(shown),
        (None, Some(ticket)) => Ok(Shown::Ticket(ticket)),
        (None, None) => Err(Refusal("no credential")),
        (Some(_), Some(_)) => Err(Refusal("two credentials")),
    }
}

/// The origin of the page that connects.
pub(super) fn origin(event: &Event) -> Result<Option<&str>, Refusal> {
    event.header("origin")
}

impl Event {
    /// Whether the client offers our subprotocol: then it wants to hear that it is spoken.
    pub fn offers_protocol(&self) -> bool {
        self.header("sec-websocket-protocol").is_ok_and(|list| protocols(list).any(|offered| offered == PROTOCOL))
    }
}

fn protocols(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.into_iter().flat_map(|list| list.split(',')).map(str::trim)
}

fn of_protocols(event: &Event) -> Result<Option<Shown<'_>>, Refusal> {
    let list = event.header("sec-websocket-protocol")?;
    let mut credentials = protocols(list).filter_map(credential);
    let Some(shown) = credentials.next() else { return Ok(None) };
    if credentials.next().is_some() {
        return Err(Refusal("two credentials"));
    }
    if !protocols(list).any(|offered| offered == PROTOCOL) {
        // A browser takes no other answer than one of its offers, and the credential must not be repeated.
        return Err(Refusal("a credential without the subprotocol beside it"));
    }
    Ok(Some(shown))
}

fn credential(offered: &str) -> Option<Shown<'_>> {
    let ticket = offered.strip_prefix(TICKET).map(Shown::Ticket);
    ticket.or_else(|| offered.strip_prefix(ACCESS_TOKEN).map(Shown::AccessToken))
}
