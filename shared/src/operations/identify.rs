//! Who is calling: an access token, trusted by its signature, or a session token, looked up.

use super::Transport;
use crate::{
    domain::{Ended, Session, SessionId, Timestamp, User, UserId},
    error::{Error, Refusal},
    ports::{FindSession, SlideSession},
    tokens::{CookieClaims, Credential, Identity, RefreshToken, SealRing, SessionToken, Subject, Verifier, cookie},
};

impl Credential<'_> {
    /// The transport whose sessions have such a credential.
    pub fn transport(self) -> Transport {
        match self {
            Self::Token(token) if SessionToken::is_labelled(token) => Transport::Session,
            Self::Token(_) => Transport::Token,
            Self::Cookie(_) => Transport::Cookie,
        }
    }
}

/// What proving a caller needs.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Proves access tokens.
    pub verifier: Verifier,
    /// Proves session tokens.
    pub session: SessionGuard,
}

impl Guard {
    /// Proves a credential of any kind. An access token is believed; what lives longer is looked up.
    ///
    /// # Errors
    /// [`Error::InvalidToken`], also for a cookie that only has to be renewed; [`Error::SessionEnded`], [`Error::Unavailable`].
    pub async fn identify<S: FindSession + SlideSession>(
        &self,
        store: &S,
        unverified: Credential<'_>,
        now: Timestamp,
    ) -> Result<Identity, Error> {
        match unverified {
            Credential::Token(token) if SessionToken::is_labelled(token) => {
                self.session.identify(store, token, now).await
            }
            Credential::Token(token) => Ok(self.verifier.verify(token, now)?.into()),
            Credential::Cookie(value) => {
                let (claims, _) = self.open_cookie(value, now)?;
                let identity = claims.ok_or(Refusal::EXPIRED)?.into();
                require_live(store, &identity, now).await?;
                Ok(identity)
            }
        }
    }

    /// Proves both halves of a cookie, and that they belong together. The claims are absent when the JWT has expired, is of a moment
    /// that this clock has not reached, or was signed with a key that is gone: then the other half may renew it.
    pub(super) fn open_cookie(
        &self,
        unverified: &str,
        now: Timestamp,
    ) -> Result<(Option<CookieClaims>, RefreshToken), Refusal> {
        let (jwt, sealed) = cookie::split(unverified)?;
        let renewal = RefreshToken::open_of_cookie(sealed, &self.session.seal, &self.session.issuer, now)?;
        match self.verifier.verify_cookie(jwt, now) {
            Ok(claims) if is_of(&claims, &renewal) => Ok((Some(claims), renewal)),
            Ok(_) => Err(Refusal("halves of two cookies")),
            Err(Refusal::EXPIRED | Refusal::EARLY | Refusal::UNKNOWN_KEY) => Ok((None, renewal)),
            Err(refusal) => Err(refusal),
        }
    }
}

fn is_of(claims: &CookieClaims, renewal: &RefreshToken) -> bool {
    (claims.subject.user_id, claims.subject.session_id) == (renewal.user_id, renewal.session_id)
}

/// Reads session and user of a proven caller and makes sure that both are as good as the credential claims: for everything
/// that changes state.
///
/// # Errors
/// [`Error::SessionEnded`]; [`Error::InvalidToken`] when the session has expired, the epoch moved, or the user is gone or
/// disabled.
pub async fn require_live<S: FindSession>(
    store: &S,
    identity: &Identity,
    now: Timestamp,
) -> Result<(Session, User), Error> {
    require_live_session(store, (identity.user_id(), identity.session_id()), identity.subject.epoch, now).await
}

/// The same of a session that is named by its ids, and of the epoch that its credential says.
pub(super) async fn require_live_session<S: FindSession>(
    store: &S,
    (user_id, session_id): (UserId, SessionId),
    epoch: u64,
    now: Timestamp,
) -> Result<(Session, User), Error> {
    let (session, user) = store.find_session(user_id, session_id).await?;
    let session = session.ok_or(Refusal("no such session"))?;
    let user = user.ok_or(Refusal("no such user"))?;
    check_live(&session, &user, now)?;
    if session.epoch != epoch {
        return Err(Refusal("epoch").into());
    }
    Ok((session, user))
}

fn check_live(session: &Session, user: &User, now: Timestamp) -> Result<(), Error> {
    if let Some(Ended { cause, .. }) = session.ended {
        return Err(Error::ended(session, cause, false));
    }
    if let Some(cause) = session.expired(now) {
        return Err(Error::ended(session, cause, false));
    }
    if user.disabled {
        return Err(Refusal("user disabled").into());
    }
    if session.epoch != user.epoch {
        return Err(Refusal("epoch").into());
    }
    Ok(())
}

/// What proving a session token needs: all that the session-authorizer holds.
#[derive(Debug, Clone)]
pub struct SessionGuard {
    /// Proves the seal.
    pub seal: SealRing,
    /// The issuer it is sealed for.
    pub issuer: String,
    /// The idle limit in seconds, which every use slides.
    pub session_idle: u64,
}

impl SessionGuard {
    /// Proves a session token against the table, and slides the idle limit at most once per tenth of it.
    ///
    /// # Errors
    /// [`Error::InvalidToken`], [`Error::Unavailable`].
    pub async fn identify<S: FindSession + SlideSession>(
        &self,
        store: &S,
        unverified_token: &str,
        now: Timestamp,
    ) -> Result<Identity, Error> {
        let token = SessionToken::open(unverified_token, &self.seal, &self.issuer, now)?;
        let (session, user) = store.find_session(token.user_id, token.session_id).await?;
        let session =
            session.filter(|session| token.seed.matches(&session.seed_hash)).ok_or(Refusal("no such session"))?;
        let user = user.ok_or(Refusal("no such user"))?;
        check_live(&session, &user, now)?;
        if session.created_at < self.seal.valid_from() {
            return Err(Refusal("session older than valid_from").into());
        }
        let expires_at = self.slide(store, &session, now).await?;
        Ok(Identity { subject: Subject::of(&session, &user), expires_at })
    }

    async fn slide<S: SlideSession>(&self, store: &S, session: &Session, now: Timestamp) -> Result<Timestamp, Error> {
        if now.since(session.last_used_at) < self.session_idle / 10 {
            return Ok(session.expires_at());
        }
        let idle_expires_at = now.plus(self.session_idle);
        // Stale means that the session ended a moment ago: the next request will see it.
        store.slide_session(session.user_id, session.id, now, idle_expires_at).await?;
        Ok(idle_expires_at.min(session.absolute_expires_at))
    }
}
