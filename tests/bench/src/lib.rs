//! What the functions cost: the authorizer against a bare loop, `login` from its start to its first answer over TLS, and
//! the expensive surprises that must never come back. `docs/BENCHMARKS.md` says what each number means.
#![cfg(target_os = "linux")]

mod authorizer;
mod bounded;
mod bounds;
mod core;
mod dynamodb;
mod endings;
mod feed_table;
mod fixture;
mod guards;
mod http1;
mod issuer;
mod login;
mod median;
mod process;
mod refresh;
mod report;
mod runtime_api;
mod tls;
mod trust;
mod well_known;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Parser;

use fixture::Fixture;
use report::Report;

/// Measures the functions as they are deployed.
#[derive(Debug, Parser)]
struct Options {
    /// The folder of the release binaries `authorizer`, `login`, `register` and `well-known`, and of `examples/bare-loop` and `examples/first-draw`.
    #[arg(long)]
    programs: PathBuf,
    /// The folder of the repository's `events`.
    #[arg(long)]
    events: PathBuf,
    /// Fewer rounds.
    #[arg(long)]
    quick: bool,
}

/// Measures, prints, and fails when a guard was broken. A missed bound of time is printed and does not fail: it may be the
/// machine.
pub fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<bool> {
    let machine = core::machine()?;
    // Before any thread or process is started: all of them stay on this core.
    let core = core::pin()?;
    let fixture = Fixture::new(&options.events)?;
    let mut report = Report::new(&machine, core);
    guards::check(&options.programs, &mut report)?;
    trust::check(&options.programs, &fixture, &mut report)?;
    authorizer::measure(&options.programs, &fixture, options.quick, &mut report)?;
    bounded::measure(&options.programs, &fixture, options.quick, &mut report)?;
    refresh::measure(&options.programs, &fixture, options.quick, &mut report)?;
    well_known::measure(&options.programs, &fixture, options.quick, &mut report)?;
    login::measure(&options.programs, &fixture, options.quick, &mut report)?;
    Ok(report.finish())
}
