//! Where secrets and ids come from.

use rand::{TryRng, rngs::SysRng};

/// The operating system gave no random bytes: nothing secret can be made, so the request fails.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// A source of random bytes, handed to operations as a value so that tests can repeat a draw.
#[derive(Clone, Copy)]
pub struct Random(fn(&mut [u8]) -> Result<(), NoRandomness>);

impl Random {
    /// The operating system's generator, asked anew at every draw. A generator that lives in the process would be frozen
    /// into a snapshot and repeat itself in every sandbox restored from it.
    pub const SYSTEM: Self = Self(|bytes| SysRng.try_fill_bytes(bytes).map_err(|_| NoRandomness));

    /// A source of the caller's making, for tests.
    pub const fn from_fn(fill: fn(&mut [u8]) -> Result<(), NoRandomness>) -> Self {
        Self(fill)
    }

    /// Draws `N` bytes.
    ///
    /// # Errors
    /// [`NoRandomness`] when the source fails.
    pub fn draw<const N: usize>(self) -> Result<[u8; N], NoRandomness> {
        let mut bytes = [0; N];
        (self.0)(&mut bytes)?;
        Ok(bytes)
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let [first, second] = [(); 2].map(|()| Random::SYSTEM.draw::<16>().unwrap());
        assert_ne!(first, second);
    }
}
