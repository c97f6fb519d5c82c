//! Changing one's own password.

use super::{
    Identity, SignedIn, Transport,
    account::{Account, count_attempt, prove_password},
    ending::{epoch_change, tell_why},
    identify::require_live,
};
use crate::{
    domain::{Client, EndCause, Proof, Timestamp, User, WeakPassword},
    error::{Error, FieldError},
    passwords::PasswordPolicy,
    ports::{
        Change, ChangePassword, CreateSession, EndSession, FindAccountById, FindSession, ListSessions, ReserveAttempt,
    },
};

/// How often a change is tried. Signing in elsewhere may hash the same password again in the middle of it, once; whatever else
/// changes the account ends the caller's session too.
const TRIES: usize = 3;

/// What somebody says who changes their password.
#[derive(Debug)]
pub struct NewPassword {
    /// The password until now, in either spelling.
    pub current: Proof,
    /// The password from now on, in either spelling.
    pub new: Proof,
    /// The credential they want: of the kind that they have shown.
    pub transport: Transport,
}

/// Changes the password of the caller, who must know the current one. Everything that was issued before is over at once, the
/// session they call from too, and they go on in a new one. If that cannot be started, signing in with the new password will.
///
/// # Errors
/// [`Error::InvalidInput`] for a new password that the policy refuses or that is the current one, and for a client hash that is
/// not that of the password beside it; [`Error::TooManyAttempts`],
/// [`Error::InvalidCredentials`] when the current one is wrong, [`Error::SessionEnded`] and [`Error::InvalidToken`] when the
/// caller's session is no longer live, [`Error::Unavailable`].
pub async fn change_password<S>(
    ctx: &Account<S>,
    identity: &Identity,
    password: &NewPassword,
    client: &Client,
    now: Timestamp,
) -> Result<SignedIn, Error>
where
    S: FindSession + ReserveAttempt + FindAccountById + ChangePassword + ListSessions + EndSession + CreateSession,
{
    let (_, user) = require_live(&ctx.store, identity, now).await?;
    judge(ctx.policy, password, &user)?;
    count_attempt(ctx, &user, client, now).await?;

    let user = replace(ctx, user, password, now).await?;
    ctx.mint.start(&ctx.store, user, password.transport, client, now).await
}

/// Refuses what can be refused without knowing the current password, and so without an attempt.
fn judge(policy: PasswordPolicy, password: &NewPassword, user: &User) -> Result<(), Error> {
    let (at, judged) = match password.new.password() {
        Some(new) => ("/new_password", policy.judge(new, &user.canonical_email)),
        None => ("/new_client_hash", Ok(())),
    };
    let judged = if password.new.is_same_as(&password.current) { Err(WeakPassword::Unchanged) } else { judged };
    judged.map_err(|reason| Error::InvalidInput(vec![FieldError::new(at, reason)]))
}

/// Replaces the very hash that was verified. Gives the user as they are afterwards.
async fn replace<S>(ctx: &Account<S>, user: User, password: &NewPassword, now: Timestamp) -> Result<User, Error>
where
    S: FindAccountById + ChangePassword + ListSessions + EndSession,
{
    let prepare = |proof, hash_at| ctx.passwords.prepare(proof, &user.canonical_email, hash_at);
    let current = prepare(&password.current, "/current_client_hash")?;
    let new = prepare(&password.new, "/new_client_hash")?;
    let change = epoch_change(&user, EndCause::PasswordChanged, now);
    for _ in 0..TRIES {
        let verified = prove_password(ctx, &user, &current).await?;
        let new = ctx.passwords.hash(&new, ctx.mint.random)?;
        if ctx.store.change_password(&change, &verified, &new).await? == Change::Done {
            tell_why(&ctx.store, &user, EndCause::PasswordChanged, now).await;
            return Ok(User { epoch: change.next_epoch(), ..user });
        }
    }
    Err(Error::Unavailable("the password is being changed by others".into()))
}
