//! Which functions there are, and whether each can start with these settings.

use std::fs;
use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::settings::Settings;
use crate::process::{self, Group};
use crate::{cargo, interrupt, paths};

/// What no function needs for getting ready.
const START_LIMIT: Duration = Duration::from_secs(20);

/// Those of the WebSocket API, which `cargo lambda watch` has none of, and of the streams that feed them.
const ON_THE_STACK_ALONE: [&str; 7] =
    ["session-ended", "ws-authorizer", "ws-connect", "ws-disconnect", "ws-expire", "ws-fanout", "ws-message"];

/// The functions that run here, by name.
pub fn all() -> Result<Vec<String>> {
    let folders = fs::read_dir(paths::root().join("functions")).context("functions/ cannot be read")?;
    let mut names: Vec<String> = folders
        .filter_map(|folder| folder.ok()?.file_name().into_string().ok())
        .filter(|name| !ON_THE_STACK_ALONE.contains(&name.as_str()))
        .filter(|name| paths::root().join("functions").join(name).join("Cargo.toml").exists())
        .collect();
    names.sort();
    Ok(names)
}

/// Starts the function in front of nothing, until it asks for its first event.
///
/// Under `cargo lambda watch` a function that ends at start leaves its requests waiting; here its reason is seen.
pub fn check_start(name: &str, programs: &Path, settings: &Settings) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let mut command = Command::new(programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
    command
        .envs(settings)
        .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group = Group::start(name, command)?;
    let started = interrupt::wait_for(&format!("{name} to start"), START_LIMIT, || match listener.accept() {
        Ok(_) => Ok(Some(true)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(group.ended()?.map(|_| false)),
        Err(error) => Err(error.into()),
    })?;
    if !started {
        bail!("{name} does not start: {}", last_words(&mut group));
    }
    Ok(())
}

fn last_words(group: &mut Group) -> String {
    let mut said = String::new();
    if let Some(mut pipe) = group.child().stdout().take() {
        let _ = pipe.read_to_string(&mut said);
    }
    if let Some(mut pipe) = group.child().stderr().take() {
        let _ = pipe.read_to_string(&mut said);
    }
    last_sentence(&said)
}

/// The last line; of a log line in JSON, what a person wants to read.
fn last_sentence(said: &str) -> String {
    let line = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it ends without a word");
    let log: Value = serde_json::from_str(line).unwrap_or_default();
    let words: Vec<&str> = ["message", "error", "cause"].iter().filter_map(|field| log[*field].as_str()).collect();
    if words.is_empty() { line.trim_start_matches("Error: ").to_owned() } else { words.join(": ") }
}

/// The folder where their debug builds are.
pub fn programs() -> Result<PathBuf> {
    let metadata = cargo::command(&["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: Value = serde_json::from_str(&process::output("cargo metadata", metadata)?)?;
    let target = metadata["target_directory"].as_str().context("cargo names no target folder")?;
    Ok(PathBuf::from(target).join("debug"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_log_line_is_told_without_its_json() {
        assert_eq!(last_sentence("{\"level\":\"error\",\"message\":\"no\",\"error\":\"bad\"}\n\n"), "no: bad");
        assert_eq!(last_sentence("first\nError: second\n"), "second");
        assert_eq!(last_sentence(""), "it ends without a word");
    }
}
