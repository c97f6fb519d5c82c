//! Ending sessions, for whatever cause: shared by everything that does.

use std::time::Duration;

use crate::{
    domain::{EndCause, Ended, Session, SessionId, Timestamp, User, UserId, feed::TOLD_SECONDS},
    error::Error,
    ports::{Change, EndSession, Ending, EpochChange, ListSessions},
};

/// Ends one session; an ended or unknown one stays as it is.
pub(super) async fn end(
    store: &impl EndSession,
    user_id: UserId,
    session_id: SessionId,
    cause: EndCause,
    now: Timestamp,
) -> Result<Change, Error> {
    let ended = Ended { cause, at: now };
    let feed_until = now.plus(TOLD_SECONDS);
    Ok(store.end_session(&Ending { user_id, session_id, ended, feed_until }).await?)
}

pub(super) fn epoch_change(user: &User, now: Timestamp) -> EpochChange {
    EpochChange { user_id: user.id, epoch: user.epoch, now, feed_until: now.plus(TOLD_SECONDS) }
}

/// Ends the live sessions page by page, all but `keep`.
pub(super) async fn end_listed<S: ListSessions + EndSession>(
    store: &S,
    user_id: UserId,
    keep: Option<SessionId>,
    cause: EndCause,
    now: Timestamp,
) -> Result<(), Error> {
    let mut after = None;
    loop {
        let page = end_page(store, user_id, after, |session| Some(session.id) != keep, cause, now).await?;
        let Some(next) = page.next else { return Ok(()) };
        after = Some(next);
    }
}

/// One page of sessions, some of which were ended.
pub(super) struct EndedPage {
    /// How many.
    pub(super) ended: u64,
    /// Where the next page begins, if there is one.
    pub(super) next: Option<SessionId>,
}

/// Ends those live sessions of one page that `over` picks.
pub(super) async fn end_page<S: ListSessions + EndSession>(
    store: &S,
    user_id: UserId,
    after: Option<SessionId>,
    over: impl Fn(&Session) -> bool,
    cause: EndCause,
    now: Timestamp,
) -> Result<EndedPage, Error> {
    let page = store.list_sessions(user_id, after, now).await?;
    let mut ended = 0;
    for session in page.sessions.iter().filter(|session| over(session)) {
        let change = end(store, user_id, session.id, cause, now).await?;
        ended += u64::from(change == Change::Done);
    }
    Ok(EndedPage { ended, next: page.next })
}

/// How long sessions that are over already are told why.
const TELLING: Duration = Duration::from_secs(8);

/// Writes the cause on sessions that the epoch or the deletion of their user has ended: an explanation, so that neither its
/// failure nor its length makes a change that has happened look as if it had not.
pub(super) async fn tell_why<S: ListSessions + EndSession>(
    store: &S,
    user_id: UserId,
    cause: EndCause,
    now: Timestamp,
) {
    let _ = tokio::time::timeout(TELLING, end_listed(store, user_id, None, cause, now)).await;
}
