//! This program as a child process, the way a person would run it.

use std::env;
use std::process::Command;

use anyhow::{Context, Result};

use crate::paths;

/// `cargo xtask <arguments>`.
pub fn xtask(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(env::current_exe().context("this program cannot find itself")?);
    command.current_dir(paths::root()).args(arguments);
    Ok(command)
}
