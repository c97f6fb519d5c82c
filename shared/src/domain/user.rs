//! A user as every operation sees it.

use super::{Timestamp, UserId};

/// A user's profile.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Who it is, for ever.
    pub id: UserId,
    /// The address as the user wrote it, with the domain in ASCII: mail goes here.
    pub email: String,
    /// The canonical form of the address, by which it is unique.
    pub canonical_email: String,
    /// What the user wants to be called.
    pub name: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Raised whenever everything issued before must stop working: disable, password or factor change, signing out
    /// everywhere. A credential that carries another epoch is refused.
    pub epoch: u64,
    /// Disabled users keep their data and lose every way in.
    pub disabled: bool,
    /// Names of what the user is, set by an administrator.
    pub roles: Vec<String>,
    /// Names of what the user's tokens may be used for, set by an administrator.
    pub scopes: Vec<String>,
}

/// Email and name are personal data: they stay out of logs, also by accident.
impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
