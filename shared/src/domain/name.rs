//! What a user wants to be called.

use unicode_normalization::UnicodeNormalization;

/// Longest name, in code points. Room for any real one, too short for an essay.
const MAX_CHARS: usize = 200;

/// A display name: NFC, 1 to 200 code points, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(String);

/// A text that is no display name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 200 characters and no control characters")]
pub struct InvalidName;

impl DisplayName {
    /// Parses a display name; surrounding white space is dropped.
    ///
    /// # Errors
    /// [`InvalidName`] when it is empty, too long or holds control characters.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        // Normalization at most triples the length (UAX #15), so a longer input cannot fit.
        if text.len() > 4 * 3 * MAX_CHARS {
            return Err(InvalidName);
        }
        let name: String = text.trim().nfc().collect();
        let fits = (1..=MAX_CHARS).contains(&name.chars().count());
        if fits && !name.contains(char::is_control) { Ok(Self(name)) } else { Err(InvalidName) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name.
    pub fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_bounded() {
        assert_eq!(DisplayName::parse("  Ada Lovelace ").unwrap().into_string(), "Ada Lovelace");
        assert!(DisplayName::parse(&"é".repeat(200)).is_ok());
        for bad in ["", "   ", "a\nb", "\u{7}", &"é".repeat(201), &"x".repeat(1_000_000)] {
            assert_eq!(DisplayName::parse(bad), Err(InvalidName));
        }
    }
}
