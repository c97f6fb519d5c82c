//! Whether a caller may pass, and what a browser's cookie has to become for it.

use super::{
    Cookie, Credential, Guard, Identity, Mint,
    identify::require_live,
    renewal::{Renewed, renew},
};
use crate::{
    domain::Timestamp,
    error::{Error, Refusal},
    ports::{EndSession, FindSession, FindUser, RotateSession, SlideSession},
    tokens::Subject,
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
    /// How it came about.
    pub renewal: Renewal,
}

/// What checking did to the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Nothing.
    None,
    /// It went to its next generation.
    Rotated,
    /// Another request had just done that, and its outcome was told again.
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
    let Credential::Cookie(value) = unverified else {
        return ctx.guard.identify(&ctx.store, unverified, now).await.map(unchanged);
    };
    let (claims, renewal) = ctx.guard.open_cookie(value, now)?;
    let Some(claims) = claims else {
        let Renewed { user, session, token, replayed } = renew(&ctx.store, &ctx.mint, renewal, now).await?;
        let cookie = ctx.mint.cookie(&user, &session, token, now)?;
        let identity = Identity { subject: Subject::of(&session, &user), expires_at: session.expires_at() };
        let renewal = if replayed { Renewal::Replayed } else { Renewal::Rotated };
        return Ok(Passed { identity, cookie: Some(cookie), renewal });
    };
    let identity = Identity::from(claims.clone());
    let cookie = if look_up == LookUp::Now || ctx.must_ask(claims.checked_at, now) {
        let (session, user) = require_live(&ctx.store, &identity, now).await?;
        Some(ctx.mint.cookie(&user, &session, renewal, now)?)
    } else if now < claims.fresh_until {
        None
    } else {
        Some(ctx.mint.prolonged(claims, renewal, now)?)
    };
    Ok(Passed { identity, cookie, renewal: Renewal::None })
}

/// Lets a caller pass as they are. For proxies that cannot hand on a cookie: nothing is renewed, and nothing ends.
///
/// # Errors
/// As [`check`].
pub async fn check_only<S>(ctx: &Check<S>, unverified: Credential<'_>, now: Timestamp) -> Result<Passed, Error>
where
    S: FindSession + SlideSession,
{
    let Credential::Cookie(value) = unverified else {
        return ctx.guard.identify(&ctx.store, unverified, now).await.map(unchanged);
    };
    let claims = ctx.guard.open_cookie(value, now)?.0.ok_or(Refusal::EXPIRED)?;
    let (checked_at, identity) = (claims.checked_at, Identity::from(claims));
    if ctx.must_ask(checked_at, now) {
        require_live(&ctx.store, &identity, now).await?;
    }
    Ok(unchanged(identity))
}

fn unchanged(identity: Identity) -> Passed {
    Passed { identity, cookie: None, renewal: Renewal::None }
}

impl<S> Check<S> {
    fn must_ask(&self, checked_at: Timestamp, now: Timestamp) -> bool {
        self.ask_after.is_some_and(|seconds| now.since(checked_at) >= seconds)
    }
}
