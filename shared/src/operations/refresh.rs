//! Renewing: a refresh token, once, for the next pair of tokens.

use super::{Mint, SignedIn, ending::end};
use crate::{
    domain::{EndCause, Session, Timestamp, User},
    error::{Error, Refusal},
    ports::{EndSession, FindUser, RotateSession, Rotated, Rotation},
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
/// One conditional write decides between parallel requests: exactly one takes the session to the next generation. A token that
/// was superseded within the grace is answered with the token of the current generation, derived again from the seed
/// presented, without writing; one superseded longer ago is theft or a copy, and ends the session.
///
/// # Errors
/// [`Error::InvalidToken`], with a reason for the log only; [`Error::Unavailable`].
pub async fn refresh<S>(ctx: &Refresh<S>, unverified_token: &str, now: Timestamp) -> Result<SignedIn, Error>
where
    S: FindUser + RotateSession + EndSession,
{
    let token = RefreshToken::open(unverified_token, &ctx.mint.seal, &ctx.mint.audience.issuer, now)?;
    let user =
        ctx.store.find_user(token.user_id).await?.filter(|user| !user.disabled).ok_or(Refusal("no such user"))?;
    let (session, replayed) = match ctx.store.rotate_session(&rotation(ctx, &token, &user, now)).await? {
        Rotated::Rotated(session) => (session, false),
        Rotated::Refused(found) => (judge(ctx, found, &token, &user, now).await?, true),
    };
    if session.created_at < ctx.mint.seal.valid_from() {
        return Err(Refusal("session older than valid_from").into());
    }
    let tokens = ctx.mint.pair(&user, &session, token.at_generation(session.generation), now)?;
    Ok(SignedIn { user, session, tokens, replayed })
}

fn rotation<S>(ctx: &Refresh<S>, token: &RefreshToken, user: &User, now: Timestamp) -> Rotation {
    let lifetimes = &ctx.mint.lifetimes;
    Rotation {
        user_id: token.user_id,
        session_id: token.session_id,
        generation: token.generation,
        seed_hash: token.seed.hash(),
        epoch: user.epoch,
        now,
        idle_expires_at: now.plus(lifetimes.session_idle),
        oldest_rotation_before: now.minus(lifetimes.refresh_grace),
    }
}

/// Why a rotation was refused: gives the session if its current token may be told again, otherwise the refusal, after ending
/// what has to end.
async fn judge<S: EndSession>(
    ctx: &Refresh<S>,
    found: Option<Session>,
    token: &RefreshToken,
    user: &User,
    now: Timestamp,
) -> Result<Session, Error> {
    let session = found.ok_or(Refusal("no such session"))?;
    if !token.seed.matches(&session.seed_hash) {
        return Err(Refusal("seed of another session").into());
    }
    if session.ended.is_some() {
        return Err(Refusal("session ended").into());
    }
    if session.epoch != user.epoch {
        return Err(Refusal("epoch").into());
    }
    if !session.is_live(now) {
        let cause = if now >= session.absolute_expires_at { EndCause::Absolute } else { EndCause::Idle };
        return end_and_refuse(&ctx.store, &session, cause, Refusal("session expired"), now).await;
    }
    if was_current_within_grace(&session, token.generation, now.minus(ctx.mint.lifetimes.refresh_grace)) {
        return Ok(session);
    }
    end_and_refuse(&ctx.store, &session, EndCause::ReuseDetected, Refusal::REUSED, now).await
}

/// Either the token is current and the session has rotated as often as one grace period allows, or it was superseded after
/// the grace began. A generation that was never issued is neither.
fn was_current_within_grace(session: &Session, generation: u32, grace_began: Timestamp) -> bool {
    session.generation == generation || session.superseded_at(generation).is_some_and(|at| at > grace_began)
}

async fn end_and_refuse(
    store: &impl EndSession,
    session: &Session,
    cause: EndCause,
    refusal: Refusal,
    now: Timestamp,
) -> Result<Session, Error> {
    end(store, session.user_id, session.id, cause, now).await?;
    Err(refusal.into())
}
