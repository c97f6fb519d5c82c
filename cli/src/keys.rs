//! `latchkey keys …`: the key rings, through the function `rotate-keys`.

mod ring;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::actor::actor;
use crate::confirm::confirm;
use crate::functions::{Function, Functions};
use crate::options::{Manner, Reason};
use crate::{answer, time};

pub use ring::{Key, Rings};

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Show every key of the three rings; never a secret.
    List,
    /// Put the next key to work and draw another next one: of every ring that is due, or of one kind.
    Rotate {
        /// Only this ring, due or not.
        #[arg(long)]
        kind: Option<Kind>,
        /// Even if the next key is so young that verifiers may not have heard of it.
        #[arg(long)]
        force: bool,
    },
    /// Refuse a key everywhere, from now on. What it signed or sealed is worthless.
    Revoke {
        /// The key's id in `keys list`.
        id: String,
        /// Its ring; needed for seal and pepper keys, whose ids are numbers.
        #[arg(long)]
        kind: Option<Kind>,
        #[command(flatten)]
        reason: Reason,
    },
    /// End every session that began earlier.
    ValidFrom {
        /// As 2026-01-31T12:00:00Z, or in seconds since 1970 [default: now].
        #[arg(value_name = "TIME", value_parser = time::parse)]
        at: Option<i64>,
        #[command(flatten)]
        reason: Reason,
    },
    /// Publish the public keys once more: to the key set and to the authorizer.
    Publish,
}

/// One of the three rings.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    /// Signs access tokens.
    Sign,
    /// Seals refresh and session tokens.
    Seal,
    /// Goes into password hashes.
    Pepper,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Sign => "sign",
            Kind::Seal => "seal",
            Kind::Pepper => "pepper",
        }
    }
}

/// Does it and shows the rings.
pub async fn run(action: Action, functions: &Functions, manner: &Manner) -> Result<ExitCode> {
    let only_reads = matches!(action, Action::List);
    if let Some(consequence) = action.consequence() {
        confirm(&consequence, functions, manner.yes).await?;
    }
    let payload = action.payload(&actor(functions, manner).await?);
    let rings = answer::read(&functions.invoke(Function::RotateKeys, &payload).await?, manner.json)?;
    let rings = Rings::read(&rings)?;
    if !manner.json {
        print!("{rings}");
        if !only_reads {
            println!("{}", if rings.changed { "changed" } else { "nothing was changed" });
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Action {
    fn payload(&self, actor: &str) -> Value {
        let mut payload = match self {
            Action::List => json!({ "action": "list" }),
            Action::Rotate { kind: None, force } => json!({ "action": "rotate", "force": force }),
            Action::Rotate { kind: Some(kind), force } => {
                json!({ "action": "rotate", "kind": kind.name(), "force": force })
            }
            Action::Revoke { id, kind, reason } => {
                let kind = kind.unwrap_or(Kind::Sign).name();
                json!({ "action": "revoke", "kind": kind, "id": id, "reason": reason.reason })
            }
            Action::ValidFrom { at: None, reason } => json!({ "action": "valid-from", "reason": reason.reason }),
            Action::ValidFrom { at: Some(at), reason } => {
                json!({ "action": "valid-from", "at": at, "reason": reason.reason })
            }
            Action::Publish => json!({ "action": "publish" }),
        };
        payload["actor"] = actor.into();
        payload
    }

    /// What to say before it is done for good.
    fn consequence(&self) -> Option<String> {
        match self {
            Action::Revoke { id, kind, .. } => {
                let lost = match kind.unwrap_or(Kind::Sign) {
                    Kind::Sign => "every access token that it signed is refused",
                    Kind::Seal => "every session whose refresh or session token it sealed is lost",
                    Kind::Pepper => "nobody whose password was hashed with it can sign in with that password",
                };
                Some(format!("Key {id} is refused everywhere from now on: {lost}."))
            }
            Action::ValidFrom { at, .. } => {
                let at = at.map_or_else(|| "now".to_owned(), time::text);
                Some(format!("Every session of every user that began before {at} ends."))
            }
            Action::List | Action::Rotate { .. } | Action::Publish => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(action: &Action) -> String {
        action.payload("ada").to_string()
    }

    #[test]
    fn every_action_becomes_the_payload_that_rotate_keys_takes() {
        let reason = || Reason { reason: "leaked".to_owned() };
        assert_eq!(payload(&Action::List), r#"{"action":"list","actor":"ada"}"#);
        assert_eq!(
            payload(&Action::Rotate { kind: None, force: false }),
            r#"{"action":"rotate","force":false,"actor":"ada"}"#
        );
        assert_eq!(
            payload(&Action::Rotate { kind: Some(Kind::Seal), force: true }),
            r#"{"action":"rotate","kind":"seal","force":true,"actor":"ada"}"#
        );
        assert_eq!(
            payload(&Action::Revoke { id: "k1".to_owned(), kind: None, reason: reason() }),
            r#"{"action":"revoke","kind":"sign","id":"k1","reason":"leaked","actor":"ada"}"#
        );
        assert_eq!(
            payload(&Action::ValidFrom { at: Some(1_767_225_600), reason: reason() }),
            r#"{"action":"valid-from","at":1767225600,"reason":"leaked","actor":"ada"}"#
        );
        assert_eq!(
            payload(&Action::ValidFrom { at: None, reason: reason() }),
            r#"{"action":"valid-from","reason":"leaked","actor":"ada"}"#
        );
        assert_eq!(payload(&Action::Publish), r#"{"action":"publish","actor":"ada"}"#);
    }

    #[test]
    fn only_what_cannot_be_undone_asks_first() {
        let reason = || Reason { reason: "leaked".to_owned() };
        assert!(Action::List.consequence().is_none());
        assert!(Action::Rotate { kind: None, force: true }.consequence().is_none());
        assert!(Action::Revoke { id: "1".to_owned(), kind: None, reason: reason() }.consequence().is_some());
        assert!(Action::ValidFrom { at: None, reason: reason() }.consequence().is_some());
    }
}
