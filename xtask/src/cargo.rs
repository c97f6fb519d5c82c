//! Calls of cargo from within `cargo run`.

use std::process::Command;

use crate::paths;

/// What a call is about.
///
/// The tools are always built one by one: together they would unify their features and compile the C code below
/// them once more.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// The workspace that is deployed, and its tests.
    Product,
    /// This program.
    Xtask,
    /// The development server.
    Local,
    /// The measuring program of the benchmark.
    Bench,
    /// The operator's tool.
    Cli,
    /// https in front of `dev`.
    TlsProxy,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 6] = [Part::Product, Part::Xtask, Part::Local, Part::Bench, Part::Cli, Part::TlsProxy];

    fn package(self) -> Option<&'static str> {
        match self {
            Part::Product => None,
            Part::Xtask => Some("xtask"),
            Part::Local => Some("latchkey-local"),
            Part::Bench => Some("latchkey-bench"),
            Part::Cli => Some("latchkey-cli"),
            Part::TlsProxy => Some("latchkey-tls-proxy"),
        }
    }
}

/// `cargo <subcommand>` in the repository's root.
pub fn command(subcommand: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(paths::root()).args(subcommand);
    command
}

/// The same for one part, that is, for every package in it.
pub fn part(subcommand: &[&str], part: Part) -> Command {
    let mut command = command(subcommand);
    match part.package() {
        None => command.arg(if subcommand.first() == Some(&"fmt") { "--all" } else { "--workspace" }),
        Some(package) => command.args(["--package", package, "--manifest-path"]).arg(paths::tools_manifest()),
    };
    command
}

/// The same for a subcommand that builds: the tools have a target folder of their own.
pub fn build(subcommand: &[&str], of: Part) -> Command {
    let mut command = part(subcommand, of);
    if of.package().is_some() {
        command.arg("--target-dir").arg(paths::tools_target());
    }
    command
}
