//! Chromium for the tests in a browser: the machine's, or the distribution's package.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use crate::process;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const HOW: &str =
    "the tests in a browser need Chromium: install it, with `apt-get install chromium` for example, or put it on PATH";

/// The program. Where there is none, root on Debian gets the package.
pub fn chromium() -> Result<PathBuf> {
    if let Some(program) = found() {
        return Ok(program);
    }
    ensure!(is_root() && answers("apt-get"), HOW);
    eprintln!("installing the package chromium");
    for arguments in [&["update", "-qq"][..], &["install", "-qq", "-y", "--no-install-recommends", "chromium"]] {
        let mut apt = Command::new("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        process::run("apt-get", apt)?;
    }
    found().ok_or_else(|| anyhow::anyhow!(HOW))
}

/// With its folder, which who drives it wants to know.
fn found() -> Option<PathBuf> {
    let name = NAMES.into_iter().find(|name| answers(name))?;
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn answers(program: &str) -> bool {
    let mut version = Command::new(program);
    version.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.trim_ascii() == b"0")
}
