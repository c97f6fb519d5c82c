//! Names that hide what is inside, and attributes that hide a warning.

use super::source::Source;
use super::{Finding, finding};

const EMPTY_NAMES: [&str; 5] = ["utils.rs", "util.rs", "common.rs", "helpers.rs", "helper.rs"];

/// File names and attributes of one file.
pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = source.path.rsplit('/').next().unwrap_or_default();
    // In a folder of integration tests a `mod.rs` is the only way to share code.
    if name == "mod.rs" && !source.is_test() {
        findings.push(finding(&source.path, "no mod.rs: name the file after the module"));
    }
    if EMPTY_NAMES.contains(&name) {
        findings.push(finding(&source.path, "the name says nothing: say what is inside"));
    }
    for (number, line) in source.text.lines().enumerate() {
        let line = line.trim_start();
        if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
            let place = format!("{}:{}", source.path, number + 1);
            findings.push(finding(place, "#[expect(.., reason = \"..\")] instead of #[allow]"));
        }
    }
    findings
}
