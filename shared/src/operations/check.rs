//! Whether a caller may pass, and what a browser's cookie has to become for it.

use super::{
    Cookie, Credential, Guard, Identity, Mint,
    identify::require_live,
    renewal::{Renewed, renew},
};
use crate::{
    domain::{Session, Timestamp, User},
    error::{Error, Refusal},
    ports::{EndSession, FindSession, FindUser, RotateSession, SlideSession},
    tokens::{CookieClaims, RefreshToken, SessionToken, Subject},
};

/// What checking needs.
#[derive(Debug)]
pub struct Check<S> {
    /// Sessions and profiles.
    pub store: S,
    /// Proves the caller.
    pub guard: Guard,
    /// Makes the next cookie.
    pub mint: Mint,
    /// After how many seconds the table is asked although the JWT of a cookie is good: `LATCHKEY_REVOCATION_MAX_AGE_SECONDS`
    /// where `LATCHKEY_REVOCATION` is `bounded`.
    pub ask_after: Option<u64>,
}

/// When the table is asked about a cookie whose JWT is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookUp {
    /// As [`Check::ask_after`] says.
    WhenDue,
    /// Now: whoever asks knows something that the JWT does not.
    Now,
}

/// A caller who may pass.
#[derive(Debug)]
pub struct Passed {
    /// Who.
    pub identity: Identity,
    /// What replaces the cookie that was shown.
    pub cookie: Option<Cookie>,
    /// What became of the session.
    pub outcome: Outcome,
}

/// What checking did to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Unchanged,
    /// It went to its next generation.
    Rotated,
    /// Another request had just done that, and what came of it was told again.
    Replayed,
}

/// Lets a caller pass, and renews their cookie if it is time to: without the table while its JWT lives, if `look_up` allows it,
/// and otherwise by taking the session on.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::SessionEnded`], [`Error::Unavailable`].
pub async fn check<S>(
    ctx: &Check<S>,
    unverified: Credential<'_>,
    look_up: LookUp,
    now: Timestamp,
) -> Result<Passed, Error>
where
    S: FindSession + SlideSession + FindUser + RotateSession + EndSession,
{
    let value = match unverified {
        Credential::Cookie(value) => value,
        Credential::Token(token) => return ctx.token(token, now).await.map(unchanged),
    };
    let (claims, sealed) = ctx.guard.open_cookie(value, now)?;
    let Some(claims) = claims.filter(|claims| !ctx.is_unchecked_for_long(claims, now)) else {
        return rotated(ctx, sealed, now).await;
    };
    let is_fresh = now < claims.fresh_until;
    // Another key's word is not ours to repeat: it may be about to be revoked.
    let is_ours = claims.key_id == ctx.mint.sign.active_id();
    if look_up == LookUp::Now || ctx.must_ask(&claims, now) || !is_fresh && !is_ours {
        let (session, user) = require_live(&ctx.store, &claims.into(), now).await?;
        if !is_current(&sealed, &session) || ctx.must_slide(&session, now) {
            return rotated(ctx, sealed, now).await;
        }
        return Ok(replaced(&session, &user, ctx.mint.cookie(&user, &session, sealed, now)?, Outcome::Unchanged));
    }
    if is_fresh {
        return Ok(unchanged(claims.into()));
    }
    let subject = claims.subject.clone();
    let cookie = ctx.mint.prolonged(claims, sealed, now)?;
    let identity = Identity { subject, expires_at: cookie.expires_at };
    Ok(Passed { identity, cookie: Some(cookie), outcome: Outcome::Unchanged })
}

/// Lets a caller pass as they are. For proxies that cannot hand on a cookie: none is renewed, and nothing ends.
///
/// # Errors
/// As [`check`].
pub async fn check_only<S>(ctx: &Check<S>, unverified: Credential<'_>, now: Timestamp) -> Result<Passed, Error>
where
    S: FindSession + SlideSession,
{
    let value = match unverified {
        Credential::Cookie(value) => value,
        Credential::Token(token) => return ctx.token(token, now).await.map(unchanged),
    };
    let (claims, _) = ctx.guard.open_cookie(value, now)?;
    let claims = claims.filter(|claims| !ctx.is_unchecked_for_long(claims, now)).ok_or(Refusal::EXPIRED)?;
    let (must_ask, identity) = (ctx.must_ask(&claims, now), Identity::from(claims));
    if !must_ask {
        return Ok(unchanged(identity));
    }
    let (session, user) = require_live(&ctx.store, &identity, now).await?;
    Ok(unchanged(Identity { subject: Subject::of(&session, &user), ..identity }))
}

async fn rotated<S>(ctx: &Check<S>, sealed: RefreshToken, now: Timestamp) -> Result<Passed, Error>
where
    S: FindUser + RotateSession + EndSession,
{
    let Renewed { user, session, token, replayed } = renew(&ctx.store, &ctx.mint, sealed, now).await?;
    let cookie = ctx.mint.cookie(&user, &session, token, now)?;
    Ok(replaced(&session, &user, cookie, if replayed { Outcome::Replayed } else { Outcome::Rotated }))
}

fn replaced(session: &Session, user: &User, cookie: Cookie, outcome: Outcome) -> Passed {
    let identity = Identity { subject: Subject::of(session, user), expires_at: cookie.expires_at };
    Passed { identity, cookie: Some(cookie), outcome }
}

fn unchanged(identity: Identity) -> Passed {
    Passed { identity, cookie: None, outcome: Outcome::Unchanged }
}

/// Whether the session still stands where this cookie left it: a copy that was left behind has to be judged.
fn is_current(sealed: &RefreshToken, session: &Session) -> bool {
    sealed.generation == session.generation && sealed.seed.matches(&session.seed_hash)
}

impl<S> Check<S> {
    /// Proves a token. Where revocation is bounded an access token is no exception.
    async fn token(&self, unverified: &str, now: Timestamp) -> Result<Identity, Error>
    where
        S: FindSession + SlideSession,
    {
        let identity = self.guard.identify(&self.store, Credential::Token(unverified), now).await?;
        if self.ask_after.is_some() && !SessionToken::is_labelled(unverified) {
            require_live(&self.store, &identity, now).await?;
        }
        Ok(identity)
    }

    /// Whether the table is asked about a cookie although its JWT is good.
    fn must_ask(&self, claims: &CookieClaims, now: Timestamp) -> bool {
        self.ask_after.is_some_and(|seconds| now.since(claims.checked_at) >= seconds)
    }

    /// Whether a cookie, of a time when more was allowed, has gone without the table for longer than today's settings let it.
    fn is_unchecked_for_long(&self, claims: &CookieClaims, now: Timestamp) -> bool {
        now.since(claims.checked_at) >= self.mint.lifetimes.longest_unchecked()
    }

    /// Whether the session's idle limit has to move: who is there must not run into it, however often the table is only read.
    fn must_slide(&self, session: &Session, now: Timestamp) -> bool {
        now.since(session.last_used_at) >= self.mint.lifetimes.longest_unchecked()
    }
}
