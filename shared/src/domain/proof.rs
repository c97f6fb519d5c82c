//! How somebody shows that they know a password: by itself, or by what a client makes of it.

use super::{ClientHash, Password};

/// A password in one of its two spellings, or in both. What is sent decides how it is checked, never whose it is.
#[derive(Clone)]
pub enum Proof {
    /// The password is proven.
    Password {
        /// It.
        password: Password,
        /// What the client makes of it, shown to be told if that is wrong.
        client_hash: Option<ClientHash>,
    },
    /// The client hash is proven; the password stays with the client.
    ClientHash(ClientHash),
}

impl From<Password> for Proof {
    fn from(password: Password) -> Self {
        Self::Password { password, client_hash: None }
    }
}

impl Proof {
    /// Whether both are the same in the same spelling.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Password { password, .. }, Self::Password { password: other, .. }) => password.is_same_as(other),
            (Self::ClientHash(hash), Self::ClientHash(other)) => hash.is_same_as(other),
            (Self::Password { .. }, Self::ClientHash(_)) | (Self::ClientHash(_), Self::Password { .. }) => false,
        }
    }

    /// The password, if that is what is proven: only then can it be judged.
    pub fn password(&self) -> Option<&Password> {
        match self {
            Self::Password { password, .. } => Some(password),
            Self::ClientHash(_) => None,
        }
    }
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_does_not_show_in_debug_output() {
        let proof = Proof::from(Password::parse("correct horse battery").unwrap());
        assert_eq!(format!("{proof:?}"), "Proof");
    }
}
