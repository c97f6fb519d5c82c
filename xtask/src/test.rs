//! `cargo xtask test`: everything that can be checked without a deployment; `--all` adds what needs one.

mod blocks;
mod contract;
mod dev_server;
mod itself;
mod readme;
mod runner;
mod running_dev;
mod stack;
mod steps;
mod summary;
pub(crate) mod typescript;
mod verifiers;

use anyhow::Result;

use summary::Summary;

/// How much to check.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Also start `dev` and use it, from the client in TypeScript and from Chromium too, hold its answers against the contract, let
    /// other people's verifiers judge its tokens, lint the blocks that the pages offer for copying, deploy the stack into the emulator and walk through it, and run the benchmark's guards.
    #[arg(long)]
    all: bool,
    /// Only steps with this in their name; the others are counted as skipped.
    #[arg(long, value_name = "WORDS")]
    only: Option<String>,
}

/// Runs every step even after a failure, says how each went, and fails if one did.
pub fn run(options: &Options) -> Result<()> {
    let mut summary = Summary::of_steps(options.only.clone());
    steps::fast(&mut summary)?;
    if options.all {
        steps::slow(&mut summary)?;
    }
    summary.finish()
}
