//! `cargo lambda watch`: routes requests to the functions and starts them.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::output::Output;
use super::settings::Settings;
use crate::process::{Group, table};
use crate::{interrupt, paths};

const START_LIMIT: Duration = Duration::from_secs(30);

/// A running `cargo lambda watch`.
#[derive(Debug)]
pub struct Gateway {
    group: Group,
    /// With `--reload` functions come and go.
    reload: bool,
    output: Output,
    /// The functions that have answered.
    started: Vec<String>,
}

impl Gateway {
    /// Starts it on 127.0.0.1; without `reload`, changed sources wait for the next start.
    ///
    /// Not with `--timeout`: that also cuts off functions which wait for their next event, and they end
    /// (docs/adr/0013-cargo-lambda-watch-has-no-timeout.md).
    pub fn start(cargo_lambda: &Path, port: u16, reload: bool, settings: &Settings) -> Result<Self> {
        let mut command = Command::new(cargo_lambda);
        command
            .current_dir(paths::root())
            .args(["lambda", "watch", "--invoke-address", "127.0.0.1", "--disable-cors", "--quiet"])
            .args(["--invoke-port", &port.to_string()])
            .envs(settings)
            // Its own log would only name processes; what the functions write is what a developer wants to see.
            .env("RUST_LOG", "cargo_lambda=error")
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !reload {
            command.arg("--ignore-changes");
        }
        let mut group = Group::start("cargo lambda watch", command)?;
        let output = Output::default();
        output.read(group.child().stdout().take().context("cargo lambda has no standard output")?);
        output.read(group.child().stderr().take().context("cargo lambda has no standard error")?);
        Ok(Self { group, reload, output, started: Vec::new() })
    }

    /// Returns when the port answers.
    pub fn wait_until_it_listens(&mut self, port: u16) -> Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        interrupt::wait_for("cargo lambda watch to listen", START_LIMIT, || {
            self.must_be_whole()?;
            Ok(TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok().map(|_| ()))
        })
    }

    /// Fails if it has ended, or one of the functions.
    pub fn must_be_whole(&mut self) -> Result<()> {
        self.group.must_be_running()?;
        let broken = !self.reload && self.output.function_ended();
        ensure!(!broken, "{} ended by itself; what it wrote is above", self.missing_function());
        Ok(())
    }

    /// From now on `function` has a process.
    pub fn has_started(&mut self, function: &str) {
        self.started.push(function.to_owned());
    }

    /// From now on what the functions write is shown.
    pub fn show_output(&self) {
        self.output.show();
    }

    fn missing_function(&mut self) -> String {
        let left = table::descendants(self.group.child().id()).unwrap_or_default();
        let runs = |name: &&String| left.iter().any(|entry| entry.command.ends_with(&format!("/{name}")));
        let missing = self.started.iter().find(|name| !runs(name));
        missing.map_or_else(|| "a function".to_owned(), String::clone)
    }
}

impl Drop for Gateway {
    /// While nothing is shown yet, this is a start that failed; unless somebody asked for it.
    fn drop(&mut self) {
        if !interrupt::requested() {
            self.output.tell();
        }
    }
}
