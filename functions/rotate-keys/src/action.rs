//! What an operator or a schedule may ask for.

use latchkey::{
    error::Error,
    http::{
        payload::{self, Said},
        request::Fields,
    },
    tokens::rings::Kind,
};
use serde::Deserialize;

use crate::log::Log;

/// One action, as it is sent. What changes something says who asks, and what ends something for good also why.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Action {
    /// Says which keys there are.
    List { actor: Option<String>, reason: Option<String> },
    /// Rotates the ring of a kind, or all that are due.
    Rotate {
        actor: String,
        reason: Option<String>,
        kind: Option<Kind>,
        #[serde(default)]
        force: bool,
    },
    /// Takes one key out: one that signs, if no kind is named.
    Revoke { actor: String, reason: String, kind: Option<Kind>, id: String },
    /// Writes the public keys again to where they are published.
    Publish { actor: String, reason: Option<String> },
    /// Refuses every session that began before this second; without one, every session there is.
    ValidFrom { actor: String, reason: String, at: Option<u64> },
}

impl Action {
    /// Reads a payload, and tells the log what is asked for, by whom and why.
    ///
    /// # Errors
    /// [`Error::BodyTooLarge`], [`Error::MalformedBody`], [`Error::InvalidInput`].
    pub(crate) fn read(payload: &str, log: &mut Log) -> Result<Self, Error> {
        let action: Self = payload::parse(payload)?;
        log.action(action.name());
        let mut fields = Fields::default();
        let (actor, reason) = action.said();
        log.asked_by(Said::parse(&mut fields, actor, reason));
        fields.check(Some(action))
    }

    fn name(&self) -> &'static str {
        match self {
            Self::List { .. } => "list",
            Self::Rotate { .. } => "rotate",
            Self::Revoke { .. } => "revoke",
            Self::Publish { .. } => "publish",
            Self::ValidFrom { .. } => "valid-from",
        }
    }

    /// Who asks, and why.
    fn said(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::List { actor, reason } => (actor.as_deref(), reason.as_deref()),
            Self::Rotate { actor, reason, .. } | Self::Publish { actor, reason } => (Some(actor), reason.as_deref()),
            Self::Revoke { actor, reason, .. } | Self::ValidFrom { actor, reason, .. } => (Some(actor), Some(reason)),
        }
    }
}
