//! Ending one session of a user.

use super::{super::ending::end, SomeEnded, find_user};
use crate::{
    domain::{EndCause, SessionId, Timestamp, UserId},
    error::Error,
    ports::{Change, EndSession, FindUser},
};

/// Ends one session; one that is unknown or over already stays as it is, and counts as none.
///
/// # Errors
/// [`Error::NotFound`] when there is no such user, [`Error::Unavailable`].
pub async fn end_session<S>(
    store: &S,
    user_id: UserId,
    session_id: SessionId,
    now: Timestamp,
) -> Result<SomeEnded, Error>
where
    S: FindUser + EndSession,
{
    find_user(store, user_id).await?;
    let change = end(store, user_id, session_id, EndCause::RevokedByAdmin, now).await?;
    Ok(SomeEnded { ended: u64::from(change == Change::Done), next: None })
}
