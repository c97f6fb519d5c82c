//! Signing out.

use super::{Guard, ending::end};
use crate::{
    domain::{EndCause, SessionId, Timestamp, UserId},
    error::Error,
    ports::{Change, EndSession},
    tokens::{RefreshToken, SessionToken},
};

/// What signing out needs.
#[derive(Debug)]
pub struct Logout<S> {
    /// Sessions.
    pub store: S,
    /// Proves what is presented.
    pub guard: Guard,
}

/// Ends the session of every credential presented that is authentic, whatever its generation; ignores the rest, so that
/// signing out always succeeds and tells nothing. Gives the sessions it ended.
///
/// # Errors
/// [`Error::Unavailable`] only: then nobody may believe to be signed out.
pub async fn logout<S: EndSession>(
    ctx: &Logout<S>,
    unverified_tokens: &[&str],
    now: Timestamp,
) -> Result<Vec<(UserId, SessionId)>, Error> {
    let mut ended = Vec::new();
    for (user_id, session_id) in unverified_tokens.iter().filter_map(|token| session_of(&ctx.guard, token, now)) {
        if end(&ctx.store, user_id, session_id, EndCause::Logout, now).await? == Change::Done {
            ended.push((user_id, session_id));
        }
    }
    Ok(ended)
}

fn session_of(guard: &Guard, unverified_token: &str, now: Timestamp) -> Option<(UserId, SessionId)> {
    if let Ok(token) = RefreshToken::open(unverified_token, &guard.session.seal, &guard.session.issuer, now) {
        return Some((token.user_id, token.session_id));
    }
    if let Ok(token) = SessionToken::open(unverified_token, &guard.session.seal, &guard.session.issuer, now) {
        return Some((token.user_id, token.session_id));
    }
    let claims = guard.verifier.verify(unverified_token, now).ok()?;
    Some((claims.subject.user_id, claims.subject.session_id))
}
