//! The command line of `latchkey`.

use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::{doctor, keys, rooms, target, users};

/// The operator's tool of Latchkey: keys, users, rooms, and a doctor.
///
/// It holds no rights of its own: it calls the functions of a deployment with the credentials of your AWS environment or
/// profile, and needs `lambda:InvokeFunction` on them. Exit code 0: done; 1: refused, failed, or the doctor found something;
/// 2: not understood.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version)]
pub struct Options {
    /// Where the functions are.
    #[command(flatten)]
    pub target: target::TargetOptions,
    /// How to ask and to answer.
    #[command(flatten)]
    pub manner: Manner,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How to ask and to answer, whatever is done.
#[derive(Debug, clap::Args)]
pub struct Manner {
    /// Print the function's answer as JSON instead of a table.
    #[arg(long, global = true)]
    pub json: bool,
    /// Do not ask before what cannot be undone.
    #[arg(long, global = true)]
    pub yes: bool,
    /// Who does it, for the log [default: your ARN on AWS, your name on this machine in development].
    #[arg(long, global = true, value_name = "WHO", value_parser = words)]
    pub actor: Option<String>,
    /// Give up on an answer after this long.
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=900))]
    pub timeout: u64,
}

impl Manner {
    /// How long to wait for one answer.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List, rotate, revoke and publish keys.
    #[command(subcommand)]
    Keys(keys::Action),
    /// Find users, decide what they may do, end their sessions.
    #[command(subcommand)]
    Users(users::Action),
    /// Make rooms for WebSocket clients, and decide who is in them.
    #[command(subcommand)]
    Rooms(rooms::Action),
    /// Check an issuer and a deployment, and say what is wrong and what to do.
    Doctor(doctor::DoctorOptions),
}

/// What `--reason` takes; it is logged with the action.
#[derive(Debug, clap::Args)]
pub struct Reason {
    /// Why, for the log.
    #[arg(long, value_name = "TEXT", value_parser = words)]
    pub reason: String,
}

/// What the functions take as actor and reason: 1 to 200 characters, not all of them blank, that are no control characters.
fn words(text: &str) -> Result<String, String> {
    if text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err("1 to 200 characters, not only spaces, no control characters".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Options::command().debug_assert();
    }

    #[test]
    fn a_reason_is_a_short_line_of_text() {
        assert!(words("left the company").is_ok());
        assert!(words(&"ä".repeat(200)).is_ok());
        for text in ["", "  ", &"a".repeat(201), "two\nlines", "\u{1b}[2J"] {
            assert!(words(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_changes_something_for_good_needs_a_reason() {
        for line in ["keys revoke abc", "keys valid-from", "users disable u", "users delete u", "users roles u admin"] {
            let words = std::iter::once("latchkey").chain(line.split(' '));
            assert!(Options::try_parse_from(words.clone()).is_err(), "{line}");
            assert!(Options::try_parse_from(words.chain(["--reason", "why"])).is_ok(), "{line}");
        }
    }
}
