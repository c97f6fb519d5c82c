//! Setting roles or scopes.

use crate::{
    domain::{User, UserId},
    error::Error,
    ports::{Grants, SetGrants},
};

/// Replaces the roles or the scopes of a user. Whatever looks the user up sees them at once; access tokens carry them from the
/// next renewal on, and those issued before keep what they say until they expire.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, [`Error::Unavailable`].
pub async fn set_grants(store: &impl SetGrants, user_id: UserId, grants: &Grants) -> Result<User, Error> {
    store.set_grants(user_id, grants).await?.ok_or(Error::NotFound)
}
