//! `cargo xtask dev` as a child process, from its first line to its last.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::itself;
use crate::process::{self, Group, table};
use crate::{interrupt, paths};

/// Builds from nothing on a small machine.
const START_LIMIT: Duration = Duration::from_secs(30 * 60);

/// A running `dev`.
#[derive(Debug)]
pub struct Dev {
    group: Group,
    port: u16,
    /// The lines to copy.
    pub lines: Vec<String>,
}

impl Dev {
    /// Starts it with its data in `data`, or nowhere, and with `settings` in its environment, and waits until it is ready.
    pub fn start(port: u16, data: Option<&Path>, settings: &[(&str, &str)]) -> Result<Self> {
        let mut command = itself::xtask(&["dev", "--port", &port.to_string()])?;
        match data {
            Some(folder) => command.arg("--data").arg(folder),
            None => command.arg("--ephemeral"),
        };
        command.envs(settings.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut group = Group::start("cargo xtask dev", command)?;
        let pipe = group.child().stdout().take().context("dev has no standard output")?;
        let (sender, said) = mpsc::channel();
        thread::spawn(move || sender.send(until_ready(pipe)));
        let lines = interrupt::wait_for("dev to be ready", START_LIMIT, || {
            let lines = said.try_recv().ok();
            if lines.is_none() {
                group.must_be_running()?;
            }
            Ok(lines)
        })?;
        ensure!(lines.last().is_some_and(|line| line.starts_with("ready")), "dev ended without being ready");
        let copied = lines.into_iter().filter(|line| !line.starts_with('#') && !line.starts_with("ready"));
        Ok(Self { group, port, lines: copied.collect() })
    }

    /// Pastes its lines into a shell: what they print, and the access token that they end up with.
    pub fn paste_lines(&self) -> Result<(String, String)> {
        let said = paste(&format!("{}\necho \"token:$TOKEN\"", self.lines.join("\n")))?;
        let token = said.lines().find_map(|line| line.strip_prefix("token:")).filter(|token| !token.is_empty());
        let token = token.context("the printed lines sign nobody in")?.to_owned();
        Ok((said, token))
    }

    /// As SIGTERM does it; its port has to be free and every process gone afterwards.
    pub fn stop(mut self) -> Result<()> {
        let children = table::descendants(self.group.child().id())?;
        ensure!(!children.is_empty(), "no process was running");
        self.group.stop();
        ensure!(TcpListener::bind(("127.0.0.1", self.port)).is_ok(), "port {} is still taken", self.port);
        interrupt::wait_for("every process of dev to end", Duration::from_secs(5), || {
            let left = table::all()?;
            let gone = children.iter().all(|child| !left.iter().any(|entry| entry.id == child.id));
            Ok(gone.then_some(()))
        })
    }
}

/// A port that is free now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// What a shell in the repository's root prints.
pub fn paste(script: &str) -> Result<String> {
    let mut shell = Command::new("sh");
    shell.current_dir(paths::root()).args(["-euc", script]);
    process::output("the shell", shell)
}

fn until_ready(pipe: impl Read) -> Vec<String> {
    let mut lines = Vec::new();
    for line in BufReader::new(pipe).lines().map_while(Result::ok) {
        let last = line.starts_with("ready");
        lines.push(line);
        if last {
            break;
        }
    }
    lines
}
