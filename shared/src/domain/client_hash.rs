//! What a client makes of a password before it sends anything, and whether a deployment takes it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Length of a client hash in bytes.
pub const CLIENT_HASH_BYTES: usize = 32;

/// Whether clients hash passwords: `LATCHKEY_CLIENT_HASHING`, `off` by default. One answer for the whole deployment: one for each
/// account would tell which accounts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientHashing {
    /// Clients send passwords.
    #[default]
    Off,
    /// They send either, or both.
    Transition,
    /// They send client hashes; only forms of our pages, which have no scripts, send passwords.
    Required,
}

impl ClientHashing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Off, Self::Transition, Self::Required];

    /// The mode as it is set and served.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Transition => "transition",
            Self::Required => "required",
        }
    }

    /// The mode of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
}

/// The Argon2id of a password that a client computes (`passwords/client.rs` says how). Whoever has it signs in with it where
/// clients hash: a secret like the password. `Debug` prints only the type.
#[derive(Clone)]
pub struct ClientHash([u8; CLIENT_HASH_BYTES]);

/// A text that is no client hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 32 bytes as base64url without padding")]
pub struct InvalidClientHash;

impl ClientHash {
    /// Takes a hash as it was sent: 43 characters, of which there is one spelling.
    ///
    /// # Errors
    /// [`InvalidClientHash`].
    pub fn parse(text: &str) -> Result<Self, InvalidClientHash> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidClientHash)?;
        bytes.try_into().map(Self).map_err(|_| InvalidClientHash)
    }

    /// A hash that was computed here.
    pub fn from_bytes(bytes: [u8; CLIENT_HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes, for hashing.
    pub fn reveal(&self) -> &[u8; CLIENT_HASH_BYTES] {
        &self.0
    }

    /// Whether both are one hash. Both are of one caller, who learns nothing from how long it takes.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl std::fmt::Debug for ClientHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientHash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_hash_has_one_spelling() {
        let text = URL_SAFE_NO_PAD.encode([0xfb; 32]);
        assert_eq!(ClientHash::parse(&text).unwrap().reveal(), &[0xfb; 32]);
        let same_bytes_otherwise = format!("{}t", &text[..42]); // the last two bits are none of the hash
        for bad in [
            "",
            &text[..42],
            &format!("{text}A"),
            &format!("{text}="),
            &text.replace('-', "+"),
            &same_bytes_otherwise,
            &format!(" {text}"),
            &"A".repeat(1 << 20),
        ] {
            assert_eq!(ClientHash::parse(bad).unwrap_err(), InvalidClientHash, "{bad:.60}");
        }
    }

    #[test]
    fn a_mode_has_the_name_it_is_served_under() {
        for mode in ClientHashing::ALL {
            assert_eq!(ClientHashing::parse(mode.as_str()), Some(mode));
        }
        assert_eq!((ClientHashing::parse("on"), ClientHashing::default()), (None, ClientHashing::Off));
    }

    #[test]
    fn a_client_hash_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", ClientHash::from_bytes([1; 32])), "ClientHash");
    }
}
