//! The bodies that several functions answer with.

use serde::Serialize;

use super::{Reply, StatusCode};
use crate::{
    domain::{Session, SessionId, Timestamp, User},
    operations::{SignedIn, Tokens},
};

/// A moment as RFC 3339, in UTC.
pub fn rfc3339(time: Timestamp) -> String {
    let seconds = i64::try_from(time.seconds()).ok();
    seconds
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(String::new, |time| time.to_string())
}

/// The answer to signing in and to renewing (RFC 6749 section 5.1, with the session and the user).
#[derive(Serialize)]
pub struct TokenSet<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_expires_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_expires_in: Option<u64>,
    session: SessionTimes,
    user: UserView<'a>,
}

#[derive(Serialize)]
struct SessionTimes {
    id: String,
    created_at: String,
    expires_at: String,
}

impl TokenSet<'_> {
    /// Answers with the tokens of `signed_in`.
    pub fn reply(status: StatusCode, signed_in: &SignedIn, now: Timestamp) -> Reply {
        let (user, session) = (&signed_in.user, &signed_in.session);
        let left = session.expires_at().since(now);
        let times = SessionTimes {
            id: session.id.to_string(),
            created_at: rfc3339(session.created_at),
            expires_at: rfc3339(session.expires_at()),
        };
        let mut body = TokenSet {
            token_type: Some("Bearer"),
            access_token: None,
            expires_in: None,
            refresh_token: None,
            refresh_expires_in: None,
            session_token: None,
            session_expires_in: None,
            session: times,
            user: UserView::new(user),
        };
        match &signed_in.tokens {
            Tokens::Pair { access, access_seconds, refresh } => {
                body.access_token = Some(access.reveal());
                body.expires_in = Some(*access_seconds);
                body.refresh_token = Some(refresh.reveal());
                body.refresh_expires_in = Some(left);
            }
            Tokens::Cookie(_) => body.token_type = None,
            Tokens::Session(token) => {
                body.session_token = Some(token.reveal());
                body.session_expires_in = Some(left);
            }
        }
        let reply = Reply::json(status, &body).of(user.id, session.id);
        if let Tokens::Cookie(cookie) = &signed_in.tokens { reply.cookie(cookie) } else { reply }
    }
}

/// A user as their owner sees them.
#[derive(Serialize)]
pub struct UserView<'a> {
    id: String,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    created_at: String,
    roles: &'a [String],
    scopes: &'a [String],
}

impl<'a> UserView<'a> {
    /// Shows a user.
    pub fn new(user: &'a User) -> Self {
        Self {
            id: user.id.to_string(),
            email: &user.email,
            name: user.name.as_deref(),
            created_at: rfc3339(user.created_at),
            roles: &user.roles,
            scopes: &user.scopes,
        }
    }
}

/// A session as it is seen in a list.
#[derive(Serialize)]
pub struct SessionView<'a> {
    id: String,
    current: bool,
    created_at: String,
    last_used_at: String,
    expires_at: String,
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
}

impl<'a> SessionView<'a> {
    /// Shows a session to its owner who calls from the session `current`, or to an administrator who calls from none.
    pub fn new(session: &'a Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.to_string(),
            current: Some(session.id) == current,
            created_at: rfc3339(session.created_at),
            last_used_at: rfc3339(session.last_used_at),
            expires_at: rfc3339(session.expires_at()),
            address: session.address.to_string(),
            user_agent: session.user_agent.as_deref(),
        }
    }
}
