//! Rules about the tree that no compiler checks. Each looks at a folder, so that a test can show it a bad one.

mod dependencies;
mod layout;
mod members;
mod size;
mod source;
mod threats;

use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};

/// One broken rule, and where.
#[derive(Debug, PartialEq)]
pub struct Finding {
    /// Relative to the root, with a line where there is one.
    place: String,
    rule: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.rule)
    }
}

/// Every broken rule under `root`.
pub fn findings(root: &Path) -> Result<Vec<Finding>> {
    let sources = source::all(root)?;
    let mut findings = Vec::new();
    for source in &sources {
        findings.extend(dependencies::check(source));
        findings.extend(layout::check(source));
        findings.extend(size::check(source));
    }
    findings.extend(members::check(root)?);
    findings.extend(threats::check(root, &sources)?);
    Ok(findings)
}

/// Fails with every broken rule.
pub fn check(root: &Path) -> Result<()> {
    let findings = findings(root)?;
    if findings.is_empty() {
        return Ok(());
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    bail!("{} rules of the tree are broken", findings.len())
}

fn finding(place: impl fmt::Display, rule: impl Into<String>) -> Finding {
    Finding { place: place.to_string(), rule: rule.into() }
}

#[cfg(test)]
mod tests;
