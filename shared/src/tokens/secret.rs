//! Secret keys in memory.

use aws_lc_rs::hmac;

/// Length of every symmetric secret, in bytes.
pub const SECRET_BYTES: usize = 32;

/// Fewer different bytes than this in 32 is a pattern, not a draw: the chance is below 2⁻⁶⁰.
const MIN_DISTINCT_BYTES: usize = 12;

/// 256 secret bits. `Debug` prints only the type.
#[derive(Clone)]
pub struct Secret([u8; SECRET_BYTES]);

/// Why bytes are no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// Not 32 bytes.
    #[error("a secret has exactly 32 bytes")]
    Length,
    /// Zeros, a counter, a placeholder text.
    #[error("a secret is random; this one is a sample")]
    Sample,
}

impl Secret {
    /// Takes 32 bytes that look drawn at random.
    ///
    /// # Errors
    /// [`InvalidSecret`] for another length, or for a value somebody typed.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidSecret> {
        let bytes: [u8; SECRET_BYTES] = bytes.try_into().map_err(|_| InvalidSecret::Length)?;
        let mut distinct = bytes.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let is_counter = bytes.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1));
        let is_text = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        if distinct.len() < MIN_DISTINCT_BYTES || is_counter || is_text {
            return Err(InvalidSecret::Sample);
        }
        Ok(Self(bytes))
    }

    /// The bytes, for the algorithm that needs them.
    #[cfg(feature = "aws")]
    pub(crate) fn reveal(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// The key for HMAC-SHA-256.
    pub(super) fn hmac_key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_short_and_sample_secrets_are_refused() {
        let counter: Vec<u8> = (0..32).collect();
        assert_eq!(Secret::parse(&[]).unwrap_err(), InvalidSecret::Length);
        assert_eq!(Secret::parse(&counter[..31]).unwrap_err(), InvalidSecret::Length);
        for sample in [&[0; 32][..], &counter, b"change-me-change-me-change-me-42", b"0123456789abcdef0123456789abcdef"]
        {
            assert_eq!(Secret::parse(sample).unwrap_err(), InvalidSecret::Sample);
        }
    }

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        let bytes: [u8; 32] = crate::domain::Random::SYSTEM.draw().unwrap();
        assert_eq!(format!("{:?}", Secret::parse(&bytes)), "Ok(Secret)");
    }
}
