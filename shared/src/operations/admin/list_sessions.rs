//! Listing the sessions of a user.

use super::find_user;
use crate::{
    domain::{SessionId, Timestamp, UserId},
    error::Error,
    ports::{FindUser, ListSessions, SessionPage},
};

/// One page of a user's live sessions. Those of an earlier epoch are dead already and are left out.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, [`Error::Unavailable`].
pub async fn list_sessions<S>(
    store: &S,
    user_id: UserId,
    after: Option<SessionId>,
    now: Timestamp,
) -> Result<SessionPage, Error>
where
    S: FindUser + ListSessions,
{
    let user = find_user(store, user_id).await?;
    let mut page = store.list_sessions(user_id, after, now).await?;
    page.sessions.retain(|session| session.epoch == user.epoch);
    Ok(page)
}
