//! Ending sessions, for whatever cause: shared by everything that does.

use std::time::Duration;

use crate::{
    domain::{EndCause, Ended, SessionId, Timestamp, User, UserId, feed::TOLD_SECONDS},
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
    let feed_until = Some(now.plus(TOLD_SECONDS));
    Ok(store.end_session(&Ending { user_id, session_id, ended: Ended { cause, at: now }, feed_until }).await?)
}

pub(super) fn epoch_change(user: &User, cause: EndCause, now: Timestamp) -> EpochChange {
    EpochChange { user_id: user.id, epoch: user.epoch, cause, now, feed_until: now.plus(TOLD_SECONDS) }
}

/// Ends the live sessions page by page, all but `keep`.
pub(super) async fn end_others<S: ListSessions + EndSession>(
    store: &S,
    user_id: UserId,
    keep: SessionId,
    cause: EndCause,
    now: Timestamp,
) -> Result<(), Error> {
    let mut after = None;
    loop {
        let page = store.list_sessions(user_id, after, now).await?;
        for session in page.sessions.iter().filter(|session| session.id != keep) {
            end(store, user_id, session.id, cause, now).await?;
        }
        let Some(next) = page.next else { return Ok(()) };
        after = Some(next);
    }
}

/// One page of sessions, some of which were told.
pub(super) struct ToldPage {
    /// How many.
    pub(super) told: u64,
    /// Where the next page begins, if there is one.
    pub(super) next: Option<SessionId>,
}

/// Writes the cause on those sessions of one page that carry `epoch` or an earlier one, which is over: the user's entry in the
/// feed speaks of them all. Who has signed in since stays.
pub(super) async fn tell_page<S: ListSessions + EndSession>(
    store: &S,
    (user_id, epoch): (UserId, u64),
    after: Option<SessionId>,
    cause: EndCause,
    now: Timestamp,
) -> Result<ToldPage, Error> {
    let page = store.list_sessions(user_id, after, now).await?;
    let mut told = 0;
    for session in page.sessions.iter().filter(|session| session.epoch <= epoch) {
        let ended = Ended { cause, at: now };
        let change = store.end_session(&Ending { user_id, session_id: session.id, ended, feed_until: None }).await?;
        told += u64::from(change == Change::Done);
    }
    Ok(ToldPage { told, next: page.next })
}

/// How long sessions that are over already are told why.
const TELLING: Duration = Duration::from_secs(8);

/// Writes the cause on sessions that the epoch or the deletion of their user has ended; `user` is as it was before. An
/// explanation, so that neither its failure nor its length makes a change that has happened look as if it had not.
pub(super) async fn tell_why<S: ListSessions + EndSession>(store: &S, user: &User, cause: EndCause, now: Timestamp) {
    let tell = async {
        let mut after = None;
        while let Ok(ToldPage { next: Some(next), .. }) =
            tell_page(store, (user.id, user.epoch), after, cause, now).await
        {
            after = Some(next);
        }
    };
    let _ = tokio::time::timeout(TELLING, tell).await;
}
