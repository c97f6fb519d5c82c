//! Signing out.

use super::{Credential, Guard, SessionGuard, ending::end};
use crate::{
    domain::{EndCause, SessionId, Timestamp, UserId},
    error::Error,
    ports::{Change, EndSession},
    tokens::{RefreshToken, SessionToken, cookie},
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
    unverified: &[Credential<'_>],
    now: Timestamp,
) -> Result<Vec<(UserId, SessionId)>, Error> {
    let mut ended = Vec::new();
    for (user_id, session_id) in unverified.iter().filter_map(|shown| session_of(&ctx.guard, *shown, now)) {
        if end(&ctx.store, user_id, session_id, EndCause::Logout, now).await? == Change::Done {
            ended.push((user_id, session_id));
        }
    }
    Ok(ended)
}

fn session_of(guard: &Guard, unverified: Credential<'_>, now: Timestamp) -> Option<(UserId, SessionId)> {
    let SessionGuard { seal, issuer, .. } = &guard.session;
    let unverified_token = match unverified {
        Credential::Token(token) => token,
        // The half that renews it: a cookie whose JWT has expired must be signed out as well.
        Credential::Cookie(value) => {
            let (_, sealed) = cookie::split(value).ok()?;
            let renewal = RefreshToken::open_of_cookie(sealed, seal, issuer, now).ok()?;
            return Some((renewal.user_id, renewal.session_id));
        }
    };
    if let Ok(token) = RefreshToken::open(unverified_token, seal, issuer, now) {
        return Some((token.user_id, token.session_id));
    }
    if let Ok(token) = SessionToken::open(unverified_token, seal, issuer, now) {
        return Some((token.user_id, token.session_id));
    }
    let claims = guard.verifier.verify(unverified_token, now).ok()?;
    Some((claims.subject.user_id, claims.subject.session_id))
}
