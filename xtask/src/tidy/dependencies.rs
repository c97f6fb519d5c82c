//! The dependency rule of docs/ARCHITECTURE.md, one way only:
//! `functions -> http -> error`; `functions -> operations -> {ports, tokens, passwords} -> domain`;
//! `dynamodb, memory -> ports, domain`.

use syn::visit::{self, Visit};

use super::source::{Source, is_test_item, lines};
use super::{Finding, finding};

/// What a part of the core crate must not name, in production code.
const MODULES: [(&str, &[&str]); 5] = [
    (
        "domain",
        &["config", "dynamodb", "error", "http", "keys", "memory", "operations", "passwords", "ports", "tokens"],
    ),
    ("tokens", &["config", "dynamodb", "http", "keys", "memory", "operations", "passwords", "ports"]),
    ("ports", &["config", "dynamodb", "http", "keys", "memory", "operations", "passwords"]),
    ("operations", &["config", "dynamodb", "http", "keys", "memory"]),
    ("dynamodb", &["http", "memory", "operations", "passwords"]),
];

/// Crates that belong to one place.
const CRATES: [(&str, &[&str]); 4] = [
    ("jsonwebtoken", &["shared/src/tokens"]),
    ("lambda_http", &["shared/src/http", "functions/"]),
    ("aws_lambda_events", &["shared/src/http", "functions/", "tests/"]),
    ("aws_sdk_dynamodb", &["shared/src/dynamodb", "tests/"]),
];

/// Paths of one file that break the rule.
pub fn check(source: &Source) -> Vec<Finding> {
    if source.is_test() || !(source.path.starts_with("shared/") || source.path.starts_with("functions/")) {
        return Vec::new();
    }
    let mut paths = Paths { prefix: Vec::new(), found: Vec::new() };
    source.syntax.items.iter().filter(|item| !is_test_item(item)).for_each(|item| paths.visit_item(item));
    paths.found.iter().filter_map(|(path, line)| broken(source, path, *line)).collect()
}

fn broken(source: &Source, path: &[String], line: usize) -> Option<Finding> {
    let place = format!("{}:{line}", source.path);
    let first = path.first()?.as_str();
    if let Some((name, homes)) = CRATES.iter().find(|(name, _)| *name == first) {
        let at_home = homes.iter().any(|home| source.path.starts_with(home));
        return (!at_home).then(|| finding(place, format!("only {} may name {name}", homes.join(" and "))));
    }
    let module = source.path.strip_prefix("shared/src/")?.split(['/', '.']).next()?;
    let (_, never) = MODULES.iter().find(|(name, _)| *name == module)?;
    let named = path.get(1)?.as_str();
    let breaks = first == "crate" && never.contains(&named);
    breaks.then(|| finding(place, format!("{module} must not name {named}")))
}

/// Collects every path, those of nested `use` groups written out.
struct Paths {
    prefix: Vec<String>,
    found: Vec<(Vec<String>, usize)>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.found.push((segments, *lines(path).start()));
        visit::visit_path(self, path);
    }

    fn visit_use_path(&mut self, path: &'ast syn::UsePath) {
        self.prefix.push(path.ident.to_string());
        self.visit_use_tree(&path.tree);
        self.prefix.pop();
    }

    fn visit_use_name(&mut self, name: &'ast syn::UseName) {
        self.leaf(&name.ident);
    }

    fn visit_use_rename(&mut self, name: &'ast syn::UseRename) {
        self.leaf(&name.ident);
    }

    fn visit_use_glob(&mut self, glob: &'ast syn::UseGlob) {
        self.found.push((self.prefix.clone(), *lines(glob).start()));
    }
}

impl Paths {
    fn leaf(&mut self, ident: &syn::Ident) {
        let path = self.prefix.iter().cloned().chain([ident.to_string()]).collect();
        self.found.push((path, *lines(ident).start()));
    }
}
