//! What a check says.

/// One check's answer, in words for whoever has to do something about it.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// In order, and what was seen.
    Ok(String),
    /// Works, and somebody should know.
    Warn {
        /// What was seen.
        found: String,
        /// What to do.
        advice: String,
    },
    /// Does not work or is not safe.
    Fail {
        /// What is wrong.
        found: String,
        /// What to do.
        advice: String,
    },
}

/// In order.
pub fn ok(found: impl Into<String>) -> Verdict {
    Verdict::Ok(found.into())
}

/// To be known.
pub fn warn(found: impl Into<String>, advice: impl Into<String>) -> Verdict {
    Verdict::Warn { found: found.into(), advice: advice.into() }
}

/// To be repaired.
pub fn fail(found: impl Into<String>, advice: impl Into<String>) -> Verdict {
    Verdict::Fail { found: found.into(), advice: advice.into() }
}

/// A fact that could not be looked at: what nobody has seen is not in order.
pub fn unknown(what: &str, error: &str) -> Verdict {
    fail(
        format!("{what} cannot be looked at: {error}"),
        "give yourself the right to read it, or ask somebody who has it",
    )
}

/// Names in a sentence: the first ones, and how many more there are.
pub fn few(names: &[impl AsRef<str>]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl Verdict {
    /// `ok`, `warn` or `fail`.
    pub fn level(&self) -> &'static str {
        match self {
            Verdict::Ok(_) => "ok",
            Verdict::Warn { .. } => "warn",
            Verdict::Fail { .. } => "fail",
        }
    }
}

/// A verdict and what it is about.
#[derive(Debug)]
pub struct Finding {
    /// The check's name.
    pub check: &'static str,
    /// What it said.
    pub verdict: Verdict,
}
