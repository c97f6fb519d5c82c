//! Renewing: a refresh token, once, for the next pair of tokens.

use super::{
    Mint, SignedIn,
    renewal::{Renewed, renew},
};
use crate::{
    domain::Timestamp,
    error::Error,
    ports::{EndSession, FindUser, RotateSession},
    tokens::RefreshToken,
};

/// What renewing needs.
#[derive(Debug)]
pub struct Refresh<S> {
    /// Sessions and profiles.
    pub store: S,
    /// Makes tokens.
    pub mint: Mint,
}

/// Trades a refresh token for new tokens.
///
/// # Errors
/// [`Error::InvalidToken`], with a reason for the log only; [`Error::SessionEnded`]; [`Error::Unavailable`].
pub async fn refresh<S>(ctx: &Refresh<S>, unverified_token: &str, now: Timestamp) -> Result<SignedIn, Error>
where
    S: FindUser + RotateSession + EndSession,
{
    let token = RefreshToken::open(unverified_token, &ctx.mint.seal, &ctx.mint.audience.issuer, now)?;
    let Renewed { user, session, token, replayed } = renew(&ctx.store, &ctx.mint, token, now).await?;
    let tokens = ctx.mint.pair(&user, &session, token, now)?;
    Ok(SignedIn { user, session, tokens, replayed })
}
