//! What is checked, in order: the cheap and frequent mistakes first.

use anyhow::{Result, ensure};

use super::runner::Runner;
use super::summary::Summary;
use super::{blocks, contract, dev_server, readme, stack, typescript, verifiers};
use crate::cargo::{self, Part};
use crate::{bench, paths, process, tidy};

/// Needs nothing but Rust.
pub fn fast(summary: &mut Summary) -> Result<()> {
    summary.step("formatting", || Part::ALL.into_iter().try_for_each(format))?;
    summary.step("rules of the tree", || tidy::check(paths::root()))?;
    summary.step("commands of the README", || readme::commands().map(|_| ()))?;
    summary.step("lints", || Part::ALL.into_iter().try_for_each(lints))?;
    summary.step("packages without the SDK", without_the_sdk)?;
    summary.step("documentation", || Part::ALL.into_iter().try_for_each(documentation))?;
    summary.step("build of the functions", || build(Part::Product))?;
    summary.step("build of latchkey-local", || build(Part::Local))?;
    let runner = Runner::find();
    summary.step("tests", || runner.part(Part::Product))?;
    summary.step("tests of the tools", || {
        [Part::Xtask, Part::Local, Part::Bench, Part::Cli].into_iter().try_for_each(|part| runner.part(part))
    })
}

/// Needs Python, and Linux for the stack.
pub fn slow(summary: &mut Summary) -> Result<()> {
    let runner = Runner::find();
    summary.step("dev, its printed lines, the README's and the demo", dev_server::check)?;
    summary.step("the TypeScript client", typescript::client)?;
    summary.step("pages in a browser", typescript::pages)?;
    summary.step("Schemathesis against the served contract", contract::check)?;
    summary.step("other people's verifiers", verifiers::check)?;
    summary.step("blocks to copy", blocks::check)?;
    summary.step("the deployed stack, IAM enforced", || stack::check(runner))?;
    summary.step("the benchmark's guards", || bench::run(true))
}

fn format(part: Part) -> Result<()> {
    process::run("cargo fmt", cargo::part(&["fmt", "--check"], part))
}

fn lints(part: Part) -> Result<()> {
    let mut clippy = cargo::build(&["clippy", "--quiet", "--all-targets"], part);
    clippy.args(["--", "-D", "warnings"]);
    process::run("clippy", clippy)
}

/// The authorizer, and whatever the guard is in: they must start without it, and the core must compile with what each of them
/// asks for alone.
fn without_the_sdk() -> Result<()> {
    ["latchkey-authorizer", "guarded-app"].into_iter().try_for_each(|package| {
        let mut tree = cargo::command(&["tree", "--edges", "normal", "--prefix", "none"]);
        tree.args(["--package", package]);
        let tree = process::output("cargo tree", tree)?;
        let heavy = tree.lines().find(|line| line.starts_with("aws-sdk-") || line.starts_with("aws-config "));
        ensure!(heavy.is_none(), "{package} depends on {}", heavy.unwrap_or_default());
        let mut check = cargo::command(&["check", "--quiet"]);
        check.args(["--package", package]);
        process::run("cargo check", check)
    })
}

fn documentation(part: Part) -> Result<()> {
    let mut doc = cargo::build(&["doc", "--quiet", "--no-deps"], part);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    process::run("cargo doc", doc)
}

fn build(part: Part) -> Result<()> {
    process::run("cargo build", cargo::build(&["build", "--quiet", "--bins"], part))
}
