//! The dependency rule of `shared/src/lib.rs` and docs/ARCHITECTURE.md, in every `use` and path of production code:
//!
//! ```text
//! functions        -> everything
//! guard            -> http, published, tokens, error, domain, config, telemetry
//! http             -> operations, tokens, error, domain, config, telemetry
//! published        -> tokens, error, domain, config, telemetry
//! operations       -> ports, passwords, tokens, error, domain
//! passwords        -> tokens, error, domain
//! tokens           -> error, domain
//! delivery         -> dynamodb, ports, domain
//! dynamodb, memory -> ports, domain
//! error            -> ports, domain
//! ports            -> domain
//! domain           -> nothing
//! ```
//!
//! `config`, `keys`, `startup`, `streams` and `telemetry` put functions together: beside each other, only `guard`, `http`, `published` and
//! functions name them.

use syn::visit::{self, Visit};

use super::source::{Source, is_test_item, lines};
use super::{Finding, finding};

/// What a part of the core crate may name of the others.
const MODULES: [(&str, &[&str]); 12] = [
    ("guard", &["http", "published", "tokens", "error", "domain", "config", "telemetry"]),
    ("http", &["operations", "tokens", "error", "domain", "config", "telemetry"]),
    ("published", &["tokens", "error", "domain", "config", "telemetry"]),
    ("operations", &["ports", "passwords", "tokens", "error", "domain"]),
    ("passwords", &["tokens", "error", "domain"]),
    ("tokens", &["error", "domain"]),
    ("delivery", &["dynamodb", "ports", "domain"]),
    ("dynamodb", &["ports", "domain"]),
    ("memory", &["ports", "domain"]),
    ("error", &["ports", "domain"]),
    ("ports", &["domain"]),
    ("domain", &[]),
];

/// Crates that belong to one place.
const CRATES: [(&str, &[&str]); 6] = [
    ("jsonwebtoken", &["shared/src/tokens"]),
    ("lambda_http", &["shared/src/http", "functions/"]),
    ("aws_lambda_events", &["shared/src/http", "functions/", "tests/"]),
    ("aws_sdk_dynamodb", &["shared/src/dynamodb", "tests/"]),
    ("ureq", &["shared/src/published", "tests/"]),
    ("rustls", &["shared/src/published"]),
];

/// Paths of one file that break the rule.
pub fn check(source: &Source) -> Vec<Finding> {
    if source.is_test() || !(source.path.starts_with("shared/") || source.path.starts_with("functions/")) {
        return Vec::new();
    }
    let mut paths = Paths { module: module(source), prefix: Vec::new(), found: Vec::new() };
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
    let (_, may) = MODULES.iter().find(|(name, _)| *name == module)?;
    let named = path.get(1)?.as_str();
    let breaks = first == "crate" && named != module && !may.contains(&named);
    breaks.then(|| finding(place, format!("{module} must not name {named}")))
}

/// `crate`, `http`, `request` of `shared/src/http/request.rs`.
fn module(source: &Source) -> Vec<String> {
    let (_, below) = source.path.split_once("src/").unwrap_or(("", &source.path));
    let names = below.trim_end_matches(".rs").split('/').filter(|name| !["lib", "main"].contains(name));
    ["crate"].into_iter().chain(names).map(str::to_owned).collect()
}

/// Collects every path, those of nested `use` groups written out, those with `super` and `self` from `crate` on.
struct Paths {
    /// Where the file and the modules written out in it are.
    module: Vec<String>,
    prefix: Vec<String>,
    found: Vec<(Vec<String>, usize)>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string());
        self.add(segments.collect(), *lines(path).start());
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
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
        self.add(self.prefix.clone(), *lines(glob).start());
    }
}

impl Paths {
    fn leaf(&mut self, ident: &syn::Ident) {
        let path = self.prefix.iter().cloned().chain([ident.to_string()]).collect();
        self.add(path, *lines(ident).start());
    }

    fn add(&mut self, path: Vec<String>, line: usize) {
        let relative = path.iter().take_while(|name| ["super", "self"].contains(&name.as_str())).count();
        let up = path.iter().take(relative).filter(|name| *name == "super").count();
        let base = if relative == 0 { &[] } else { &self.module[..self.module.len().saturating_sub(up)] };
        self.found.push((base.iter().chain(&path[relative..]).cloned().collect(), line));
    }
}
