//! Seeing and ending one's own sessions.

use super::{
    Guard, Identity,
    ending::{self, end, epoch_change, tell_why},
    identify::require_live,
};
use crate::{
    domain::{EndCause, SessionId, Timestamp},
    error::Error,
    ports::{Change, EndSession, FindSession, ListSessions, RaiseEpoch, SessionPage},
};

/// What looking after sessions needs.
#[derive(Debug)]
pub struct Sessions<S> {
    /// Sessions and profiles.
    pub store: S,
    /// Proves the caller.
    pub guard: Guard,
}

/// How often raising the epoch is tried when somebody else raises it at the same time.
const TRIES: usize = 3;

/// One page of the caller's live sessions. Those of an earlier epoch are dead already and are left out.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn list<S: ListSessions>(
    store: &S,
    identity: &Identity,
    after: Option<SessionId>,
    now: Timestamp,
) -> Result<SessionPage, Error> {
    let mut page = store.list_sessions(identity.user_id(), after, now).await?;
    page.sessions.retain(|session| session.epoch == identity.subject.epoch);
    Ok(page)
}

/// Ends one of the caller's sessions, possibly the one they call from. One that is unknown or over already is no error.
///
/// # Errors
/// [`Error::InvalidToken`] when the caller's own session is no longer live, [`Error::Unavailable`].
pub async fn end_one<S: FindSession + EndSession>(
    store: &S,
    identity: &Identity,
    session_id: SessionId,
    now: Timestamp,
) -> Result<(), Error> {
    require_live(store, identity, now).await?;
    end(store, identity.user_id(), session_id, EndCause::Logout, now).await.map(drop)
}

/// Ends every session of the caller but the one they call from.
///
/// # Errors
/// As [`end_one`].
pub async fn end_others<S: FindSession + ListSessions + EndSession>(
    store: &S,
    identity: &Identity,
    now: Timestamp,
) -> Result<(), Error> {
    require_live(store, identity, now).await?;
    ending::end_others(store, identity.user_id(), identity.session_id(), EndCause::LogoutAll, now).await
}

/// Ends every session of the caller. Raising the epoch does it, at once and whatever is started meanwhile; the tombstones
/// that follow say why.
///
/// # Errors
/// As [`end_one`].
pub async fn end_all<S>(store: &S, identity: &Identity, now: Timestamp) -> Result<(), Error>
where
    S: FindSession + ListSessions + EndSession + RaiseEpoch,
{
    for _ in 0..TRIES {
        let (_, user) = require_live(store, identity, now).await?;
        if store.raise_epoch(&epoch_change(&user, EndCause::LogoutAll, now)).await? == Change::Done {
            tell_why(store, &user, EndCause::LogoutAll, now).await;
            return Ok(());
        }
    }
    Err(Error::Unavailable("the user is being changed by others".into()))
}
