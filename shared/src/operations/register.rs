//! Making an account, and signing in to it.

use super::{Mint, SignedIn, Transport, attempts::reserve};
use crate::{
    domain::{Attempt, AttemptLimits, Client, DisplayName, Email, Proof, Purpose, Timestamp, User, UserId},
    error::{Error, FieldError},
    passwords::{PasswordPolicy, Passwords},
    ports::{CreateSession, CreateUser, Creation, NewUser, ReserveAttempt},
};

/// What registering needs.
#[derive(Debug)]
pub struct Register<S> {
    /// Accounts, sessions and counters.
    pub store: S,
    /// Hashes.
    pub passwords: Passwords,
    /// Judges.
    pub policy: PasswordPolicy,
    /// Limits.
    pub limits: AttemptLimits,
    /// Makes tokens.
    pub mint: Mint,
}

/// What a new user says.
#[derive(Debug)]
pub struct Registration {
    /// Their address.
    pub email: Email,
    /// Their password, in either spelling.
    pub proof: Proof,
    /// Their name, if they gave one.
    pub name: Option<DisplayName>,
    /// The credential they want.
    pub transport: Transport,
}

/// Makes an account and its first session. The account exists whole or not at all; if the session cannot be started
/// afterwards, signing in will.
///
/// # Errors
/// [`Error::InvalidInput`] for a password the policy refuses, which a client hash alone does not show, and for a client hash that
/// is not that of the password beside it; [`Error::TooManyAttempts`], [`Error::EmailTaken`],
/// [`Error::Unavailable`].
pub async fn register<S>(
    ctx: &Register<S>,
    registration: Registration,
    client: &Client,
    now: Timestamp,
) -> Result<SignedIn, Error>
where
    S: ReserveAttempt + CreateUser + CreateSession,
{
    let Registration { email, proof, name, transport } = registration;
    let attempt = Attempt::new(Purpose::Registration, email.canonical(), &client.network(), ctx.limits, now);
    reserve(&ctx.store, &attempt).await?;
    if let Some(password) = proof.password() {
        ctx.policy
            .judge(password, email.canonical())
            .map_err(|reason| Error::InvalidInput(vec![FieldError::new("/password", reason)]))?;
    }
    let candidate = ctx.passwords.prepare(&proof, email.canonical(), "/client_hash")?;

    let user = new_user(UserId::from_random(ctx.mint.random.draw()?), &email, name, now);
    let new = NewUser { password_hash: ctx.passwords.hash(&candidate, ctx.mint.random)?, user };
    match ctx.store.create_user(&new).await? {
        Creation::Created => ctx.mint.start(&ctx.store, new.user, transport, client, now).await,
        Creation::EmailTaken => Err(Error::EmailTaken),
    }
}

fn new_user(id: UserId, email: &Email, name: Option<DisplayName>, now: Timestamp) -> User {
    User {
        id,
        email: email.address().to_owned(),
        canonical_email: email.canonical().to_owned(),
        name: name.map(DisplayName::into_string),
        created_at: now,
        epoch: 1,
        disabled: false,
        roles: Vec::new(),
        scopes: Vec::new(),
    }
}
