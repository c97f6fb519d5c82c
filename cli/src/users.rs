//! `latchkey users …`: users and their sessions, through the function `admin`.

mod payload;
mod shown;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Subcommand;

use crate::actor::actor;
use crate::answer;
use crate::confirm::confirm;
use crate::functions::{Function, Functions};
use crate::options::{Manner, Reason};
use payload::payload;
use shown::Shown;

/// What can be done with users.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Show a user.
    Find {
        /// An email, or the user's id.
        who: String,
    },
    /// Set the user's roles, all of them; they reach new access tokens.
    Roles {
        /// The user's id.
        id: String,
        /// The roles from now on.
        #[arg(required_unless_present = "none")]
        roles: Vec<String>,
        /// No role at all.
        #[arg(long, conflicts_with = "roles")]
        none: bool,
        #[command(flatten)]
        reason: Reason,
    },
    /// Set the user's scopes, all of them; they reach new access tokens.
    Scopes {
        /// The user's id.
        id: String,
        /// The scopes from now on.
        #[arg(required_unless_present = "none")]
        scopes: Vec<String>,
        /// No scope at all.
        #[arg(long, conflicts_with = "scopes")]
        none: bool,
        #[command(flatten)]
        reason: Reason,
    },
    /// End the user's sessions and refuse every sign-in.
    Disable(One),
    /// Let a disabled user sign in again.
    Enable(One),
    /// Show where the user is signed in.
    Sessions {
        /// The user's id.
        id: String,
    },
    /// End one session.
    EndSession {
        /// The user's id.
        id: String,
        /// The session's id.
        session: String,
        #[command(flatten)]
        reason: Reason,
    },
    /// End every session of the user.
    EndSessions(One),
    /// Delete the account; its email may be registered again.
    Delete(One),
}

/// A user, and why.
#[derive(Debug, clap::Args)]
pub struct One {
    /// The user's id.
    id: String,
    #[command(flatten)]
    reason: Reason,
}

/// Does it and shows what came of it.
pub async fn run(action: Action, functions: &Functions, manner: &Manner) -> Result<ExitCode> {
    if let Action::Delete(user) = &action {
        let consequence = format!("The account {} is deleted, with all its sessions.", user.id);
        confirm(&consequence, functions, manner.yes).await?;
    }
    let actor = actor(functions, manner).await?;
    let mut after = None;
    loop {
        let payload = payload(&action, &actor, after.as_deref());
        let answer = answer::read(&functions.invoke(Function::Admin, &payload).await?, manner.json)?;
        let shown = Shown::read(&answer)?;
        if !manner.json {
            print!("{shown}");
        }
        match shown.next {
            None => return Ok(ExitCode::SUCCESS),
            Some(next) if after.as_ref() == Some(&next) => bail!("the list of sessions does not end"),
            next => after = next,
        }
    }
}
