//! Who is at the keyboard, for the log.

use std::env;

use anyhow::Result;

use crate::functions::Functions;
use crate::options::Manner;

/// Who `--actor` says, or whose credentials these are; in development the name on this machine, if it has one.
pub async fn actor(functions: &Functions, manner: &Manner) -> Result<String> {
    if let Some(actor) = &manner.actor {
        return Ok(actor.clone());
    }
    match functions {
        Functions::Stack(stack) => Ok(stack.aws.caller().await?.arn),
        Functions::Dev(_) => {
            let mut names = ["USER", "USERNAME"].into_iter().filter_map(|name| env::var(name).ok());
            Ok(names.find(|name| !name.is_empty()).unwrap_or_else(|| "development".to_owned()))
        }
    }
}
