//! The deployed stack: up with IAM enforced, the end-to-end tests, the operator's tool, the demo, and down whatever happened.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::itself;
use super::runner::Runner;
use crate::{
    cargo::{self, Part},
    paths, process,
    stack::emulator::client_environment,
};

/// What the tests are told, in the order of `stack url`.
const TESTED: [&str; 5] = [
    "LATCHKEY_E2E_URL",
    "LATCHKEY_E2E_HTTP_URL",
    "LATCHKEY_E2E_REST_URL",
    "LATCHKEY_E2E_WEBSOCKET_URL",
    "LATCHKEY_E2E_APPSYNC_URL",
];

/// Deploys, tests, and cleans up.
pub fn check(runner: Runner) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the stack needs Linux or WSL2: it was NOT tested");
    let _down = Down;
    process::run("cargo xtask stack up --auth", itself::xtask(&["stack", "up", "--auth"])?)?;
    let urls = process::output("cargo xtask stack url", itself::xtask(&["stack", "url"])?)?;
    let environment: Vec<_> = TESTED.into_iter().zip(urls.lines().map(str::to_owned)).collect();
    ensure!(environment.len() == TESTED.len(), "`stack url` prints other URLs: {urls}");
    runner.deployed("e2e", &environment)?;
    // 30 s is the default of `RefreshGraceSeconds`, and so what the README says for a deployment.
    let api = urls.lines().next().context("`stack url` prints no URL")?;
    operate(api)?;
    process::run("cargo xtask demo", itself::xtask(&["demo", "--url", api, "--grace-seconds", "30"])?)
}

/// The operator's tool as an operator calls it. Its doctor has to find what the emulator leaves out of tables, and nothing else.
fn operate(api: &str) -> Result<()> {
    process::run("build of latchkey", cargo::build(&["build", "--quiet"], Part::Cli))?;
    let (endpoint, _) = api.split_once("/_aws/").context("the stack is not emulated")?;
    let latchkey = |arguments: &[&str]| {
        let mut command = Command::new(paths::tools_target().join("debug/latchkey"));
        command.args(arguments).envs(client_environment(endpoint));
        command
    };
    process::run("latchkey keys rotate", latchkey(&["keys", "rotate", "--kind", "seal", "--force"]))?;
    process::run("latchkey keys publish", latchkey(&["keys", "publish"]))?;
    let find = latchkey(&["users", "find", "nobody@example.com"]).output()?;
    let said = String::from_utf8_lossy(&find.stderr).into_owned();
    ensure!(find.status.code() == Some(1) && said.contains("no such user"), "latchkey users find: {said}");
    let doctor = latchkey(&["doctor"]).output()?;
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    let found: Vec<_> = said.lines().filter(|line| line.starts_with("fail")).collect();
    let is_known = |line: &&str| line.starts_with("fail  expiry ") || line.starts_with("fail  backups ");
    ensure!(found.len() == 3 && found.iter().all(is_known), "latchkey doctor: {said}");
    Ok(())
}

struct Down;

impl Drop for Down {
    fn drop(&mut self) {
        let down =
            itself::xtask(&["stack", "down"]).and_then(|command| process::run("cargo xtask stack down", command));
        if let Err(error) = down {
            eprintln!("{error:#}");
        }
    }
}
