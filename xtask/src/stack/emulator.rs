//! MiniStack, the AWS emulator, in the background: who started it need not be there any more when it is stopped.

use std::env;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::{interrupt, paths, tools};

/// A slow machine imports its Python modules in a few seconds.
const START: Duration = Duration::from_secs(60);
/// It stops its functions first.
const STOP: Duration = Duration::from_secs(10);

/// A running emulator, as the file `.local/stack/emulator.json` remembers it.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Emulator {
    pid: u32,
    port: u16,
    auth: bool,
}

/// Everything about the stack that need not outlive it.
pub(super) fn folder() -> PathBuf {
    paths::root().join(".local/stack")
}

impl Emulator {
    /// The one that runs, or a new one.
    pub(super) fn ensure(port: u16, auth: bool) -> Result<Self> {
        if let Some(running) = Self::running()? {
            ensure!(
                (running.port, running.auth) == (port, auth),
                "a stack with other options runs on port {}: stop it first, with `cargo xtask stack down`",
                running.port
            );
            return Ok(running);
        }
        Self::start(port, auth)
    }

    /// The one that was started here and has not ended.
    pub(super) fn running() -> Result<Option<Self>> {
        let Ok(text) = fs::read_to_string(state_file()) else {
            return Ok(None);
        };
        let state: Self = serde_json::from_str(&text).with_context(|| {
            format!("{} is broken: stop the process `ministack`, then delete the file", state_file().display())
        })?;
        Ok(state.is_alive().then_some(state))
    }

    /// The endpoint of every AWS service.
    pub(super) fn endpoint(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Where a stage of an API answers. The API's own name under `.localhost` does not resolve everywhere.
    pub(super) fn api_url(&self, api: &str, stage: &str) -> String {
        format!("{}/_aws/execute-api/{api}/{stage}", self.endpoint())
    }

    /// Where an API of AppSync answers.
    pub(super) fn graphql_url(&self, api: &str) -> String {
        format!("{}/v1/apis/{api}/graphql", self.endpoint())
    }

    fn start(port: u16, auth: bool) -> Result<Self> {
        ensure!(
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok(),
            "port {port} is in use: stop what uses it, or choose another one with --port"
        );
        let program = tools::ministack_bin()?.join("ministack");
        fs::create_dir_all(folder().join("tmp")).context("the folder .local/stack cannot be made")?;
        let mut child = spawn(&program, port, auth)?;
        let emulator = Self { pid: child.id(), port, auth };
        fs::write(state_file(), serde_json::to_string(&emulator)?)
            .context("the folder .local/stack is not writable")?;
        wait_until_ready(&mut child, port).inspect_err(|_| {
            let _ = stop();
        })?;
        Ok(emulator)
    }

    /// A process id is used again some day: only a process that looks like ours is ours.
    fn is_alive(&self) -> bool {
        fs::read(format!("/proc/{}/cmdline", self.pid))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains("ministack"))
    }

    /// The whole group: the emulator runs each function as a process.
    fn signal(&self, signal: &str) -> Result<()> {
        let kill = format!("kill -s {signal} -- -{}", self.pid);
        Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status().context("`sh` cannot be started")?;
        Ok(())
    }
}

/// Stops the emulator, if one runs, and removes what it left.
pub(super) fn stop() -> Result<()> {
    if let Some(emulator) = Emulator::running()? {
        emulator.signal("TERM")?;
        let ended = interrupt::wait_for("the emulator to end", STOP, || Ok((!emulator.is_alive()).then_some(())));
        emulator.signal("KILL")?;
        if ended.is_err() {
            eprintln!("the emulator did not end by itself and was killed");
        }
    }
    match fs::remove_dir_all(folder()) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).context("the folder .local/stack cannot be removed")
        }
        _ => Ok(()),
    }
}

/// Functions inherit the emulator's environment: it gets a clean one, in which AWS is the emulator itself.
fn spawn(program: &Path, port: u16, auth: bool) -> Result<Child> {
    let log = File::create(log_file()).context("the folder .local/stack is not writable")?;
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .env_clear()
        .envs(env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME" || name == "LANG"))
        .env("TMPDIR", folder().join("tmp"))
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("AUTH", auth.to_string())
        .envs(client_environment(&format!("http://localhost:{port}")));
    own_group(&mut command);
    command.spawn().with_context(|| format!("{} cannot be started", program.display()))
}

/// What makes a program take the emulator for AWS. The key `test` is its root user.
pub(crate) fn client_environment(endpoint: &str) -> [(&'static str, &str); 6] {
    [
        ("NO_PROXY", "localhost,127.0.0.1"),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ]
}

/// Ctrl-C in this terminal is not meant for it.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

fn wait_until_ready(child: &mut Child, port: u16) -> Result<()> {
    interrupt::wait_for("the emulator", START, || {
        if let Some(status) = child.try_wait()? {
            bail!("MiniStack ended at once ({status}): {}", last_line(&log_file()));
        }
        Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok().map(drop))
    })
}

fn last_line(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned()
}

fn state_file() -> PathBuf {
    folder().join("emulator.json")
}

fn log_file() -> PathBuf {
    folder().join("ministack.log")
}
