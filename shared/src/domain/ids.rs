//! The names of users and sessions: random UUIDs (RFC 9562, version 4), never derived from anything about their owner.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// A text that is not an id in the one form we write: 36 characters, lower case, with hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct InvalidId;

fn parse(text: &str) -> Result<Uuid, InvalidId> {
    let id = Uuid::try_parse(text).map_err(|_| InvalidId)?;
    // One spelling per id: braces, upper case or a missing hyphen would name the same item by another key.
    if id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text { Ok(id) } else { Err(InvalidId) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an id of 16 random bytes, of which 122 bits are kept.
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Reads the 16 bytes that [`Self::as_bytes`] wrote.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The id as 16 bytes.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse(text).map(Self)
            }
        }
    };
}

id! {
    /// A user, for ever: the `sub` of every token.
    UserId
}
id! {
    /// One session of one user: the `sid` of every token that belongs to it.
    SessionId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_bytes() {
        let id = UserId::from_random([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(UserId::from_bytes(*id.as_bytes()), id);
    }

    #[test]
    fn every_other_spelling_of_an_id_is_refused() {
        let id = SessionId::from_random([171; 16]).to_string();
        for spelling in
            [id.to_uppercase(), id.replace('-', ""), format!("{{{id}}}"), format!("urn:uuid:{id}"), String::new()]
        {
            assert_eq!(spelling.parse::<SessionId>(), Err(InvalidId), "{spelling}");
        }
    }
}
