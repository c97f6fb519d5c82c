//! The release builds that are measured.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{cargo, process};

/// One by one: together, the authorizer would get the features of `login` and with them the SDK. What is only measured is an
/// example, since `cargo lambda` takes every binary of the workspace for a function.
const PACKAGES: [&str; 5] =
    ["latchkey-authorizer", "latchkey-bare-loop", "latchkey-login", "latchkey-register", "latchkey-well-known"];

/// What the builds left.
#[derive(Debug, Default)]
pub struct Built {
    /// Where the binaries are.
    pub folder: PathBuf,
    /// The crypto library that was linked into each of them.
    pub crypto_libraries: Vec<PathBuf>,
}

/// Builds them with the profile that is deployed. Takes minutes when nothing is built yet.
pub fn build() -> Result<Built> {
    let mut built = Built::default();
    for package in PACKAGES {
        eprintln!("building {package} for release");
        let mut build =
            cargo::command(&["build", "--release", "--quiet", "--bins", "--examples", "--package", package]);
        build.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
        let messages = process::output(&format!("the release build of {package}"), build)?;
        read(&messages, &mut built).with_context(|| format!("cargo does not say what it built of {package}"))?;
    }
    Ok(built)
}

/// cargo tells about everything it used, whether or not it had to be built again.
fn read(messages: &str, built: &mut Built) -> Result<()> {
    let mut executable = None;
    let mut library = None;
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let Some(path) = message["executable"].as_str() {
            executable = Some(PathBuf::from(path));
        }
        let of_crypto = message["package_id"].as_str().is_some_and(|id| id.contains("#aws-lc-sys@"));
        if let (true, Some(folder)) = (of_crypto, message["out_dir"].as_str()) {
            library = Some(archive(Path::new(folder))?);
        }
    }
    let executable = executable.context("no executable")?;
    built.folder = executable.parent().context("an executable without a folder")?.to_owned();
    built.crypto_libraries.push(library.context("no aws-lc-sys")?);
    Ok(())
}

fn archive(folder: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.find(|path| path.to_string_lossy().ends_with("crypto.a")).context("aws-lc-sys left no library")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_that_names_no_crypto_library_is_not_taken_for_a_clean_one() {
        let mut built = Built::default();
        let messages = r#"{"reason":"compiler-artifact","executable":"target/release/login"}"#;
        assert!(read(messages, &mut built).is_err());
        assert!(read("", &mut built).is_err());
    }
}
