//! cargo-nextest, and `cargo test` where it cannot be had.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::cargo::{self, Part};
use crate::{paths, process, tools};

const NEXTEST_VERSION: &str = "0.9.143";

/// What runs tests.
#[derive(Clone, Copy, Debug)]
pub enum Runner {
    /// One process per test, and a summary that CI reads.
    Nextest,
    /// The same tests, slower.
    CargoTest,
}

impl Runner {
    /// nextest from PATH or `.tools/`, where it is built once if it is nowhere.
    pub fn find() -> Self {
        if nextest_works() {
            return Runner::Nextest;
        }
        eprintln!("installing cargo-nextest {NEXTEST_VERSION} into .tools/cargo");
        let mut install = cargo::command(&["install", "--quiet", "--locked", "cargo-nextest"]);
        install.args(["--version", NEXTEST_VERSION, "--root"]).arg(tools_folder());
        match process::run("the installation of cargo-nextest", install) {
            Ok(()) => Runner::Nextest,
            Err(error) => {
                eprintln!("{error:#}: the tests run with `cargo test` instead");
                Runner::CargoTest
            }
        }
    }

    /// Every test of a part that needs no deployment.
    pub fn part(self, part: Part) -> Result<()> {
        let mut command = match self {
            Runner::Nextest => cargo::build(&["nextest", "run"], part),
            Runner::CargoTest => cargo::build(&["test"], part),
        };
        command.env("PATH", path()?);
        process::run("the tests", command)
    }

    /// The tests of `tests/tests/<file>.rs` that are ignored elsewhere. That there are none is a failure.
    pub fn deployed(self, file: &str, environment: &[(&str, String)]) -> Result<()> {
        let mut command = match self {
            Runner::Nextest => cargo::build(&["nextest", "run", "--run-ignored", "only"], Part::Product),
            Runner::CargoTest => cargo::build(&["test"], Part::Product),
        };
        // One after the other: a revocation of keys would meet the tokens of every other test.
        command.args(["--test", file]).env("PATH", path()?);
        if let Runner::Nextest = self {
            command.args(["--test-threads", "1"]);
        }
        if let Runner::CargoTest = self {
            ensure_some(file)?;
            command.args(["--", "--ignored", "--test-threads", "1"]);
        }
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        process::run("the end-to-end tests", command)
    }
}

/// nextest fails by itself when it has nothing to run; `cargo test` does not.
fn ensure_some(file: &str) -> Result<()> {
    let mut list = cargo::build(&["test", "--quiet"], Part::Product);
    list.args(["--test", file, "--", "--ignored", "--list"]);
    let tests = process::output("listing the end-to-end tests", list)?;
    ensure!(tests.lines().any(|line| line.ends_with(": test")), "tests/tests/{file}.rs has no ignored test to run");
    Ok(())
}

fn nextest_works() -> bool {
    let Ok(path) = path() else { return false };
    let mut version = Command::new("cargo");
    version.args(["nextest", "--version"]).env("PATH", path).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

fn path() -> Result<std::ffi::OsString> {
    tools::path_with(&tools_folder().join("bin"))
}

fn tools_folder() -> PathBuf {
    paths::root().join(".tools/cargo")
}
