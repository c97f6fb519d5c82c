//! What a new password must be (NIST SP 800-63B-4 section 3.1.1.2): long enough, and not one that attackers try first.
//! No composition rules, no expiry, no hints.

use super::guesses;
use crate::domain::Password;

/// A password that a guesser reaches within 10⁸ tries (2²⁷) is on everybody's list or put together from it.
const MIN_BITS: f64 = 27.0;

/// Rules for new passwords. Existing ones are never judged at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Fewest code points: `LATCHKEY_PASSWORD_MIN_LENGTH`, default 15, never below 8.
    pub min_chars: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { min_chars: 15 }
    }
}

impl PasswordPolicy {
    /// Judges a new password of the user with this canonical email. `Err` holds the reason in words for the user.
    ///
    /// # Errors
    /// The reason, when it is too short, too common, or made of the email.
    pub fn judge(&self, password: &Password, canonical_email: &str) -> Result<(), String> {
        if password.chars() < self.min_chars {
            return Err(format!("must have at least {} characters", self.min_chars));
        }
        let text = password.reveal();
        let local = canonical_email.split('@').next().unwrap_or_default();
        if text.to_lowercase().contains(canonical_email) || text.eq_ignore_ascii_case(local) {
            return Err("must not contain your email address".into());
        }
        if guesses::bits(text, &[canonical_email, local]) < MIN_BITS {
            return Err(
                "is too easy to guess: it is, or is put together from, passwords that attackers try first".into()
            );
        }
        Ok(())
    }
}
