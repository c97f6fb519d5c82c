//! Each rule, shown a tree that keeps it and one that breaks it.

use std::fs;

use tempfile::TempDir;

use super::*;

/// A tree with one function, in order as far as no rule is about to be broken.
fn tree(files: &[(&str, &str)]) -> Result<TempDir> {
    let root = tempfile::tempdir()?;
    let in_order = [
        ("Cargo.toml", "[workspace]\n"),
        ("shared/Cargo.toml", "[lints]\nworkspace = true\n"),
        ("functions/login/Cargo.toml", "[lints]\nworkspace = true\n"),
        ("functions/login/src/main.rs", "fn main() {}\n"),
        ("events/login_ok.json", "{}"),
        ("docs/THREATS.md", "| rule | test |\n|---|---|\n| length | `passwords_are_long` |\n"),
        ("tests/tests/login.rs", "#[test]\nfn passwords_are_long() {}\n"),
    ];
    for (path, text) in in_order.iter().chain(files) {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(root.path()))?;
        fs::write(path, text)?;
    }
    Ok(root)
}

fn broken(files: &[(&str, &str)]) -> Result<Vec<String>> {
    let root = tree(files)?;
    Ok(findings(root.path())?.iter().map(ToString::to_string).collect())
}

#[test]
fn a_tree_in_order_has_no_findings() -> Result<()> {
    assert_eq!(broken(&[])?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_dependency_against_the_arrow_is_found_in_nested_use_groups_and_paths() -> Result<()> {
    let operation = "use crate::{domain::User, dynamodb::{Store, keys}};\nfn f() { crate::http::reply() }\n";
    assert_eq!(
        broken(&[("shared/src/operations/login.rs", operation)])?,
        [
            "shared/src/operations/login.rs:1: operations must not name dynamodb",
            "shared/src/operations/login.rs:1: operations must not name dynamodb",
            "shared/src/operations/login.rs:2: operations must not name http",
        ]
    );
    Ok(())
}

#[test]
fn no_part_of_the_core_names_what_its_arrow_does_not_lead_to() -> Result<()> {
    for (module, forbidden) in [
        ("http", "dynamodb keys memory passwords ports startup"),
        ("memory", "config dynamodb error http keys operations passwords startup telemetry tokens"),
        ("passwords", "config dynamodb http keys memory operations ports"),
        ("operations", "config dynamodb http keys memory telemetry"),
        ("tokens", "config http keys operations passwords ports"),
        ("dynamodb", "config error http memory operations passwords tokens"),
        ("ports", "dynamodb error http operations tokens"),
        ("error", "dynamodb http operations tokens"),
        ("domain", "error http ports tokens"),
    ] {
        let path = format!("shared/src/{module}.rs");
        for named in forbidden.split(' ') {
            let expected = [format!("{path}:1: {module} must not name {named}")];
            assert_eq!(broken(&[(&path, &format!("use crate::{named}::X;\n"))])?, expected);
        }
    }
    let allowed = "use crate::{ports::FindUser, domain::User, memory::accounts};\n";
    assert_eq!(broken(&[("shared/src/memory.rs", allowed)])?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_dependency_against_the_arrow_is_found_behind_super_and_self() -> Result<()> {
    let request = "use super::super::dynamodb::Store;\nuse super::reply::Reply;\nfn f() { super::super::ports::g() }\n\
                   mod inner { use super::super::super::keys; use self::super::Reply; }\n";
    assert_eq!(
        broken(&[("shared/src/http/request.rs", request), ("shared/src/passwords.rs", "use super::http;\n")])?,
        [
            "shared/src/http/request.rs:1: http must not name dynamodb",
            "shared/src/http/request.rs:3: http must not name ports",
            "shared/src/http/request.rs:4: http must not name keys",
            "shared/src/passwords.rs:1: passwords must not name http",
        ]
    );
    Ok(())
}

#[test]
fn tests_may_use_the_memory_store() -> Result<()> {
    let operation = "#[cfg(test)]\nmod tests { use crate::memory::Memory; }\n";
    assert_eq!(broken(&[("shared/src/operations/login.rs", operation)])?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_crate_outside_its_home_is_found() -> Result<()> {
    assert_eq!(
        broken(&[("shared/src/passwords.rs", "fn f() { jsonwebtoken::decode() }\n")])?,
        ["shared/src/passwords.rs:1: only shared/src/tokens may name jsonwebtoken"]
    );
    Ok(())
}

#[test]
fn empty_names_and_allow_attributes_are_found() -> Result<()> {
    assert_eq!(
        broken(&[("shared/src/http/mod.rs", "#![allow(dead_code)]\n"), ("shared/src/utils.rs", "")])?,
        [
            "shared/src/http/mod.rs: no mod.rs: name the file after the module",
            "shared/src/http/mod.rs:1: #[expect(.., reason = \"..\")] instead of #[allow]",
            "shared/src/utils.rs: the name says nothing: say what is inside",
        ]
    );
    Ok(())
}

#[test]
fn long_files_and_functions_are_found_and_comments_and_tests_do_not_count() -> Result<()> {
    let long = format!("fn f() {{\n{}}}\n", "    g();\n".repeat(51));
    assert_eq!(broken(&[("shared/src/long.rs", &long)])?, ["shared/src/long.rs: f has 51 lines, at most 50"]);
    let many = "fn f() {}\n// a comment\n\n".repeat(201);
    assert_eq!(broken(&[("shared/src/many.rs", &many)])?, ["shared/src/many.rs: 201 lines of code, at most 200"]);
    let tested = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "    fn f() {}\n".repeat(201));
    assert_eq!(broken(&[("shared/src/tested.rs", &tested)])?, Vec::<String>::new());
    let main = format!("fn main() {{\n{}}}\n", "    g();\n".repeat(19));
    let expected = ["functions/login/src/main.rs: 21 lines of code, at most 20"];
    assert_eq!(broken(&[("functions/login/src/main.rs", &main)])?, expected);
    Ok(())
}

#[test]
fn a_package_without_lints_or_events_is_found() -> Result<()> {
    assert_eq!(
        broken(&[("functions/logout/Cargo.toml", "[package]\n")])?,
        [
            "functions/logout/Cargo.toml: [lints] workspace = true is missing",
            "events/logout_*.json: every function has an event to be invoked with",
        ]
    );
    Ok(())
}

#[test]
fn a_tool_keeps_the_rules_too() -> Result<()> {
    let long = format!("fn f() {{\n{}}}\n", "    g();\n".repeat(51));
    assert_eq!(
        broken(&[("cli/Cargo.toml", "[package]\n"), ("cli/src/run.rs", &long), ("cli/src/common.rs", "")])?,
        [
            "cli/src/common.rs: the name says nothing: say what is inside",
            "cli/src/run.rs: f has 51 lines, at most 50",
            "cli/Cargo.toml: [lints] workspace = true is missing",
        ]
    );
    Ok(())
}

#[test]
fn an_aborting_release_profile_is_found() -> Result<()> {
    let findings = broken(&[("Cargo.toml", "[profile.release]\npanic = \"abort\"\n")])?;
    assert_eq!(findings.len(), 1, "{findings:?}");
    Ok(())
}

#[test]
fn a_threat_without_an_existing_test_is_found() -> Result<()> {
    let page =
        "| rule | tests |\n|---|---|\n| one | `gone` |\n| two | soon |\n| three | `login::passwords_are_long` |\n";
    assert_eq!(
        broken(&[("docs/THREATS.md", page)])?,
        ["docs/THREATS.md:3: there is no test gone", "docs/THREATS.md:4: the row names no test"]
    );
    Ok(())
}

#[test]
fn what_a_macro_makes_tests_of_counts_as_a_test() -> Result<()> {
    for test in [
        "proptest! { #[test] fn passwords_are_long(x in 0..9) {} }\n",
        "contract! { policy::passwords_are_long, policy::others }\n",
    ] {
        assert_eq!(broken(&[("tests/tests/login.rs", test)])?, Vec::<String>::new());
    }
    for other in ["id! { passwords_are_long }\n", "macro_rules! contract { () => { passwords_are_long } }\n"] {
        let expected = ["docs/THREATS.md:3: there is no test passwords_are_long"];
        assert_eq!(broken(&[("tests/tests/login.rs", other)])?, expected);
    }
    Ok(())
}
