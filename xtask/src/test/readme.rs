//! The README's commands: each is run here, or by a step that is named here, or it does not belong there.

use std::fs;

use anyhow::{Context, Result, bail};
use clap::Parser;

use crate::{cli, paths};

/// What a line of the README is.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Run against the development server.
    Paste(String),
    /// `cargo xtask …`; its steps run them all, and its arguments are checked here.
    Xtask(String),
    /// Run by `stack`, or by whoever got this far.
    Elsewhere(String),
}

/// Programs whose lines are pasted into a shell beside `dev`.
const PASTED: [&str; 3] = ["curl ", "TOKEN=", "sed "];
/// `git clone` and `cd` come before everything; `sam` is run by `stack`.
const ELSEWHERE: [&str; 3] = ["git clone ", "cd ", "sam "];

/// Every line of the README's `sh` blocks.
pub fn commands() -> Result<Vec<Command>> {
    let text = fs::read_to_string(paths::root().join("README.md")).context("README.md cannot be read")?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Command>> {
    let mut commands = Vec::new();
    let mut fence: Option<bool> = None;
    let mut continued = String::new();
    for line in text.lines() {
        match (fence, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => fence = Some(language.trim() == "sh"),
            (Some(_), Some(_)) => fence = None,
            (Some(true), None) => {
                continued.push_str(line.trim_end_matches('\\'));
                if !line.ends_with('\\') {
                    commands.extend(command(std::mem::take(&mut continued).trim())?);
                }
            }
            (Some(false) | None, None) => {}
        }
    }
    Ok(commands)
}

fn command(line: &str) -> Result<Option<Command>> {
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| line.starts_with(prefix));
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if line.starts_with("cargo xtask") {
        let line = line.split('#').next().unwrap_or_default().trim();
        let arguments = line.split_whitespace().skip(1);
        cli::Arguments::try_parse_from(arguments).with_context(|| format!("README.md: `{line}` is not understood"))?;
        return Ok(Some(Command::Xtask(line.to_owned())));
    }
    if begins(&PASTED) {
        return Ok(Some(Command::Paste(line.to_owned())));
    }
    if begins(&ELSEWHERE) {
        return Ok(Some(Command::Elsewhere(line.to_owned())));
    }
    bail!("README.md: nothing runs `{line}`");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_shell_blocks_are_sorted_by_who_runs_them() -> Result<()> {
        let text =
            "```yaml\nnot: this\n```\n```sh\ncargo xtask dev --port 9001 # comment\ncurl a \\\n  -d b\n\ncd x\n```\n";
        let expected = [
            Command::Xtask("cargo xtask dev --port 9001".to_owned()),
            Command::Paste("curl a   -d b".to_owned()),
            Command::Elsewhere("cd x".to_owned()),
        ];
        assert_eq!(parse(text)?, expected);
        Ok(())
    }

    #[test]
    fn a_command_that_nothing_runs_or_understands_is_refused() {
        assert!(parse("```sh\nrm -rf /\n```\n").is_err());
        assert!(parse("```sh\ncargo xtask dev --prot 9001\n```\n").is_err());
    }
}
