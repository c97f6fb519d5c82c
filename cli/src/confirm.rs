//! The question before what cannot be undone.

use std::io::{IsTerminal, stdin};

use anyhow::{Result, ensure};

use crate::functions::Functions;
use crate::run::Usage;
use crate::table::printable;

/// Says what will happen and where, and asks on a terminal, unless `yes` was said before.
///
/// # Errors
/// [`Usage`] where nobody can be asked; another error when AWS does not say whose account this is, or the answer is no.
pub async fn confirm(consequence: &str, functions: &Functions, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !stdin().is_terminal() {
        return Err(Usage("this cannot be undone and nobody is here to be asked: say --yes").into());
    }
    eprint!("{}", question(consequence, &functions.place().await?));
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    ensure!(answer.trim() == "yes", "nothing was changed");
    Ok(())
}

fn question(consequence: &str, place: &str) -> String {
    let [consequence, place] = [consequence, place].map(printable);
    format!("{consequence}\nThis happens in {place}.\nThis cannot be undone. Type yes to go on: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_says_what_and_where_on_lines_of_their_own() {
        let expected = "\
The account 0b9f is deleted.
This happens in the stack blue\u{fffd} of somebody.
This cannot be undone. Type yes to go on: ";
        assert_eq!(question("The account 0b9f is deleted.", "the stack blue\n of somebody"), expected);
    }
}
