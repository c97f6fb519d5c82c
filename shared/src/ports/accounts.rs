//! Accounts: made, found and changed.

use std::future::Future;

use super::{Change, Stored};
use crate::domain::{AttemptKey, User, UserId, Words};

/// A new account, whole.
#[derive(Clone)]
pub struct NewUser {
    /// The profile.
    pub user: User,
    /// The password's hash as a PHC string.
    pub password_hash: String,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("NewUser").field(&self.user).finish()
    }
}

/// Whether an account was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creation {
    /// It exists now.
    Created,
    /// Another account has this email; nothing was written.
    EmailTaken,
}

/// An account as a sign-in needs it. Profile and password are two items that carry the same epoch; a reader that saw them
/// differ has read in the middle of a change and must read again.
#[derive(Clone, PartialEq)]
pub struct Account {
    /// The profile.
    pub user: User,
    /// The password's hash as a PHC string.
    pub password_hash: String,
    /// The epoch on the password item.
    pub password_epoch: u64,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Account").field(&self.user).field(&self.password_epoch).finish()
    }
}

/// What an administrator gives a user. Each kind is set on its own, so that setting one never undoes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grants {
    /// What the user is.
    Roles(Words),
    /// What the user's tokens may be used for.
    Scopes(Words),
}

/// Makes accounts.
pub trait CreateUser {
    /// Writes profile, password and the marker of the email in one transaction.
    fn create_user(&self, new: &NewUser) -> impl Future<Output = Stored<Creation>> + Send;
}

/// Finds who signs in.
pub trait FindAccount {
    /// Finds an account by its canonical email, and how much of `attempts` is used.
    fn find_account(
        &self,
        canonical_email: &str,
        attempts: &AttemptKey,
    ) -> impl Future<Output = Stored<(Option<Account>, u32)>> + Send;
}

/// Finds the account behind a proven identity.
pub trait FindAccountById {
    /// Finds an account by its user id.
    fn find_account_by_id(&self, user_id: UserId) -> impl Future<Output = Stored<Option<Account>>> + Send;
}

/// Replaces a password's hash by one of the same password made with stronger parameters.
pub trait ReplacePasswordHash {
    /// Writes `new` if the hash is still `verified` and the epoch still `epoch`.
    fn replace_password_hash(
        &self,
        user_id: UserId,
        epoch: u64,
        verified: &str,
        new: &str,
    ) -> impl Future<Output = Stored<Change>> + Send;
}

/// Reads a profile.
pub trait FindUser {
    /// Finds a user.
    fn find_user(&self, user_id: UserId) -> impl Future<Output = Stored<Option<User>>> + Send;
}

/// Reads a profile by its address.
pub trait FindUserByEmail {
    /// Finds a user by their canonical email.
    fn find_user_by_email(&self, canonical_email: &str) -> impl Future<Output = Stored<Option<User>>> + Send;
}

/// Changes a profile.
pub trait RenameUser {
    /// Sets the name, if the epoch still holds.
    fn rename_user(
        &self,
        user_id: UserId,
        epoch: u64,
        name: Option<&str>,
    ) -> impl Future<Output = Stored<Change>> + Send;
}

/// Sets what users may do.
pub trait SetGrants {
    /// Replaces the words of one kind, if the user exists, whatever else is changed meanwhile. Gives the user as they are now;
    /// `None` when there is none.
    fn set_grants(&self, user_id: UserId, grants: &Grants) -> impl Future<Output = Stored<Option<User>>> + Send;
}

/// Lets a user sign in again.
pub trait EnableUser {
    /// Clears the mark, if the user exists; the epoch stays, so that nothing issued before comes back. Gives the user as they
    /// are now; `None` when there is none.
    fn enable_user(&self, user_id: UserId) -> impl Future<Output = Stored<Option<User>>> + Send;
}
