//! Ending all sessions of a user, however many there are.

use super::{
    super::ending::{epoch_change, tell_page},
    TRIES, find_user, outrun,
};
use crate::{
    domain::{EndCause, SessionId, Timestamp, UserId},
    error::Error,
    ports::{Change, EndSession, FindUser, ListSessions, RaiseEpoch},
};

/// Pages of sessions that one call works on: at most 1000 sessions, one write each, which at 20 ms take a third of the
/// minute that the function has.
const PAGES_AT_ONCE: usize = 20;

/// What one call did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SomeEnded {
    /// How many sessions it told that they are over.
    pub ended: u64,
    /// Where to go on, if some are left.
    pub next: Option<SessionId>,
}

/// Ends every session of a user. Raising the epoch does it, at once and whatever is started meanwhile; telling each session why
/// takes as many calls as there are thousands of them, see [`continue_ending`].
///
/// # Errors
/// [`Error::NotFound`] when there is no such user; [`Error::Unavailable`], after which all may be over already.
pub async fn end_sessions<S>(store: &S, user_id: UserId, now: Timestamp) -> Result<SomeEnded, Error>
where
    S: FindUser + RaiseEpoch + ListSessions + EndSession,
{
    for _ in 0..TRIES {
        let user = find_user(store, user_id).await?;
        if store.raise_epoch(&epoch_change(&user, EndCause::RevokedByAdmin, now)).await? == Change::Done {
            return tell_some(store, (user_id, user.epoch), None, now).await;
        }
    }
    Err(outrun())
}

/// Tells the sessions from `after` (exclusive) on that they are over. Those that were started since all others ended stay.
///
/// # Errors
/// As [`end_sessions`].
pub async fn continue_ending<S>(
    store: &S,
    user_id: UserId,
    after: SessionId,
    now: Timestamp,
) -> Result<SomeEnded, Error>
where
    S: FindUser + ListSessions + EndSession,
{
    let user = find_user(store, user_id).await?;
    tell_some(store, (user_id, user.epoch.saturating_sub(1)), Some(after), now).await
}

async fn tell_some<S>(
    store: &S,
    over: (UserId, u64),
    after: Option<SessionId>,
    now: Timestamp,
) -> Result<SomeEnded, Error>
where
    S: ListSessions + EndSession,
{
    let mut done = SomeEnded { ended: 0, next: after };
    for _ in 0..PAGES_AT_ONCE {
        let page = tell_page(store, over, done.next, EndCause::RevokedByAdmin, now).await?;
        done = SomeEnded { ended: done.ended + page.told, next: page.next };
        if done.next.is_none() {
            break;
        }
    }
    Ok(done)
}
