//! What the authorizer says of whoever it lets in, and what the gateway repeats of it: strings, since it makes strings of everything.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{TicketId, Timestamp},
    error::Refusal,
    operations::connect::Admitted,
};

/// An authorizer's context.
#[derive(Serialize, Deserialize)]
pub(super) struct Context {
    sub: String,
    sid: String,
    epoch: String,
    until: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
}

impl From<&Admitted> for Context {
    fn from(admitted: &Admitted) -> Self {
        Self {
            sub: admitted.user_id.to_string(),
            sid: admitted.session_id.to_string(),
            epoch: admitted.epoch.to_string(),
            until: admitted.good_until.seconds().to_string(),
            jti: admitted.ticket.as_ref().map(|ticket| ticket.as_str().to_owned()),
        }
    }
}

impl TryFrom<&Context> for Admitted {
    type Error = Refusal;

    fn try_from(context: &Context) -> Result<Self, Refusal> {
        const NOT_OURS: Refusal = Refusal("the context of another authorizer");
        let ticket = context.jti.as_deref().map(TicketId::parse).transpose();
        Ok(Self {
            user_id: context.sub.parse().map_err(|_| NOT_OURS)?,
            session_id: context.sid.parse().map_err(|_| NOT_OURS)?,
            epoch: context.epoch.parse().map_err(|_| NOT_OURS)?,
            good_until: context.until.parse().map(Timestamp::from_seconds).map_err(|_| NOT_OURS)?,
            ticket: ticket.map_err(|_| NOT_OURS)?,
        })
    }
}
