//! `cargo xtask soak`: very many messages through the running stack, by connections that break all the time.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::Args;

use crate::process;
use crate::stack;
use crate::test::typescript;

/// What CI sends.
pub const FEW: u32 = 500;

/// Messages in one room. The emulator reads all of a room for every query: in one of thousands it stores one message a second.
const ROUND: u32 = 500;

/// How many messages, and through what.
#[derive(Debug, Args)]
pub struct Options {
    /// How many messages are sent.
    #[arg(long, default_value_t = 10_000)]
    messages: u32,
    /// Leave the connections alone: what is printed is then how fast messages pass.
    #[arg(long)]
    calm: bool,
}

/// Sends them through the stack that is up.
pub fn run(options: &Options) -> Result<()> {
    let url = stack::api_url()?;
    send(&url, options.messages, options.calm)
}

/// Sends `messages`, a round after the other, each in a room of its own; fails unless everybody ends with every message once and in order.
pub fn send(url: &str, messages: u32, calm: bool) -> Result<()> {
    let (node, tests) = typescript::browser_tests()?;
    let begun = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let rounds = messages.div_ceil(ROUND);
    for round in 1..=rounds {
        let room = format!("soak-{begun}-{round}");
        stack::make_room(&room, "Soak")?;
        eprintln!("round {round} of {rounds}");
        let mut soak = node.command("node")?;
        soak.current_dir(&tests)
            .args(["--test", "--test-reporter=spec", "stack/soak.test.mjs"])
            .env("LATCHKEY_URL", url)
            .env("LATCHKEY_SOAK_ROOM", room)
            .env("LATCHKEY_SOAK_MESSAGES", ROUND.min(messages - (round - 1) * ROUND).to_string());
        if calm {
            soak.env("LATCHKEY_SOAK_CALM", "1");
        }
        process::run("the soak test", soak).context("somebody did not end with every message once and in order")?;
    }
    Ok(())
}
