//! `latchkey-local`: DynamoDB's API on this machine, with the tables of `template.yaml` and development key rings.
use clap::Parser;

mod directory;
mod key_files;
mod options;
mod public_keys;
mod ready;
mod rings;
mod run;
mod stop;
mod tables;
mod template;

fn main() -> std::process::ExitCode {
    run::report(run::run(&options::Options::parse()))
}
