//! What every package and every function must have.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use toml::Table;

use super::{Finding, finding};

/// Manifests of both workspaces and the events of the functions.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let functions = folders(&root.join("functions"))?;
    let packages = functions.iter().map(|name| format!("functions/{name}"));
    let others = [
        "shared",
        "examples/guarded-app",
        "tests",
        "tests/bare-loop",
        "tests/bench",
        "tests/tls-proxy",
        "cli",
        "local",
        "xtask",
    ];
    for package in packages.chain(others.map(str::to_owned)) {
        findings.extend(lints(root, &package)?);
    }
    let root_manifest = manifest(root, "Cargo.toml")?;
    let release = root_manifest.get("profile").and_then(|profiles| profiles.get("release"));
    if release.and_then(|profile| profile.get("panic")).and_then(|panic| panic.as_str()) == Some("abort") {
        findings.push(finding("Cargo.toml", "panic = \"abort\" ends the sandbox where unwinding ends one request"));
    }
    let events = files(&root.join("events"))?;
    for function in &functions {
        if !events.iter().any(|event| event.starts_with(&format!("{function}_")) && event.ends_with(".json")) {
            findings
                .push(finding(format!("events/{function}_*.json"), "every function has an event to be invoked with"));
        }
    }
    Ok(findings)
}

fn lints(root: &Path, package: &str) -> Result<Option<Finding>> {
    let path = format!("{package}/Cargo.toml");
    if !root.join(&path).exists() {
        return Ok(None);
    }
    let manifest = manifest(root, &path)?;
    let inherited = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(|value| value.as_bool());
    Ok((inherited != Some(true)).then(|| finding(path, "[lints] workspace = true is missing")))
}

fn manifest(root: &Path, path: &str) -> Result<Table> {
    let text = fs::read_to_string(root.join(path)).with_context(|| format!("{path} cannot be read"))?;
    text.parse().with_context(|| format!("{path} is not TOML"))
}

fn folders(path: &Path) -> Result<Vec<String>> {
    Ok(names(path)?.into_iter().filter(|name| path.join(name).join("Cargo.toml").exists()).collect())
}

fn files(path: &Path) -> Result<Vec<String>> {
    Ok(names(path)?.into_iter().filter(|name| path.join(name).is_file()).collect())
}

fn names(path: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}
