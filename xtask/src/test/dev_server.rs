//! `cargo xtask dev` for real: started, its printed lines pasted into a shell, the README's too, the demo told, stopped
//! with nothing left behind, and started again with everything still there.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::running_dev::{Dev, free_port, paste};
use super::{itself, readme};
use crate::{paths, process};

/// All of it.
pub fn check() -> Result<()> {
    let data = paths::root().join(".local").join(format!("test-{}", std::process::id()));
    let outcome = twice(free_port()?, &data);
    let _ = std::fs::remove_dir_all(&data);
    outcome
}

fn twice(port: u16, data: &Path) -> Result<()> {
    let first = Dev::start(port, Some(data), &[])?;
    let (said, token) = first.paste_lines()?;
    for expected in ["\"email\":\"ada.", "\"isAuthorized\":true", "\"keys\":["] {
        ensure!(said.contains(expected), "the printed lines do not show {expected}:\n{said}");
    }
    for line in readme::commands()? {
        if let readme::Command::Paste(line) = line {
            let said = paste(&line.replace("localhost:9000", &format!("localhost:{port}")))?;
            ensure!(!said.contains("urn:latchkey:problem"), "README.md: `{line}` answers {said}");
        }
    }
    process::run("cargo xtask demo", itself::xtask(&["demo", "--url", &format!("http://localhost:{port}")])?)?;
    let sign_in = first.lines.iter().find(|line| line.starts_with("TOKEN=")).context("no line signs in")?.clone();
    first.stop()?;

    let second = Dev::start(port, Some(data), &[])?;
    let me = paste(&format!("curl -sS http://localhost:{port}/auth/me -H 'authorization: Bearer {token}'"))?;
    ensure!(me.contains("\"email\":\"ada."), "the second start does not know the session of the first: {me}");
    let again = paste(&format!("{sign_in}\necho \"token:$TOKEN\""))?;
    ensure!(again.trim().len() > "token:".len(), "the second start does not know the account of the first");
    second.stop()
}
