//! Signing in.

use super::{Mint, SignedIn, Transport, attempts::reserve};
use crate::{
    domain::{Attempt, AttemptLimits, Client, Email, Proof, Purpose, Timestamp},
    error::Error,
    passwords::{Candidate, Passwords, Verdict},
    ports::{Account, ClearAttempts, CreateSession, FindAccount, ReplacePasswordHash, ReserveAttempt},
};

/// How often an account is read again when it was caught in the middle of a password change. Each change is one transaction,
/// so a second reading sees it whole; a third means something is broken.
const READINGS: usize = 3;

/// What signing in needs.
#[derive(Debug)]
pub struct Login<S> {
    /// Accounts, sessions and counters.
    pub store: S,
    /// Verifies.
    pub passwords: Passwords,
    /// Limits.
    pub limits: AttemptLimits,
    /// Makes tokens.
    pub mint: Mint,
}

/// What somebody who claims to be a user says.
#[derive(Debug)]
pub struct Credentials {
    /// The address.
    pub email: Email,
    /// Their password, in either spelling.
    pub proof: Proof,
    /// The credential they want.
    pub transport: Transport,
}

/// Signs in: a new session, with a new id, whatever the caller held before.
///
/// # Errors
/// [`Error::InvalidCredentials`] for an unknown email, a wrong password and a disabled user alike, after the same work;
/// [`Error::InvalidInput`] for a client hash that is not that of the password beside it, [`Error::TooManyAttempts`],
/// [`Error::Unavailable`].
pub async fn login<S>(
    ctx: &Login<S>,
    credentials: Credentials,
    client: &Client,
    now: Timestamp,
) -> Result<SignedIn, Error>
where
    S: ReserveAttempt + ClearAttempts + FindAccount + ReplacePasswordHash + CreateSession,
{
    let Credentials { email, proof, transport } = credentials;
    let attempt = Attempt::new(Purpose::Password, email.canonical(), &client.network(), ctx.limits, now);
    reserve(&ctx.store, &attempt).await?;

    let candidate = ctx.passwords.prepare(&proof, email.canonical(), "/client_hash")?;
    let (account, used) = find_whole_account(&ctx.store, &email, &attempt).await?;
    let verdict = ctx.passwords.verify(&candidate, account.as_ref().map(|account| account.password_hash.as_str()))?;
    let (Some(account), Verdict::Right { needs_rehash }) = (account, verdict) else {
        return Err(Error::InvalidCredentials);
    };
    if account.user.disabled {
        return Err(Error::InvalidCredentials);
    }

    if needs_rehash {
        rehash(ctx, &account, &candidate).await?;
    }
    if used.saturating_mul(2) >= ctx.limits.per_account {
        ctx.store.clear_attempts(&attempt.account).await?;
    }
    ctx.mint.start(&ctx.store, account.user, transport, client, now).await
}

async fn find_whole_account(
    store: &impl FindAccount,
    email: &Email,
    attempt: &Attempt,
) -> Result<(Option<Account>, u32), Error> {
    for _ in 0..READINGS {
        let (account, used) = store.find_account(email.canonical(), &attempt.account).await?;
        let whole = account.as_ref().is_none_or(|account| account.user.epoch == account.password_epoch);
        if whole {
            return Ok((account, used));
        }
    }
    Err(Error::Internal("profile and password of a user disagree about the epoch".into()))
}

/// Replaces the very hash that was verified; if it changed meanwhile, whoever changed it wins.
async fn rehash<S: ReplacePasswordHash>(
    ctx: &Login<S>,
    account: &Account,
    candidate: &Candidate<'_>,
) -> Result<(), Error> {
    let todays = ctx.passwords.hash(candidate, ctx.mint.random)?;
    let (user, verified) = (&account.user, &account.password_hash);
    ctx.store.replace_password_hash(user.id, user.epoch, verified, &todays).await?;
    Ok(())
}
