//! How long a file and a function may be. Code lines: neither blank, nor comment, nor test.

use syn::visit::{self, Visit};

use super::source::{Source, is_test_item, lines};
use super::{Finding, finding};

const FILE: usize = 200;
const FUNCTION: usize = 50;
const MAIN: usize = 20;

/// The file's length and that of each of its functions.
pub fn check(source: &Source) -> Vec<Finding> {
    if source.is_test() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let limit = if source.path.ends_with("/main.rs") { MAIN } else { FILE };
    let length = code_lines(source);
    if length > limit {
        findings.push(finding(&source.path, format!("{length} lines of code, at most {limit}")));
    }
    let mut functions = Functions::default();
    source.syntax.items.iter().filter(|item| !is_test_item(item)).for_each(|item| functions.visit_item(item));
    for (name, length) in functions.lengths.into_iter().filter(|(_, length)| *length > FUNCTION) {
        findings.push(finding(&source.path, format!("{name} has {length} lines, at most {FUNCTION}")));
    }
    findings
}

fn code_lines(source: &Source) -> usize {
    let tests: Vec<_> = source.test_lines().collect();
    let numbered = source.text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    numbered
        .filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
        .filter(|(number, _)| !tests.iter().any(|lines| lines.contains(number)))
        .count()
}

/// Every function's name and the lines between its braces.
#[derive(Default)]
struct Functions {
    lengths: Vec<(String, usize)>,
}

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let lines = lines(block);
        self.lengths.push((signature.ident.to_string(), (lines.end() - lines.start()).saturating_sub(1)));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }
}
