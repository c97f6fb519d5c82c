//! The tools that are not Rust, pinned, and installed into `.tools/` when a command needs one.

mod chromium;
mod node;
mod venv;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

pub use chromium::chromium;
pub use node::Node;
use venv::{Package, Venv};

const CARGO_LAMBDA_VERSION: &str = "1.9.2";
const CARGO_LAMBDA: Package = Package { name: "cargo-lambda", extras: "", version: CARGO_LAMBDA_VERSION };
/// Builds and deploys. The SAM CLI and MiniStack pin different botocore versions: two environments.
const BUILD: [Package; 4] = [
    CARGO_LAMBDA,
    Package { name: "ziglang", extras: "", version: "0.17.1" },
    Package { name: "aws-sam-cli", extras: "", version: "1.170.0" },
    Package { name: "cfn-lint", extras: "", version: "1.58.0" },
];
const MINISTACK: [Package; 1] = [Package { name: "ministack", extras: "[full]", version: "1.5.33" }];
/// What its tests in Python import, as a reader of tests/verifiers would install it.
const VERIFIERS: &str = include_str!("../../tests/verifiers/requirements.txt");
const CONTRACT: &str = include_str!("../../tests/contract/requirements.txt");

/// The program `cargo-lambda`: a right one on PATH, else `.tools/`.
pub fn cargo_lambda() -> Result<PathBuf> {
    if is_right_cargo_lambda(Path::new("cargo-lambda")) {
        return Ok(PathBuf::from("cargo-lambda"));
    }
    let venv = Venv::named("build");
    venv.ensure(&[CARGO_LAMBDA])?;
    Ok(venv.program("cargo-lambda"))
}

/// The folder with `cargo-lambda`, `sam`, `cfn-lint`, and a `python3` that finds `ziglang`: first on PATH, please.
pub fn build_bin() -> Result<PathBuf> {
    let venv = Venv::named("build");
    venv.ensure(&BUILD)?;
    Ok(venv.bin())
}

/// The folder with `ministack`.
pub fn ministack_bin() -> Result<PathBuf> {
    let venv = Venv::named("ministack");
    venv.ensure(&MINISTACK)?;
    Ok(venv.bin())
}

/// A Python with the verifiers that are written in it.
pub fn verifiers_python() -> Result<PathBuf> {
    Ok(filled("verifiers/python", VERIFIERS)?.program("python"))
}

/// The program `schemathesis`.
pub fn schemathesis() -> Result<PathBuf> {
    Ok(filled("schemathesis", CONTRACT)?.program("schemathesis"))
}

fn filled(name: &str, requirements: &'static str) -> Result<Venv> {
    let venv = Venv::named(name);
    let packages =
        requirements.lines().map(|line| Package::parse(line).with_context(|| format!("`{line}` pins nothing")));
    venv.ensure(&packages.collect::<Result<Vec<_>>>()?)?;
    Ok(venv)
}

/// The value of PATH with `first` in front.
pub fn path_with(first: &Path) -> Result<OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_owned()).chain(env::split_paths(&rest));
    env::join_paths(folders).context("PATH cannot be extended")
}

/// Everything, so that later commands start at once.
pub fn install_all() -> Result<()> {
    println!("{}", build_bin()?.display());
    println!("{}", ministack_bin()?.display());
    Ok(())
}

fn is_right_cargo_lambda(program: &Path) -> bool {
    let said = Command::new(program).args(["lambda", "--version"]).output();
    said.is_ok_and(|said| {
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        text.split_whitespace().nth(1) == Some(CARGO_LAMBDA_VERSION)
    })
}
