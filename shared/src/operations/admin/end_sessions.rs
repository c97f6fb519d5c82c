//! Ending all sessions of a user, however many there are.

use super::{
    super::ending::{end_page, epoch_change},
    TRIES, find_user, outrun,
};
use crate::{
    domain::{EndCause, Session, SessionId, Timestamp, User, UserId},
    error::Error,
    ports::{Change, EndSession, FindUser, ListSessions, RaiseEpoch},
};

/// Pages of sessions that one call works on: at most 1000 sessions, one transaction each, which at 20 ms take a third of the
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
        let change = epoch_change(&user, now);
        if store.raise_epoch(&change).await? == Change::Done {
            let user = User { epoch: change.epoch.saturating_add(1), ..user };
            return tell_some(store, &user, None, now).await;
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
    tell_some(store, &user, Some(after), now).await
}

async fn tell_some<S>(store: &S, user: &User, after: Option<SessionId>, now: Timestamp) -> Result<SomeEnded, Error>
where
    S: ListSessions + EndSession,
{
    let mut done = SomeEnded { ended: 0, next: after };
    for _ in 0..PAGES_AT_ONCE {
        let is_over = |session: &Session| session.epoch != user.epoch;
        let page = end_page(store, user.id, done.next, is_over, EndCause::RevokedByAdmin, now).await?;
        done = SomeEnded { ended: done.ended + page.ended, next: page.next };
        if done.next.is_none() {
            break;
        }
    }
    Ok(done)
}
