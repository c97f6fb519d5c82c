//! What is written in TypeScript and JavaScript: the client beside a running `dev`, and the pages in a browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::running_dev::{Dev, free_port};
use crate::tools::{self, Node};
use crate::{paths, process};

/// Seconds, by which the tests see a cookie and a token age; they are told, so that there is one place for them.
const LIFETIMES: [(&str, &str); 4] = [
    ("LATCHKEY_COOKIE_FRESH_SECONDS", "3"),
    ("LATCHKEY_COOKIE_SECONDS", "6"),
    ("LATCHKEY_COOKIE_UNCHECKED_SECONDS", "12"),
    ("LATCHKEY_ACCESS_TOKEN_SECONDS", "5"),
];
const WARNINGS_ONLY: (&str, &str) = ("LATCHKEY_LOG_LEVEL", "error");
/// Passwords are taken as well: the same issuer serves clients that hash and clients that do not. The tests hold it to that.
const HASHES_TOO: (&str, &str) = ("LATCHKEY_CLIENT_HASHING", "transition");

/// Its own tests, those that need an issuer, and what judges its package.
pub fn client() -> Result<()> {
    let (node, folder) = client_installed()?;
    let port = free_port()?;
    let dev = Dev::start(port, None, &[WARNINGS_ONLY, HASHES_TOO])?;
    let mut check = node.command("npm")?;
    check.current_dir(folder).args(["run", "--silent", "check"]).env("LATCHKEY_URL", origin(port)).envs([HASHES_TOO]);
    process::run("npm run check", check)?;
    dev.stop()
}

/// `tests/browser/*.test.mjs`, with what they saw in `target/browser/`.
pub fn pages() -> Result<()> {
    let (node, tests) = browser_tests()?;
    let port = free_port()?;
    let mut settings = LIFETIMES.to_vec();
    settings.extend([WARNINGS_ONLY, HASHES_TOO]);
    let dev = Dev::start(port, None, &settings)?;
    let mut browse = browse(&node, &tests, &origin(port))?;
    // They wait most of the time.
    browse.arg("--test-concurrency=2").args(files(&tests)?).envs(LIFETIMES);
    process::run("the tests in a browser", browse)?;
    dev.stop()
}

/// `tests/browser/stack/chat.test.mjs`, against the stack at `url`.
pub fn chat(url: &str) -> Result<()> {
    let (node, tests) = browser_tests()?;
    let mut browse = browse(&node, &tests, url)?;
    browse.arg("stack/chat.test.mjs");
    process::run("the chat in a browser", browse)
}

/// The folder of the tests in a browser, with everything that they import.
pub fn browser_tests() -> Result<(Node, PathBuf)> {
    let (node, folder) = client_installed()?;
    let mut build = node.command("npm")?;
    build.current_dir(folder).args(["run", "--silent", "build"]);
    process::run("npm run build", build)?;
    let tests = paths::root().join("tests/browser");
    node.install(&tests)?;
    Ok((node, tests))
}

/// `node --test`, with a browser.
fn browse(node: &Node, tests: &Path, url: &str) -> Result<Command> {
    let mut browse = node.command("node")?;
    browse
        .args(["--test", "--test-reporter=spec"])
        .current_dir(tests)
        .env("LATCHKEY_URL", url)
        .env("CHROMIUM", tools::chromium()?)
        .env("ARTEFACTS", paths::root().join("target/browser"));
    Ok(browse)
}

/// All of them: a pattern means nothing to the oldest Node that we take.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let files: Vec<_> = paths.into_iter().filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    ensure!(!files.is_empty(), "{} holds no tests", folder.display());
    Ok(files)
}

fn client_installed() -> Result<(Node, PathBuf)> {
    let node = Node::installed()?;
    let folder = paths::root().join("clients/typescript");
    node.install(&folder)?;
    Ok((node, folder))
}

fn origin(port: u16) -> String {
    format!("http://localhost:{port}")
}
