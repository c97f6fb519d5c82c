//! Disabling a user.

use super::{
    super::ending::{epoch_change, tell_why},
    TRIES, find_user, outrun,
};
use crate::{
    domain::{EndCause, Timestamp, User, UserId},
    error::Error,
    ports::{Change, DisableUser, EndSession, FindUser, ListSessions},
};

/// Takes every way in from a user, whose data stays. The mark and the epoch are one transaction, so that a sign-in or a renewal
/// that is under way leaves nothing alive; the tombstones that follow say why. Disabling twice is disabling once.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, [`Error::Unavailable`].
pub async fn disable_user<S>(store: &S, user_id: UserId, now: Timestamp) -> Result<User, Error>
where
    S: FindUser + DisableUser + ListSessions + EndSession,
{
    for _ in 0..TRIES {
        let user = find_user(store, user_id).await?;
        if user.disabled {
            return Ok(user);
        }
        let change = epoch_change(&user, EndCause::RevokedByAdmin, now);
        if store.disable_user(&change).await? == Change::Done {
            tell_why(store, &user, EndCause::RevokedByAdmin, now).await;
            return Ok(User { disabled: true, epoch: change.epoch.saturating_add(1), ..user });
        }
    }
    Err(outrun())
}
