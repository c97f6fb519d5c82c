//! The commands of the READMEs: each is run by a step, or stands here word for word, or it does not belong there.

use std::fs;

use anyhow::{Context, Result, bail};
use clap::Parser;

use crate::{cli, paths};

/// What a line of a README is.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Run against the development server.
    Paste(String),
    /// `cargo xtask …`; its steps run them all, and its arguments are checked here.
    Xtask(String),
    /// One of [`ELSEWHERE`].
    Elsewhere(String),
}

/// The beginning and the end of lines that are pasted into a shell beside `dev`.
const PASTED: [(&str, &str); 2] =
    [("curl -sS http://localhost:9000/", ""), ("cargo latchkey ", " --dev http://localhost:9000")];
/// Lines that need AWS: `stack` builds, deploys and lists with the same program, and its tests call the same routes. And those
/// of a page: the step "pages in a browser" installs and builds the same, and serves it with the same file.
const ELSEWHERE: [&str; 17] = [
    "npm ci --prefix clients/typescript --ignore-scripts",
    "npm run build --prefix clients/typescript",
    "node examples/spa/server.mjs",
    "node examples/chat/server.mjs --issuer \"$ISSUER\" --live \"$LIVE_URL\"",
    r#"latchkey rooms put lobby --name Lobby --everybody --reason "a place to talk""#,
    r#"latchkey rooms put tea --name Tea --everybody --reason "a place to talk""#,
    "sam build",
    "sam deploy --guided",
    "RULES=$(python3 -c 'import json; print(json.dumps(json.dumps(json.load(open(\"examples/protected-api/rules.json\")))))')",
    "sam deploy --parameter-overrides \"RouteRules=$RULES\"",
    "sam list stack-outputs --stack-name latchkey",
    "sam deploy --guided --stack-name notes --parameter-overrides LatchkeyStack=latchkey",
    "sam deploy --stack-name latchkey --parameter-overrides PublicUrl=https://app.example.com PublicOrigin=https://app.example.com",
    "sam deploy --guided --stack-name guarded-app --parameter-overrides PublicOrigin=https://app.example.com",
    "sam deploy --guided --stack-name one-host --parameter-overrides HostName=app.example.com",
    "curl \"$NOTES_URL/notes\" -H \"Authorization: Bearer $ACCESS_TOKEN\"",
    "curl \"$NOTES_URL/live-notes\" -H \"Authorization: Bearer $SESSION_TOKEN\"",
];

/// Every line of the `sh` blocks of the README and of those of the examples.
pub fn commands() -> Result<Vec<Command>> {
    let mut pages = vec!["README.md".to_owned()];
    for example in fs::read_dir(paths::root().join("examples")).context("examples/ cannot be read")? {
        pages.push(format!("examples/{}/README.md", example?.file_name().to_string_lossy()));
    }
    let mut commands = Vec::new();
    for page in pages {
        let text = fs::read_to_string(paths::root().join(&page)).with_context(|| format!("{page} cannot be read"))?;
        commands.extend(parse(&text).context(page)?);
    }
    Ok(commands)
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
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if line.starts_with("cargo xtask") {
        let line = line.split('#').next().unwrap_or_default().trim();
        let arguments = line.split_whitespace().skip(1);
        cli::Arguments::try_parse_from(arguments).with_context(|| format!("`{line}` is not understood"))?;
        return Ok(Some(Command::Xtask(line.to_owned())));
    }
    if PASTED.iter().any(|(begin, end)| line.starts_with(begin) && line.ends_with(end)) {
        return Ok(Some(Command::Paste(line.to_owned())));
    }
    if ELSEWHERE.contains(&line) {
        return Ok(Some(Command::Elsewhere(line.to_owned())));
    }
    bail!("nothing runs `{line}`");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_shell_blocks_are_sorted_by_who_runs_them() -> Result<()> {
        let text = "```yaml\nnot: this\n```\n```sh\ncargo xtask dev --port 9001 # comment\n\
             curl -sS http://localhost:9000/a \\\n  -d b\n\n\
             cargo latchkey keys list --dev http://localhost:9000\nsam build\n```\n";
        let expected = [
            Command::Xtask("cargo xtask dev --port 9001".to_owned()),
            Command::Paste("curl -sS http://localhost:9000/a   -d b".to_owned()),
            Command::Paste("cargo latchkey keys list --dev http://localhost:9000".to_owned()),
            Command::Elsewhere("sam build".to_owned()),
        ];
        assert_eq!(parse(text)?, expected);
        Ok(())
    }

    #[test]
    fn a_command_that_nothing_runs_or_understands_is_refused() {
        for line in [
            "rm -rf /",
            "cargo xtask dev --prot 9001",
            "cargo latchkey keys list --stack blue",
            "sam build --use-container",
            "curl https://example.com",
        ] {
            assert!(parse(&format!("```sh\n{line}\n```\n")).is_err(), "{line}");
        }
    }

    #[test]
    fn the_lines_that_nothing_runs_word_for_word_are_those_that_stand_there() -> Result<()> {
        let commands = commands()?;
        for line in ELSEWHERE {
            assert!(commands.contains(&Command::Elsewhere(line.to_owned())), "{line}");
        }
        Ok(())
    }
}
