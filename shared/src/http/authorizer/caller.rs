//! A proven caller, and what the protected function is told about them.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use crate::{
    domain::{SessionId, Timestamp, UserId},
    tokens::{AccessClaims, Subject},
};

/// The longest context that is handed on. AWS names a limit for AppSync alone (5 MB); nobody's roles are this long.
const MAX_CONTEXT_BYTES: usize = 8 * 1024;

/// Who is calling, as far as rules can judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user, the session, how and when it began, roles and scope.
    pub subject: Subject,
    /// The client that the credential was made for.
    pub client_id: String,
    /// When the credential stops being good.
    pub expires_at: Timestamp,
    /// Whether nothing but time can make it bad: nobody looks whether its session has ended. Otherwise no answer about the
    /// caller may be kept.
    pub is_good_until_then: bool,
}

impl Caller {
    /// Whom an access token speaks for; `is_good_until_then` as the field.
    pub fn of(claims: AccessClaims, is_good_until_then: bool) -> Self {
        let AccessClaims { subject, client_id, expires_at, .. } = claims;
        Self { subject, client_id, expires_at, is_good_until_then }
    }

    pub(super) fn has_role(&self, role: &str) -> bool {
        self.subject.has_role(role)
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.subject.has_scope(scope)
    }
}

/// What reaches the protected function: strings only, so that it looks the same behind every kind of API. REST APIs write
/// numbers as strings anyway, and AppSync documents nothing else.
#[derive(Debug, Serialize)]
pub struct Context<'a> {
    #[serde(serialize_with = "as_text")]
    sub: UserId,
    #[serde(serialize_with = "as_text")]
    sid: SessionId,
    #[serde(serialize_with = "as_text")]
    auth_time: u64,
    amr: String,
    #[serde(serialize_with = "as_text")]
    epoch: u64,
    #[serde(serialize_with = "as_text")]
    exp: u64,
    client_id: &'a str,
    scope: &'a str,
    roles: String,
}

fn as_text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl<'a> Context<'a> {
    /// Describes a caller; lists become words separated by spaces. Nothing when it would be longer than a context may be.
    pub fn of(caller: &'a Caller) -> Option<Self> {
        let subject = &caller.subject;
        let context = Self {
            sub: subject.user_id,
            sid: subject.session_id,
            auth_time: subject.auth_time.seconds(),
            amr: words(&subject.amr),
            epoch: subject.epoch,
            exp: caller.expires_at.seconds(),
            client_id: &caller.client_id,
            scope: &subject.scope,
            roles: words(&subject.roles),
        };
        let length = context.amr.len() + context.client_id.len() + context.scope.len() + context.roles.len();
        (length <= MAX_CONTEXT_BYTES).then_some(context)
    }
}

/// A list as words separated by spaces. What is no word is left out: half of it could be somebody else's role.
fn words(list: &[String]) -> String {
    let is_word = |text: &&str| !text.is_empty() && !text.contains(char::is_whitespace);
    list.iter().map(String::as_str).filter(is_word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a14_a_role_that_is_no_word_does_not_become_another_ones() {
        let roles = ["editor", "not admin", "", "a\tb", "viewer"].map(str::to_owned);
        assert_eq!(words(&roles), "editor viewer");
    }
}
