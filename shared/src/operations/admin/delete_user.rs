//! Deleting a user.

use super::{
    super::ending::{epoch_change, tell_why},
    TRIES, find_user, outrun,
};
use crate::{
    domain::{EndCause, Timestamp, UserId},
    error::Error,
    ports::{Change, DeleteUser, EndSession, FindUser, ListSessions},
};

/// Deletes an account and everything that belongs to it, as its owner could.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, [`Error::Unavailable`].
pub async fn delete_user<S>(store: &S, user_id: UserId, now: Timestamp) -> Result<(), Error>
where
    S: FindUser + DeleteUser + ListSessions + EndSession,
{
    for _ in 0..TRIES {
        let user = find_user(store, user_id).await?;
        if store.delete_user(&user, &epoch_change(&user, EndCause::AccountDeleted, now)).await? == Change::Done {
            tell_why(store, &user, EndCause::AccountDeleted, now).await;
            return Ok(());
        }
    }
    Err(outrun())
}
