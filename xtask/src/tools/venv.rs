//! A Python environment under `.tools/`, filled by `uv` where there is one, else by pip.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{paths, process};

/// A package with its one right version.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// Its name on the index.
    pub name: &'static str,
    /// `[full]`, or nothing.
    pub extras: &'static str,
    /// The one version that is tested.
    pub version: &'static str,
}

impl Package {
    /// A line of a requirements file that pins one version.
    pub fn parse(line: &'static str) -> Option<Self> {
        let (name, version) = line.split_once("==")?;
        Some(Self { name, extras: "", version })
    }

    fn requirement(&self) -> String {
        format!("{}{}=={}", self.name, self.extras, self.version)
    }

    /// The folder that an installer writes last, in the environment's site-packages.
    fn record(&self) -> String {
        format!("{}-{}.dist-info", self.name.replace('-', "_"), self.version)
    }
}

/// One environment.
#[derive(Debug)]
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// `.tools/<name>`, which need not exist yet.
    pub fn named(name: &str) -> Self {
        Self { folder: paths::root().join(".tools").join(name) }
    }

    /// The folder with its programs.
    pub fn bin(&self) -> PathBuf {
        self.folder.join(if cfg!(windows) { "Scripts" } else { "bin" })
    }

    /// One of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin().join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Makes the environment and installs what is missing of `packages`.
    pub fn ensure(&self, packages: &[Package]) -> Result<()> {
        let missing: Vec<String> =
            packages.iter().filter(|package| !self.has(package)).map(Package::requirement).collect();
        if missing.is_empty() {
            return Ok(());
        }
        eprintln!("installing {} into {}", missing.join(", "), self.folder.display());
        let uv = works("uv");
        if !self.program("python").exists() {
            self.make(uv)?;
        }
        let mut install = if uv {
            let mut install = Command::new("uv");
            install.args(["pip", "install", "--quiet", "--python"]).arg(self.program("python"));
            install
        } else {
            let mut install = Command::new(self.program("python"));
            install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
            install
        };
        install.args(&missing);
        process::run(&format!("the installation of {}", missing.join(", ")), install)
    }

    fn make(&self, uv: bool) -> Result<()> {
        let mut make = if uv {
            let mut make = Command::new("uv");
            make.args(["venv", "--quiet", "--seed"]);
            make
        } else {
            let mut make = Command::new(python()?);
            make.args(["-m", "venv"]);
            make
        };
        make.arg(&self.folder).stdout(Stdio::null());
        process::run("making a Python environment", make)
            .inspect_err(|_| self.forget())
            .context("Python's venv module is missing or broken: install the package python3-venv, or install uv")
    }

    /// Half an environment would look like a whole one next time.
    fn forget(&self) {
        let _ = fs::remove_dir_all(&self.folder);
    }

    fn has(&self, package: &Package) -> bool {
        site_packages(&self.folder).is_some_and(|folder| folder.join(package.record()).join("RECORD").exists())
    }
}

fn site_packages(folder: &Path) -> Option<PathBuf> {
    if cfg!(windows) {
        return Some(folder.join("Lib/site-packages"));
    }
    let versions = fs::read_dir(folder.join("lib")).ok()?;
    versions.filter_map(Result::ok).map(|version| version.path().join("site-packages")).find(|path| path.is_dir())
}

fn python() -> Result<&'static str> {
    match ["python3", "python"].into_iter().find(|name| works(name)) {
        Some(python) => Ok(python),
        None => bail!("Python 3 is missing: install the package python3, or install uv"),
    }
}

fn works(program: impl AsRef<OsStr>) -> bool {
    let version = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pinned_version_counts_as_installed() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let venv = Venv { folder: folder.path().to_owned() };
        let package = Package { name: "aws-sam-cli", extras: "", version: "1.170.0" };
        assert!(!venv.has(&package));
        let site = folder.path().join(if cfg!(windows) { "Lib/site-packages" } else { "lib/python3.12/site-packages" });
        let older = site.join("aws_sam_cli-1.169.0.dist-info");
        fs::create_dir_all(&older)?;
        fs::write(older.join("RECORD"), "")?;
        assert!(!venv.has(&package));
        fs::rename(older, site.join("aws_sam_cli-1.170.0.dist-info"))?;
        assert!(venv.has(&package));
        Ok(())
    }
}
