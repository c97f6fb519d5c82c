//! What whoever administers says about it.

/// Longest remark, in characters: one line of a log, not a report.
const MAX_CHARS: usize = 200;

/// One line for the log: who does something, or why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark(String);

/// A text that is no remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 200 characters, not only spaces, and no control characters")]
pub struct InvalidRemark;

impl Remark {
    /// Parses a remark, exactly as it was sent.
    ///
    /// # Errors
    /// [`InvalidRemark`] when it is blank, too long or holds control characters.
    pub fn parse(text: &str) -> Result<Self, InvalidRemark> {
        let is_one_line = !text.trim().is_empty() && !text.contains(char::is_control);
        // A character has at most four bytes: what is longer is not counted.
        let fits = text.len() <= 4 * MAX_CHARS && text.chars().count() <= MAX_CHARS;
        if is_one_line && fits { Ok(Self(text.to_owned())) } else { Err(InvalidRemark) }
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e6_a_remark_is_one_line_of_at_most_200_characters() {
        for good in ["a", "arn:aws:sts::1:assumed-role/Support/ada", &"\u{1f511}".repeat(200)] {
            assert_eq!(Remark::parse(good).unwrap().into_string(), good);
        }
        for bad in ["", "  ", "a\nb", "a\r", "\u{1b}[31m", "\0", "\u{85}", &"x".repeat(201), &"x".repeat(1_000_000)] {
            assert_eq!(Remark::parse(bad), Err(InvalidRemark), "{bad:.20?}");
        }
    }
}
