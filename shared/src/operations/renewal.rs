//! Taking a session on: what refresh tokens and cookies have in common.

use super::{Mint, ending::end};
use crate::{
    domain::{EndCause, Ended, Lifetimes, Session, Timestamp, User},
    error::{Error, Refusal},
    ports::{EndSession, FindUser, RotateSession, Rotated, Rotation},
    tokens::RefreshToken,
};

/// A session that lives, and what renews it next time.
pub(super) struct Renewed {
    pub(super) user: User,
    pub(super) session: Session,
    /// Of the current generation.
    pub(super) token: RefreshToken,
    /// What was presented had been superseded a moment ago.
    pub(super) replayed: bool,
}

/// Takes the session of a proven token to its next generation.
///
/// One conditional write decides between parallel requests: exactly one takes the session to the next generation. A token that
/// was superseded within the grace is answered with the token of the current generation, derived again from the seed
/// presented, without writing; one superseded longer ago is theft or a copy, and ends the session.
pub(super) async fn renew<S>(store: &S, mint: &Mint, token: RefreshToken, now: Timestamp) -> Result<Renewed, Error>
where
    S: FindUser + RotateSession + EndSession,
{
    let user = store.find_user(token.user_id).await?.filter(|user| !user.disabled).ok_or(Refusal("no such user"))?;
    let (session, replayed) = match store.rotate_session(&rotation(&mint.lifetimes, &token, &user, now)).await? {
        Rotated::Rotated(session) => (session, false),
        Rotated::Refused(found) => {
            let grace_began = now.minus(mint.lifetimes.refresh_grace);
            (judge(store, found, &token, &user, (now, grace_began)).await?, true)
        }
    };
    if session.created_at < mint.seal.valid_from() {
        return Err(Refusal("session older than valid_from").into());
    }
    let token = token.at_generation(session.generation);
    Ok(Renewed { user, session, token, replayed })
}

fn rotation(lifetimes: &Lifetimes, token: &RefreshToken, user: &User, now: Timestamp) -> Rotation {
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
async fn judge(
    store: &impl EndSession,
    found: Option<Session>,
    token: &RefreshToken,
    user: &User,
    (now, grace_began): (Timestamp, Timestamp),
) -> Result<Session, Error> {
    let session = found.ok_or(Refusal("no such session"))?;
    if !token.seed.matches(&session.seed_hash) {
        return Err(Refusal("seed of another session").into());
    }
    if let Some(Ended { cause, .. }) = session.ended {
        return Err(Error::ended(&session, cause, false));
    }
    if session.epoch != user.epoch {
        return Err(Refusal("epoch").into());
    }
    if let Some(cause) = session.expired(now) {
        return end_and_refuse(store, &session, cause, now).await;
    }
    if was_current_within_grace(&session, token.generation, grace_began) {
        return Ok(session);
    }
    end_and_refuse(store, &session, EndCause::ReuseDetected, now).await
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
    now: Timestamp,
) -> Result<Session, Error> {
    end(store, session.user_id, session.id, cause, now).await?;
    Err(Error::ended(session, cause, true))
}
