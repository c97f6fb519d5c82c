//! The YAML blocks that the pages offer for copying, each put into a template and linted as CloudFormation would see it, and
//! beside them the example that nothing deploys.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::paths;
use crate::stack::sam::Sam;

/// Where blocks are. Each is a part of `Resources`, indented as there.
const PAGES: [&str; 2] = ["README.md", "docs/ATTACH.md"];
/// CloudFront is no part of the emulator's work here.
const ONLY_LINTED: &str = "examples/one-host/template.yaml";
/// What a block may name and leave to its reader, and where in a template that is.
const YOURS: [(&str, &str, &str); 4] = [
    ("HttpsListener", "Parameters", "{ Type: String }"),
    ("TargetGroup", "Parameters", "{ Type: String }"),
    (
        "YourFunction",
        "Resources",
        "{ Type: AWS::Serverless::Function, Properties: { CodeUri: src, Handler: bootstrap, Runtime: provided.al2023 } }",
    ),
    (
        "YourSchema",
        "Resources",
        "{ Type: AWS::AppSync::GraphQLSchema, Properties: { ApiId: !GetAtt Api.ApiId, Definition: 'type Query { a: ID }' } }",
    ),
];

/// Lints all of them at once.
pub fn check() -> Result<()> {
    let folder = paths::root().join(".local/blocks");
    fs::create_dir_all(&folder).context("the folder .local cannot be made")?;
    let mut templates = vec![paths::root().join(ONLY_LINTED)];
    for page in PAGES {
        let text = fs::read_to_string(paths::root().join(page)).with_context(|| format!("{page} cannot be read"))?;
        let blocks = blocks(&text);
        ensure!(!blocks.is_empty(), "{page} has no block to copy");
        for (line, block) in blocks {
            templates.push(written(folder.join(format!("{page}.line-{line}.yaml").replace('/', ".")), &block)?);
        }
    }
    Sam::installed()?.lint(&templates)
}

fn written(path: PathBuf, block: &str) -> Result<PathBuf> {
    fs::write(&path, template(block)).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

/// Every block with the number of its first line.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line) {
            (None, "```yaml") => open = Some((number + 2, String::new())),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, block)), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    blocks
}

fn template(block: &str) -> String {
    let defined = |name: &str| block.lines().any(|line| line.starts_with(&format!("  {name}:")));
    let section = |wanted: &str| -> String {
        let missing = YOURS.iter().filter(|(name, at, _)| *at == wanted && block.contains(name) && !defined(name));
        missing.map(|(name, _, value)| format!("  {name}: {value}\n")).collect()
    };
    let parameters = section("Parameters");
    let parameters = if parameters.is_empty() { parameters } else { format!("Parameters:\n{parameters}") };
    format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"\nTransform: AWS::Serverless-2016-10-31\n{parameters}Resources:\n{}{block}",
        section("Resources")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_lines_and_nothing_else_is() {
        let text = "a\n```yaml\n  Api:\n    Type: T\n```\n```sh\nb\n```\n```yaml\n  Other: {}\n```\n";
        let expected = [(3, "  Api:\n    Type: T\n".to_owned()), (10, "  Other: {}\n".to_owned())];
        assert_eq!(blocks(text), expected);
    }

    #[test]
    fn what_a_block_leaves_to_its_reader_is_added_unless_it_is_there() {
        assert!(template("  Rule: { Arn: !Ref HttpsListener }\n").contains("Parameters:\n  HttpsListener: "));
        assert!(!template("  Api: {}\n").contains("Parameters"));
        assert_eq!(template("  YourFunction: {}\n").matches("  YourFunction:").count(), 1);
    }
}
