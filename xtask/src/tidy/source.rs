//! The Rust sources of the repository, parsed once.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use syn::spanned::Spanned;

/// One file.
pub struct Source {
    /// Relative to the root, with forward slashes.
    pub path: String,
    /// As it is written.
    pub text: String,
    /// As Rust reads it.
    pub syntax: syn::File,
}

/// Build output and other people's code.
const NOT_OURS: [&str; 6] = ["target", ".git", ".tools", ".local", ".aws-sam", "node_modules"];

/// Every `.rs` file under `root`.
pub fn all(root: &Path) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    visit(root, root, &mut sources)?;
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(sources)
}

fn visit(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !NOT_OURS.contains(&name.as_str()) {
            visit(root, &path, sources)?;
        } else if name.ends_with(".rs") {
            sources.push(read(root, &path)?);
        }
    }
    Ok(())
}

fn read(root: &Path, path: &Path) -> Result<Source> {
    let shown = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let text = fs::read_to_string(path).with_context(|| format!("{shown} cannot be read"))?;
    let syntax = syn::parse_file(&text).with_context(|| format!("{shown} is not Rust"))?;
    Ok(Source { path: shown, text, syntax })
}

impl Source {
    /// The file is made of tests: its whole purpose, or a `tests.rs` beside the module it tests.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/tests/") || self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// The lines of its `#[cfg(test)]` items, numbered from 1.
    pub fn test_lines(&self) -> impl Iterator<Item = std::ops::RangeInclusive<usize>> + '_ {
        self.syntax.items.iter().filter(|item| is_test_item(item)).map(lines)
    }
}

/// From the first attribute to the last brace, numbered from 1.
pub fn lines(item: &impl Spanned) -> std::ops::RangeInclusive<usize> {
    item.span().start().line..=item.span().end().line
}

/// Whether the item is compiled for tests only.
pub fn is_test_item(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("test"))
    })
}
