//! `latchkey-local`: DynamoDB's API and the key rings.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::paths;
use crate::process::Group;

/// Where the data is.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// Kept from one start to the next.
    Folder(&'a Path),
    /// Gone at the end.
    Memory,
}

/// What it says when it is ready.
#[derive(Debug, Deserialize)]
pub struct Ready {
    /// DynamoDB's API.
    pub endpoint: String,
    /// Short name to table name.
    pub tables: BTreeMap<String, String>,
    /// Kind of ring to `file:<path>`.
    pub keys: BTreeMap<String, String>,
}

/// Starts it and waits until it is ready.
pub fn start(place: Place<'_>) -> Result<(Group, Ready)> {
    let mut command = Command::new(paths::latchkey_local());
    command.arg("--template").arg(paths::root().join("template.yaml"));
    match place {
        Place::Folder(folder) => command.arg("--data").arg(folder),
        Place::Memory => command.arg("--ephemeral"),
    };
    // As in a deployment: it decides what the next signing key is, not what those are that exist.
    if let Ok(algorithm) = env::var("LATCHKEY_SIGNING_ALGORITHM") {
        command.args(["--algorithm", &algorithm]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = Group::start("latchkey-local", command)?;
    let pipe = group.child().stdout().take().context("latchkey-local has no standard output")?;
    let mut line = String::new();
    BufReader::new(pipe).read_line(&mut line).context("latchkey-local cannot be read")?;
    let mut errors = group.child().stderr().take().context("latchkey-local has no standard error")?;
    if line.is_empty() {
        let mut said = String::new();
        let _ = errors.read_to_string(&mut said);
        bail!("{}", said.trim().trim_start_matches("latchkey-local: "));
    }
    thread::spawn(move || io::copy(&mut errors, &mut io::stderr()));
    let ready = serde_json::from_str(&line).with_context(|| format!("latchkey-local says something else: {line}"))?;
    Ok((group, ready))
}
