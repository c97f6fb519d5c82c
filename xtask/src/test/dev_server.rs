//! `cargo xtask dev` for real: started, its printed lines pasted into a shell, the README's too, the demo told, stopped
//! with nothing left behind, and started again with everything still there.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{itself, readme};
use crate::process::{self, Group, table};
use crate::{interrupt, paths};

/// Builds from nothing on a small machine.
const START_LIMIT: Duration = Duration::from_secs(30 * 60);

/// All of it.
pub fn check() -> Result<()> {
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let data = paths::root().join(".local").join(format!("test-{}", std::process::id()));
    let outcome = twice(port, &data);
    let _ = std::fs::remove_dir_all(&data);
    outcome
}

fn twice(port: u16, data: &Path) -> Result<()> {
    let mut first = Dev::start(port, data)?;
    let said = paste(&format!("{}\necho \"token:$TOKEN\"", first.lines.join("\n")))?;
    let token =
        said.lines().find_map(|line| line.strip_prefix("token:")).context("the printed lines sign nobody in")?;
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
    first.stop(port)?;

    let sign_in = first.lines.iter().find(|line| line.starts_with("TOKEN=")).context("no line signs in")?.clone();
    let mut second = Dev::start(port, data)?;
    let me = paste(&format!("curl -sS http://localhost:{port}/auth/me -H 'authorization: Bearer {token}'"))?;
    ensure!(me.contains("\"email\":\"ada."), "the second start does not know the session of the first: {me}");
    let again = paste(&format!("{sign_in}\necho \"token:$TOKEN\""))?;
    ensure!(again.trim().len() > "token:".len(), "the second start does not know the account of the first");
    second.stop(port)
}

/// A running `dev`.
struct Dev {
    group: Group,
    /// The lines to copy.
    lines: Vec<String>,
}

impl Dev {
    fn start(port: u16, data: &Path) -> Result<Self> {
        let mut command = itself::xtask(&["dev", "--port", &port.to_string(), "--data"])?;
        command.arg(data).stdin(Stdio::null()).stdout(Stdio::piped());
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
        Ok(Self { group, lines: copied.collect() })
    }

    /// As SIGTERM does it; every port has to be free and every process gone afterwards.
    fn stop(&mut self, port: u16) -> Result<()> {
        let children = table::descendants(self.group.child().id())?;
        ensure!(!children.is_empty(), "no process was running");
        self.group.stop();
        ensure!(TcpListener::bind(("127.0.0.1", port)).is_ok(), "port {port} is still taken");
        interrupt::wait_for("every process of dev to end", Duration::from_secs(5), || {
            let left = table::all()?;
            let gone = children.iter().all(|child| !left.iter().any(|entry| entry.id == child.id));
            Ok(gone.then_some(()))
        })
    }
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

fn paste(script: &str) -> Result<String> {
    let mut shell = Command::new("sh");
    shell.current_dir(paths::root()).args(["-euc", script]);
    process::output("the shell", shell)
}
