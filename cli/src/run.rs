//! Does what was asked, and tells how it went.

use std::fmt;
use std::process::ExitCode;

use anyhow::Result;

use crate::answer::Problem;
use crate::functions::Functions;
use crate::options::{Command, Options};
use crate::{doctor, keys, rooms, table, users};

/// The command line cannot be followed: exit code 2, as for one that cannot be parsed.
#[derive(Debug)]
pub struct Usage(pub &'static str);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Usage {}

/// Does it. The exit code of what was understood and went as it should.
pub async fn run(options: Options) -> Result<ExitCode> {
    let Options { target, manner, command } = options;
    match command {
        Command::Keys(action) => keys::run(action, &Functions::of(target.target(), &manner).await?, &manner).await,
        Command::Users(action) => users::run(action, &Functions::of(target.target(), &manner).await?, &manner).await,
        Command::Rooms(action) => rooms::run(action, &Functions::of(target.target(), &manner).await?, &manner).await,
        Command::Doctor(options) => doctor::run(options, &target, &manner).await,
    }
}

/// One sentence on standard error when it did not; of a refusal its title and detail.
pub fn report(outcome: Result<ExitCode>) -> ExitCode {
    let error = match outcome {
        Ok(code) => return code,
        Err(error) => error,
    };
    if let Some(problem) = error.downcast_ref::<Problem>() {
        eprintln!("refused: {}", table::printable(&problem.to_string()));
        return ExitCode::FAILURE;
    }
    eprintln!("error: {}", table::printable(&format!("{error:#}")));
    if error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}
