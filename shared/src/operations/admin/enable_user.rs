//! Enabling a user.

use crate::{
    domain::{User, UserId},
    error::Error,
    ports::EnableUser,
};

/// Lets a disabled user sign in again. Nothing that was issued before comes back: the epoch stays where disabling raised it.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, [`Error::Unavailable`].
pub async fn enable_user(store: &impl EnableUser, user_id: UserId) -> Result<User, Error> {
    store.enable_user(user_id).await?.ok_or(Error::NotFound)
}
