//! The command line, and how its outcome is told.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::stack::{self, StackCommand};
use crate::{bench, demo, dev, interrupt, soak, test, tools};

/// Latchkey's repository automation.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole product on this machine.
    Dev(dev::Options),
    /// Check everything that needs no deployment; --all adds what does.
    Test(test::Options),
    /// Walk through a user's life with Latchkey, against a running server.
    Demo(demo::Options),
    /// Deploy template.yaml into a local AWS emulator.
    Stack {
        #[command(subcommand)]
        command: StackCommand,
    },
    /// Send very many messages through the running stack, by connections that break all the time.
    Soak(soak::Options),
    /// Measure.
    Bench {
        /// Only what guards the bounds, in a minute instead of ten.
        #[arg(long)]
        quick: bool,
    },
    /// Install cargo-lambda, zig, SAM and the emulator, pinned, into .tools/; a command that needs one also does it itself.
    Tools,
}

/// Does what was asked.
pub fn run(arguments: Arguments) -> Result<()> {
    interrupt::listen()?;
    match arguments.command {
        Command::Dev(options) => dev::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Demo(options) => demo::run(&options),
        Command::Stack { command } => stack::run(command),
        Command::Soak(options) => soak::run(&options),
        Command::Bench { quick } => bench::run(quick),
        Command::Tools => tools::install_all(),
    }
}

/// One sentence for a person when it fails.
pub fn report(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
