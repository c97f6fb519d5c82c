//! Passwords as they arrive, and what makes one acceptable.

use unicode_normalization::UnicodeNormalization;

/// Longest password in code points (NIST SP 800-63B-4 section 3.1.1.2 asks for at least 64).
pub const MAX_CHARS: usize = 256;

/// What is read at all, in bytes: 256 code points of four bytes, with room for what normalization composes.
const MAX_BYTES: usize = 4 * 4 * MAX_CHARS;

/// A password in the clear, normalized to NFKC so that every keyboard spells it alike. Shown once, to the hash.
#[derive(Clone)]
pub struct Password {
    text: String,
    chars: usize,
}

/// A text that is too long to be any password: refused before it costs anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at most 256 characters")]
pub struct TooLong;

impl Password {
    /// Takes a password as it was sent. Nothing is trimmed, no character is forbidden.
    ///
    /// # Errors
    /// [`TooLong`] above 256 code points.
    pub fn parse(unverified: &str) -> Result<Self, TooLong> {
        if unverified.len() > MAX_BYTES {
            return Err(TooLong);
        }
        let normalized: String = unverified.nfkc().collect();
        if normalized.chars().count() > MAX_CHARS {
            return Err(TooLong);
        }
        // Some single characters are many after normalization: they are still one key press.
        let chars = unverified.chars().count().min(normalized.chars().count());
        Ok(Self { text: normalized, chars })
    }

    /// The password, for hashing and for the policy.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Whether both are one password. Both are of one caller, who learns nothing from how long it takes.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.text == other.text
    }

    /// How long it is in code points, as typed or as normalized, whichever is less.
    pub fn chars(&self) -> usize {
        self.chars
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c3_composed_and_decomposed_letters_are_one_password() {
        let spell = |text| Password::parse(text).unwrap().reveal().to_owned();
        assert_eq!(spell("cafe\u{301} au lait, grand"), spell("café au lait, grand"));
        assert_ne!(spell("with a \0 in the middle"), spell("with a "));
    }

    #[test]
    fn c3_256_code_points_are_read_and_257_are_not() {
        assert!(Password::parse(&"🔑".repeat(256)).is_ok());
        assert_eq!(Password::parse(&"a".repeat(257)).unwrap_err(), TooLong);
        assert_eq!(Password::parse(&"a".repeat(1 << 20)).unwrap_err(), TooLong);
    }

    #[test]
    fn c3_one_character_that_stands_for_many_counts_as_one() {
        let password = Password::parse("\u{fdfa}").unwrap();
        assert_eq!((password.chars(), password.reveal().chars().count()), (1, 18));
    }

    #[test]
    fn a_password_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", Password::parse("correct horse battery")), "Ok(Password)");
    }
}
