//! `latchkey rooms …`: rooms of the WebSocket API and who is in them, through the function `admin`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use crate::actor::actor;
use crate::answer;
use crate::functions::{Function, Functions};
use crate::options::{Manner, Reason};

/// What can be done with rooms.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make a room, or give one another name and other rules; its members stay.
    Put {
        /// The room's id: 1 to 64 of a-z, 0-9 and -.
        id: String,
        /// What people call it.
        #[arg(long)]
        name: String,
        /// Everybody who has signed in may join.
        #[arg(long, conflicts_with = "role")]
        everybody: bool,
        /// Whoever has this role may join; may be repeated. Without it and --everybody only you make members.
        #[arg(long)]
        role: Vec<String>,
        #[command(flatten)]
        reason: Reason,
    },
    /// Make a user a member.
    Add(One),
    /// Make a user no member any more.
    Remove(One),
}

/// A room, a user, and why.
#[derive(Debug, clap::Args)]
pub struct One {
    /// The room's id.
    id: String,
    /// The user's id.
    user: String,
    #[command(flatten)]
    reason: Reason,
}

/// Does it and says so.
pub async fn run(action: Action, functions: &Functions, manner: &Manner) -> Result<ExitCode> {
    let payload = payload(&action, &actor(functions, manner).await?);
    answer::read(&functions.invoke(Function::Admin, &payload).await?, manner.json)?;
    if !manner.json {
        println!("done");
    }
    Ok(ExitCode::SUCCESS)
}

fn payload(action: &Action, actor: &str) -> Value {
    let mut payload = match action {
        Action::Put { id, name, everybody, role, reason } => json!({
            "action": "put-room", "room": id, "name": name, "everybody": everybody, "roles": role,
            "reason": reason.reason,
        }),
        Action::Add(one) => member("add-member", one),
        Action::Remove(one) => member("remove-member", one),
    };
    payload["actor"] = actor.into();
    payload
}

fn member(action: &str, one: &One) -> Value {
    json!({ "action": action, "room": one.id, "user_id": one.user, "reason": one.reason.reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Command, Options};
    use clap::Parser;

    #[test]
    fn every_command_becomes_the_payload_that_admin_takes() {
        for (line, expected) in [
            (
                "put lobby --name Lobby --everybody --reason new",
                json!({ "action": "put-room", "room": "lobby", "name": "Lobby", "everybody": true, "roles": [] }),
            ),
            (
                "put staff --name Staff --role staff --role admin --reason new",
                json!({
                    "action": "put-room", "room": "staff", "name": "Staff", "everybody": false,
                    "roles": ["staff", "admin"],
                }),
            ),
            ("add staff 0b9f --reason new", json!({ "action": "add-member", "room": "staff", "user_id": "0b9f" })),
            (
                "remove staff 0b9f --reason new",
                json!({ "action": "remove-member", "room": "staff", "user_id": "0b9f" }),
            ),
        ] {
            let words = std::iter::once("latchkey").chain(["rooms"]).chain(line.split(' '));
            let Command::Rooms(action) = Options::try_parse_from(words).unwrap().command else {
                panic!("no rooms command")
            };
            let mut expected = expected;
            expected["reason"] = json!("new");
            expected["actor"] = json!("ada");
            assert_eq!(payload(&action, "ada"), expected, "{line}");
        }
    }

    #[test]
    fn a_room_is_for_everybody_or_for_roles() {
        let line = "latchkey rooms put lobby --name Lobby --everybody --role staff --reason new";
        assert!(Options::try_parse_from(line.split(' ')).is_err());
    }
}
