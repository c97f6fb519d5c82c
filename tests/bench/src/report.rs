//! What is printed: one Markdown table, so that a run can be kept in docs/BENCHMARKS.md as it is.

use crate::bounds::UNDISTURBED_SHARE;

/// The lines, and whether a guard was broken.
pub(crate) struct Report {
    broken: Vec<String>,
    missed: Vec<String>,
}

/// What a missed bound means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// The run fails.
    Guard,
    /// It is said: a time depends on the machine too.
    Time,
}

impl Report {
    /// Begins the table.
    pub(crate) fn new(machine: &str, core: usize) -> Self {
        println!("{machine}; everything on core {core}\n");
        println!("| what | measured | compared with | ratio | bound | |\n|---|---:|---:|---:|---:|---|");
        Self { broken: Vec::new(), missed: Vec::new() }
    }

    /// A number without a bound.
    pub(crate) fn number(&mut self, what: &str, unit: &str, value: f64) {
        println!("| {what} | {value:.2} {unit} | | | | |");
    }

    /// A number that must not exceed `bound`.
    pub(crate) fn at_most(&mut self, what: &str, unit: &str, value: f64, bound: f64, weight: Weight) {
        let verdict = self.judge(what, value <= bound, weight);
        println!("| {what} | {value:.2} {unit} | | | {bound} {unit} | {verdict} |");
    }

    /// Two times, of which the first must not exceed the second `bound` times.
    pub(crate) fn ratio(&mut self, what: &str, unit: &str, (value, reference): (f64, f64), bound: f64) {
        let ratio = value / reference;
        let verdict = self.judge(what, ratio <= bound, Weight::Time);
        println!("| {what} | {value:.2} {unit} | {reference:.2} {unit} | {ratio:.2} | {bound} | {verdict} |");
    }

    /// Something that holds or does not.
    pub(crate) fn holds(&mut self, what: &str, holds: bool) {
        let verdict = self.judge(what, holds, Weight::Guard);
        println!("| {what} | {} | | | | {verdict} |", if holds { "yes" } else { "no" });
    }

    /// Which share of the core's time went into what was measured; the rest went to strangers.
    pub(crate) fn undisturbed(&self, share: f64) {
        let worth = if share < UNDISTURBED_SHARE { ": NOT worth keeping, something else was running" } else { "" };
        println!("| share of the core while warm invocations ran | {:.1} %{worth} | | | | |", share * 100.0);
    }

    /// Ends the table; whether every guard holds.
    pub(crate) fn finish(self) -> bool {
        println!();
        for what in &self.missed {
            println!("missed: {what}");
        }
        for what in &self.broken {
            println!("BROKEN: {what}");
        }
        println!("guards: {}", if self.broken.is_empty() { "all hold" } else { "broken" });
        self.broken.is_empty()
    }

    fn judge(&mut self, what: &str, holds: bool, weight: Weight) -> &'static str {
        match (holds, weight) {
            (true, _) => "PASS",
            (false, Weight::Time) => {
                self.missed.push(what.to_owned());
                "MISS"
            }
            (false, Weight::Guard) => {
                self.broken.push(what.to_owned());
                "FAIL"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_time_is_said_and_a_broken_guard_fails() {
        let mut report = Report::new("a machine", 0);
        report.ratio("slow", "ms", (2.0, 1.0), 1.5);
        assert_eq!((report.missed.len(), report.broken.len()), (1, 0));
        report.at_most("big", "MiB", 5.0, 5.0, Weight::Guard);
        assert!(report.broken.is_empty());
        report.at_most("bigger", "MiB", 5.01, 5.0, Weight::Guard);
        assert_eq!(report.broken, ["bigger"]);
        assert!(!report.finish());
    }
}
