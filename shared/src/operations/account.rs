//! One's own account: reading, renaming and deleting it. Changing its password is in [`super::change_password`].

use super::{
    Guard, Identity, Mint,
    attempts::reserve,
    ending::{epoch_change, tell_why},
    identify::require_live,
};
use crate::{
    domain::{Attempt, AttemptLimits, Client, DisplayName, EndCause, Proof, Purpose, Timestamp, User},
    error::{Error, Refusal},
    passwords::{Candidate, PasswordPolicy, Passwords, Verdict},
    ports::{Change, DeleteUser, EndSession, FindAccountById, FindSession, ListSessions, RenameUser, ReserveAttempt},
};

/// A sign-in this recent stands for the password, in seconds.
const RECENT_SIGN_IN: u64 = 600;

/// What looking after an account needs.
#[derive(Debug)]
pub struct Account<S> {
    /// Accounts, sessions and counters.
    pub store: S,
    /// Proves the caller.
    pub guard: Guard,
    /// Proves their password.
    pub passwords: Passwords,
    /// Limits that.
    pub limits: AttemptLimits,
    /// Judges a new one.
    pub policy: PasswordPolicy,
    /// Makes the tokens of the session that goes on with it.
    pub mint: Mint,
}

/// The caller's profile.
///
/// # Errors
/// [`Error::InvalidToken`] when the caller's session is no longer live, [`Error::Unavailable`].
pub async fn read<S: FindSession>(ctx: &Account<S>, identity: &Identity, now: Timestamp) -> Result<User, Error> {
    require_live(&ctx.store, identity, now).await.map(|(_, user)| user)
}

/// Changes or removes the caller's name. Gives the profile as it is now.
///
/// # Errors
/// [`Error::InvalidToken`] when the caller's session is no longer live, [`Error::Unavailable`].
pub async fn rename<S: FindSession + RenameUser>(
    ctx: &Account<S>,
    identity: &Identity,
    name: Option<DisplayName>,
    now: Timestamp,
) -> Result<User, Error> {
    let (_, user) = require_live(&ctx.store, identity, now).await?;
    let name = name.map(DisplayName::into_string);
    match ctx.store.rename_user(user.id, user.epoch, name.as_deref()).await? {
        Change::Done => Ok(User { name, ..user }),
        Change::Stale => Err(Refusal("epoch").into()),
    }
}

/// Deletes the caller's account and everything that belongs to it: needs the password, or a sign-in within ten minutes.
///
/// # Errors
/// [`Error::ReauthenticationRequired`], [`Error::InvalidCredentials`], [`Error::TooManyAttempts`], [`Error::InvalidToken`],
/// [`Error::InvalidInput`] for a client hash that is not that of the password beside it, [`Error::Unavailable`].
pub async fn delete<S>(
    ctx: &Account<S>,
    identity: &Identity,
    proof: Option<Proof>,
    client: &Client,
    now: Timestamp,
) -> Result<(), Error>
where
    S: FindSession + FindAccountById + ReserveAttempt + DeleteUser + ListSessions + EndSession,
{
    let (session, user) = require_live(&ctx.store, identity, now).await?;
    match proof {
        Some(proof) => {
            count_attempt(ctx, &user, client, now).await?;
            let candidate = ctx.passwords.prepare(&proof, &user.canonical_email, "/client_hash")?;
            prove_password(ctx, &user, &candidate).await?;
        }
        None if now.since(session.created_at) <= RECENT_SIGN_IN => {}
        None => return Err(Error::ReauthenticationRequired),
    }
    match ctx.store.delete_user(&user, &epoch_change(&user, EndCause::AccountDeleted, now)).await? {
        Change::Done => {
            tell_why(&ctx.store, &user, EndCause::AccountDeleted, now).await;
            Ok(())
        }
        Change::Stale => Err(Refusal("epoch").into()),
    }
}

/// Counts an attempt at proving the password of `user`, together with those at signing in.
pub(super) async fn count_attempt<S: ReserveAttempt>(
    ctx: &Account<S>,
    user: &User,
    client: &Client,
    now: Timestamp,
) -> Result<(), Error> {
    let attempt = Attempt::new(Purpose::Password, &user.canonical_email, &client.network(), ctx.limits, now);
    reserve(&ctx.store, &attempt).await
}

/// Makes sure that the password is the one of `user`, who is still as they were read. Gives the hash that it was compared with.
pub(super) async fn prove_password<S: FindAccountById>(
    ctx: &Account<S>,
    user: &User,
    candidate: &Candidate<'_>,
) -> Result<String, Error> {
    let account = ctx.store.find_account_by_id(user.id).await?.ok_or(Refusal("no such user"))?;
    // Before the hash: whoever comes after another change has a session that is over, and no wrong password.
    if account.password_epoch != user.epoch {
        return Err(Refusal("epoch").into());
    }
    match ctx.passwords.verify(candidate, Some(&account.password_hash))? {
        Verdict::Right { .. } => Ok(account.password_hash),
        Verdict::Wrong => Err(Error::InvalidCredentials),
    }
}
