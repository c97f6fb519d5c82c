//! What the functions write, on its way to the terminal.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What cargo-lambda writes when a function ends that it has not stopped. It never starts that function again.
const ENDED: [&str; 3] = ["command exited", "command killed", "command ended by exception"];
/// Every function says so once, because `cargo lambda watch` sets a variable that only AWS's own concurrency needs.
const NOISE: &str = "AWS_LAMBDA_MAX_CONCURRENCY is set to";

/// Line by line to standard error: standard output belongs to the lines that are meant to be copied. Until somebody
/// wants to read it, it is only kept: the answers to our own first requests interest nobody if all goes well.
#[derive(Clone, Debug, Default)]
pub struct Output(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    kept: Option<Vec<String>>,
    function_ended: bool,
}

impl Default for State {
    fn default() -> Self {
        Self { kept: Some(Vec::new()), function_ended: false }
    }
}

impl Output {
    /// Reads `pipe` to its end, on a thread of its own.
    pub fn read(&self, pipe: impl Read + Send + 'static) {
        let output = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                output.take(String::from_utf8_lossy(&line).into_owned());
            }
        });
    }

    /// From here on lines are shown; those kept so far are forgotten.
    pub fn show(&self) {
        self.state().kept = None;
    }

    /// Shows what was kept: something went wrong.
    pub fn tell(&self) {
        for line in self.state().kept.take().unwrap_or_default() {
            eprintln!("{line}");
        }
    }

    /// Whether a function has ended by itself.
    pub fn function_ended(&self) -> bool {
        self.state().function_ended
    }

    fn take(&self, line: String) {
        if line.starts_with(NOISE) {
            return;
        }
        let mut state = self.state();
        state.function_ended |= line.contains("ERROR") && ENDED.iter().any(|words| line.contains(words));
        match &mut state.kept {
            Some(kept) => kept.push(line),
            None => eprintln!("{line}"),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_function_is_noticed_in_the_log_and_an_error_of_its_own_is_not() {
        let output = Output::default();
        output.take("{\"level\":\"error\"}".to_owned());
        output.take("ERROR command not found".to_owned());
        assert!(!output.function_ended());
        output.take("ERROR command exited code=ExitStatus(1)".to_owned());
        assert!(output.function_ended());
    }

    #[test]
    fn lines_are_kept_until_they_are_wanted() {
        let output = Output::default();
        output.take("one".to_owned());
        output.take(format!("{NOISE} '1'"));
        assert_eq!(output.state().kept, Some(vec!["one".to_owned()]));
        output.show();
        output.take("two".to_owned());
        assert_eq!(output.state().kept, None);
    }
}
