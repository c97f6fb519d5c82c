//! docs/THREATS.md names a test for every rule; the test has to exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;
use proc_macro2::TokenTree;
use syn::visit::{self, Visit};

use super::source::Source;
use super::{Finding, finding};

const PAGE: &str = "docs/THREATS.md";

/// Macros that make tests of what they are given: `proptest! { fn name … }`, and the stores' `contract! { a::name, … }`.
const LISTS_OF_TESTS: [&str; 2] = ["proptest", "contract"];

/// The last column of each row of the page's tables holds names of tests in backticks.
pub fn check(root: &Path, sources: &[Source]) -> Result<Vec<Finding>> {
    let path = root.join(PAGE);
    if !path.exists() {
        return Ok(vec![finding(PAGE, "the page is missing")]);
    }
    let tests = Tests::of(sources);
    let page = fs::read_to_string(path)?;
    let rows = page.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with('|'));
    let mut findings = Vec::new();
    for (index, row) in rows.filter(|(_, row)| !is_heading(row)) {
        let place = format!("{PAGE}:{}", index + 1);
        let named = named_tests(row);
        if named.is_empty() {
            findings.push(finding(&place, "the row names no test"));
        }
        let missing = named.into_iter().filter(|name| !tests.names.contains(name));
        findings.extend(missing.map(|name| finding(&place, format!("there is no test {name}"))));
    }
    Ok(findings)
}

/// The rule under the heading, and the heading itself: its last cell says what the column holds.
fn is_heading(row: &str) -> bool {
    let last = last_cell(row);
    last.chars().all(|character| "-: ".contains(character)) || last.to_lowercase().starts_with("test")
}

fn last_cell(row: &str) -> &str {
    row.trim().trim_end_matches('|').rsplit('|').next().unwrap_or_default().trim()
}

/// `name` or `module::name` in backticks.
fn named_tests(row: &str) -> Vec<String> {
    let quoted = last_cell(row).split('`').skip(1).step_by(2);
    quoted.filter_map(|name| name.rsplit("::").next()).map(str::to_owned).collect()
}

/// The names of all tests.
#[derive(Default)]
struct Tests {
    names: BTreeSet<String>,
}

impl Tests {
    fn of(sources: &[Source]) -> Self {
        let mut tests = Self::default();
        sources.iter().for_each(|source| tests.visit_file(&source.syntax));
        tests
    }
}

impl<'ast> Visit<'ast> for Tests {
    /// Anything with an attribute that ends in `test`.
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let is_test = function
            .attrs
            .iter()
            .any(|attribute| attribute.path().segments.last().is_some_and(|segment| segment.ident == "test"));
        if is_test {
            self.names.insert(function.sig.ident.to_string());
        }
        visit::visit_item_fn(self, function);
    }

    fn visit_item_macro(&mut self, call: &'ast syn::ItemMacro) {
        let name = call.mac.path.segments.last().map(|segment| segment.ident.to_string());
        if name.is_some_and(|name| LISTS_OF_TESTS.contains(&name.as_str())) {
            let words = call.mac.tokens.clone().into_iter();
            self.names.extend(words.filter_map(|token| match token {
                TokenTree::Ident(name) => Some(name.to_string()),
                _ => None,
            }));
        }
    }
}
