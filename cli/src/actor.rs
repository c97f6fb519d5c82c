//! Who is at the keyboard, for the log.

use std::env;

use anyhow::Result;

use crate::functions::Functions;
use crate::options::Manner;
use crate::run::Usage;

/// Who `--actor` says, or whose credentials these are; in development the name on this machine.
pub async fn actor(functions: &Functions, manner: &Manner) -> Result<String> {
    if let Some(actor) = &manner.actor {
        return Ok(actor.clone());
    }
    match functions {
        Functions::Stack(stack) => stack.aws.caller().await,
        Functions::Dev(_) => ["USER", "USERNAME"]
            .iter()
            .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
            .ok_or_else(|| Usage("this machine does not say who you are: say --actor").into()),
    }
}
