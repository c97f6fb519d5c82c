//! Repository automation: `cargo xtask dev | test | demo | stack | bench`.
use clap::Parser;

mod bench;
mod cargo;
mod cli;
mod demo;
mod dev;
mod interrupt;
mod paths;
mod process;
mod soak;
mod stack;
mod test;
mod tidy;
mod tools;

fn main() -> std::process::ExitCode {
    cli::report(cli::run(cli::Arguments::parse()))
}
