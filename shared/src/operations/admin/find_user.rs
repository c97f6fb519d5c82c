//! Finding a user.

use crate::{
    domain::{Email, User, UserId},
    error::Error,
    ports::{FindUser, FindUserByEmail},
};

/// Finds a user by their id.
///
/// # Errors
/// [`Error::NotFound`] when there is none, [`Error::Unavailable`].
pub async fn find_user(store: &impl FindUser, user_id: UserId) -> Result<User, Error> {
    store.find_user(user_id).await?.ok_or(Error::NotFound)
}

/// Finds a user by their address, in any spelling that signs them in.
///
/// # Errors
/// As [`find_user`].
pub async fn find_user_by_email(store: &impl FindUserByEmail, email: &Email) -> Result<User, Error> {
    store.find_user_by_email(email.canonical()).await?.ok_or(Error::NotFound)
}
