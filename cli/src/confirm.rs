//! The question before what cannot be undone.

use std::io::{IsTerminal, stdin};

use anyhow::{Result, ensure};

use crate::run::Usage;

/// Asks on a terminal, unless `yes` was said before.
///
/// # Errors
/// [`Usage`] where nobody can be asked; another error when the answer is no.
pub fn confirm(consequence: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !stdin().is_terminal() {
        return Err(Usage("this cannot be undone and nobody is here to be asked: say --yes").into());
    }
    eprint!("{consequence}\nThis cannot be undone. Type yes to go on: ");
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    ensure!(answer.trim() == "yes", "nothing was changed");
    Ok(())
}
