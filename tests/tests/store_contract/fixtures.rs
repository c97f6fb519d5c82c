//! Accounts, sessions and moments for rules to begin with.

use latchkey::{
    domain::{EndCause, Ended, Random, SeedHash, Session, SessionId, Timestamp, User, UserId},
    ports::{CreateSession, CreateUser, Creation, Ending, EpochChange, NewUser, Rotation},
};

/// The present of every rule: far in the future, so that no TTL sweeper ever takes part.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(4_000_000_000);

/// The epoch of every new account: not 0, so that a forgotten epoch shows.
pub(crate) const EPOCH: u64 = 7;

pub(crate) fn random<const N: usize>() -> [u8; N] {
    Random::SYSTEM.draw().unwrap()
}

pub(crate) fn user_id() -> UserId {
    UserId::from_random(random())
}

pub(crate) fn session_id() -> SessionId {
    SessionId::from_random(random())
}

/// An email that nobody else has.
pub(crate) fn email() -> String {
    format!("ada-{:x}@example.com", u64::from_be_bytes(random()))
}

/// An account with this canonical email, not stored yet.
pub(crate) fn new_user(canonical_email: &str) -> NewUser {
    let user = User {
        id: user_id(),
        email: canonical_email.replacen("ada", "Ada", 1),
        canonical_email: canonical_email.to_owned(),
        name: Some("Ada Lovelace".to_owned()),
        created_at: NOW.minus(86_400),
        epoch: EPOCH,
        disabled: false,
        roles: vec!["admin".to_owned(), "author".to_owned()],
        scopes: vec!["notes:read".to_owned()],
    };
    let password_hash = format!("$argon2id$v=19$m=8,t=1,p=1$c2FsdA${:x}", u64::from_be_bytes(random()));
    NewUser { user, password_hash }
}

/// A stored account.
pub(crate) async fn account(store: &impl CreateUser) -> NewUser {
    let new = new_user(&email());
    assert_eq!(store.create_user(&new).await.unwrap(), Creation::Created);
    new
}

/// A live session, not stored yet.
pub(crate) fn new_session(user_id: UserId) -> Session {
    Session {
        user_id,
        id: session_id(),
        created_at: NOW.minus(3600),
        epoch: EPOCH,
        amr: vec!["pwd".to_owned()],
        seed_hash: SeedHash(random()),
        generation: 1,
        rotated_at: [Timestamp::from_seconds(0); 4],
        last_used_at: NOW.minus(60),
        idle_expires_at: NOW.plus(1000),
        absolute_expires_at: NOW.plus(2000),
        address: "2001:db8::7".parse().unwrap(),
        user_agent: Some("Mozilla/5.0 (X11; Linux x86_64)".to_owned()),
        ended: None,
    }
}

/// A stored live session.
pub(crate) async fn session(store: &impl CreateSession) -> Session {
    stored(store, new_session(user_id())).await
}

pub(crate) async fn stored(store: &impl CreateSession, session: Session) -> Session {
    store.create_session(&session).await.unwrap();
    session
}

/// The rotation that the current token of `session` asks for.
pub(crate) fn rotation(session: &Session) -> Rotation {
    Rotation {
        user_id: session.user_id,
        session_id: session.id,
        generation: session.generation,
        seed_hash: session.seed_hash,
        epoch: session.epoch,
        now: NOW,
        idle_expires_at: NOW.plus(1500),
        oldest_rotation_before: NOW.minus(30),
    }
}

/// The ending of `session` for `cause`.
pub(crate) fn ending(session: &Session, cause: EndCause) -> Ending {
    Ending {
        user_id: session.user_id,
        session_id: session.id,
        ended: Ended { cause, at: NOW },
        feed_until: Some(NOW.plus(900)),
    }
}

/// A change of the epoch of `user`.
pub(crate) fn epoch_change(user: &User) -> EpochChange {
    EpochChange { user_id: user.id, epoch: user.epoch, cause: EndCause::LogoutAll, now: NOW, feed_until: NOW.plus(900) }
}
