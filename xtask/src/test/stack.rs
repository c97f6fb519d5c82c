//! The deployed stack: up with IAM enforced, the end-to-end tests, the demo, and down whatever happened.

use anyhow::{Context, Result, ensure};

use super::itself;
use super::runner::Runner;
use super::typescript;
use crate::{
    cargo::{self, Part},
    paths, process, soak,
};

/// What the tests are told, in the order of `stack url`.
const TESTED: [&str; 6] = [
    "LATCHKEY_E2E_URL",
    "LATCHKEY_E2E_HTTP_URL",
    "LATCHKEY_E2E_REST_URL",
    "LATCHKEY_E2E_WEBSOCKET_URL",
    "LATCHKEY_E2E_APPSYNC_URL",
    "LATCHKEY_E2E_GUARDED_URL",
];

/// Deploys, tests, and cleans up.
pub fn check(runner: Runner) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the stack needs Linux or WSL2: it was NOT tested");
    let _down = Down;
    process::run("cargo xtask stack up --auth", itself::xtask(&["stack", "up", "--auth"])?)?;
    let urls = process::output("cargo xtask stack url", itself::xtask(&["stack", "url"])?)?;
    let mut environment: Vec<_> = TESTED.into_iter().zip(urls.lines().map(str::to_owned)).collect();
    ensure!(environment.len() == TESTED.len(), "`stack url` prints other URLs: {urls}");
    process::run("build of latchkey", cargo::build(&["build", "--quiet"], Part::Cli))?;
    let tool = paths::tools_target().join("debug/latchkey");
    environment.push(("LATCHKEY_E2E_TOOL", tool.to_string_lossy().into_owned()));
    runner.deployed("e2e", &environment)?;
    let api = urls.lines().next().context("`stack url` prints no URL")?;
    typescript::chat(api)?;
    soak::send(api, soak::FEW, false)?;
    // 30 s is the default of `RefreshGraceSeconds`, and so what the README says for a deployment.
    process::run("cargo xtask demo", itself::xtask(&["demo", "--url", api, "--grace-seconds", "30"])?)
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
