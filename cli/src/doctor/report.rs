//! All findings, for people or programs.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::verdict::{Finding, Verdict};
use crate::table::printable;

/// The findings in the order of the checks.
#[derive(Debug, Default)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Adds some.
    pub fn add(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
    }

    /// Prints them; exit code 1 when one is a failure.
    pub fn print(&self, json: bool) -> Result<ExitCode> {
        if json {
            println!("{}", serde_json::to_string_pretty(&self.json())?);
        } else {
            print!("{}", self.text());
        }
        Ok(if self.count("fail") == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn text(&self) -> String {
        let lines = self.findings.iter().map(|Finding { check, verdict }| {
            let (found, advice) = words(verdict);
            let advice = advice.map(|advice| format!("{:24}-> {}\n", "", printable(advice)));
            format!("{:5} {check:18}{}\n{}", verdict.level(), printable(found), advice.unwrap_or_default())
        });
        let [ok, warn, fail] = ["ok", "warn", "fail"].map(|level| self.count(level));
        format!("{}\n{ok} ok, {warn} to know, {fail} to repair\n", lines.collect::<String>())
    }

    fn json(&self) -> Value {
        let checks = self.findings.iter().map(|Finding { check, verdict }| {
            let (found, advice) = words(verdict);
            json!({ "check": check, "level": verdict.level(), "found": found, "advice": advice })
        });
        json!({
            "checks": checks.collect::<Vec<_>>(),
            "ok": self.count("ok"), "warn": self.count("warn"), "fail": self.count("fail"),
        })
    }

    fn count(&self, level: &str) -> usize {
        self.findings.iter().filter(|finding| finding.verdict.level() == level).count()
    }
}

fn words(verdict: &Verdict) -> (&str, Option<&str>) {
    match verdict {
        Verdict::Ok(found) => (found, None),
        Verdict::Warn { found, advice } | Verdict::Fail { found, advice } => (found, Some(advice)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::verdict::{fail, ok, warn};

    fn report(verdicts: Vec<Verdict>) -> Report {
        Report { findings: verdicts.into_iter().map(|verdict| Finding { check: "clock", verdict }).collect() }
    }

    #[test]
    fn findings_are_lines_with_advice_below() {
        let report = report(vec![ok("right"), warn("2 s off", "look at it"), fail("an hour\n off", "set it")]);
        let expected = "\
ok    clock             right
warn  clock             2 s off
                        -> look at it
fail  clock             an hour\u{fffd} off
                        -> set it

1 ok, 1 to know, 1 to repair
";
        assert_eq!(report.text(), expected);
        assert_eq!(
            report.json()["checks"][1],
            json!({ "check": "clock", "level": "warn", "found": "2 s off", "advice": "look at it" })
        );
        assert_eq!(report.json()["fail"], 1);
    }

    #[test]
    fn only_a_failure_fails() {
        assert_eq!(report(vec![ok("right"), warn("2 s off", "look")]).print(true).unwrap(), ExitCode::SUCCESS);
        assert_eq!(report(vec![fail("an hour off", "set it")]).print(true).unwrap(), ExitCode::FAILURE);
    }
}
