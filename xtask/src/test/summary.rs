//! How the steps went.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::interrupt;

/// Every step that ran, in order.
#[derive(Debug, Default)]
pub struct Summary {
    only: Option<String>,
    steps: Vec<Step>,
    skipped: Vec<&'static str>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    duration: Duration,
    failure: Option<String>,
}

impl Summary {
    /// With `only`, steps with that in their name are run and the others counted.
    pub fn of_steps(only: Option<String>) -> Self {
        Self { only, ..Self::default() }
    }

    /// Runs one step; its failure does not stop the others, Ctrl-C does.
    pub fn step(&mut self, name: &'static str, check: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            self.skipped.push(name);
            return Ok(());
        }
        eprintln!("\n== {name}");
        let start = Instant::now();
        let failure = check().err().map(|error| format!("{error:#}"));
        if interrupt::requested() {
            bail!("stopped in {name}");
        }
        let step = Step { name, duration: start.elapsed(), failure };
        eprintln!("{}", step.line());
        self.steps.push(step);
        Ok(())
    }

    /// Prints all of it; the last line counts.
    pub fn finish(self) -> Result<()> {
        println!();
        for step in &self.steps {
            println!("{}", step.line());
        }
        for name in &self.skipped {
            println!("SKIPPED           {name}");
        }
        let failed = self.steps.iter().filter(|step| step.failure.is_some()).count();
        let (passed, skipped) = (self.steps.len() - failed, self.skipped.len());
        let rest = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
        println!("\nsteps: {passed} passed, {failed} failed{rest}");
        ensure!(passed > 0 || failed > 0, "no step was run");
        ensure!(failed == 0, "not everything is in order");
        Ok(())
    }
}

impl Step {
    fn line(&self) -> String {
        let seconds = self.duration.as_secs_f64();
        match &self.failure {
            None => format!("ok     {seconds:7.1} s  {}", self.name),
            Some(reason) => format!("FAILED {seconds:7.1} s  {}: {reason}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_does_not_stop_the_next_and_fails_the_whole() -> Result<()> {
        let mut summary = Summary::default();
        let mut reached = false;
        summary.step("one", || bail!("no"))?;
        summary.step("two", || {
            reached = true;
            Ok(())
        })?;
        assert!(reached);
        assert!(summary.finish().is_err());
        Ok(())
    }

    #[test]
    fn what_was_not_asked_for_is_not_run_and_running_nothing_fails() -> Result<()> {
        let mut summary = Summary::of_steps(Some("three".to_owned()));
        summary.step("one", || bail!("must not run"))?;
        assert_eq!(summary.skipped, ["one"]);
        assert!(summary.finish().is_err());
        Ok(())
    }
}
