//! Who a caller is, in headers of an answer of `check`: each claim as `x-auth-…`. In a request they are anybody's words.

use ::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::{
    authorizer::{Caller, Context},
    credential::X_AUTH_TOKEN,
};
use crate::{
    domain::Timestamp,
    tokens::{Identity, Subject},
};

const PREFIX: &str = "x-auth-";

/// The headers about `caller`; nothing when they would be too much.
pub fn of(caller: &Caller) -> Option<HeaderMap> {
    let Ok(Value::Object(claims)) = serde_json::to_value(Context::of(caller)?) else { return None };
    let header = |(claim, value): (&String, &Value)| {
        let name = HeaderName::try_from(format!("{PREFIX}{}", claim.replace('_', "-"))).ok()?;
        Some((name, HeaderValue::from_str(value.as_str()?).ok()?))
    };
    claims.iter().map(header).collect()
}

/// The caller that headers of an answer are about; nothing when they do not say it all, or twice.
pub fn read(headers: &HeaderMap) -> Option<Identity> {
    let text = |claim: &str| {
        let mut values = headers.get_all(format!("{PREFIX}{claim}")).iter();
        let value = values.next().map_or(Some(""), |value| value.to_str().ok());
        value.filter(|_| values.next().is_none())
    };
    let number = |claim: &str| text(claim)?.parse().ok();
    let words = |claim: &str| Some(text(claim)?.split_whitespace().map(str::to_owned).collect());
    let subject = Subject {
        user_id: text("sub")?.parse().ok()?,
        session_id: text("sid")?.parse().ok()?,
        auth_time: Timestamp::from_seconds(number("auth-time")?),
        amr: words("amr")?,
        epoch: number("epoch")?,
        roles: words("roles")?,
        scope: text("scope")?.to_owned(),
    };
    Some(Identity { subject, expires_at: Timestamp::from_seconds(number("exp")?) })
}

/// Removes from a request what its sender says about themselves, also in the spelling that some servers take for the same. The
/// header of a token stays: whoever reads it has to prove it.
pub fn remove(headers: &mut HeaderMap) {
    let is_claim = |name: &&HeaderName| **name != X_AUTH_TOKEN && name.as_str().replace('_', "-").starts_with(PREFIX);
    let claims: Vec<_> = headers.keys().filter(is_claim).cloned().collect();
    for name in claims {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{SessionId, UserId};

    fn caller() -> Caller {
        let subject = Subject {
            user_id: UserId::from_bytes([1; 16]),
            session_id: SessionId::from_bytes([2; 16]),
            auth_time: Timestamp::from_seconds(3),
            amr: vec!["pwd".to_owned()],
            epoch: 4,
            roles: vec!["admin".to_owned(), "editor".to_owned()],
            scope: "notes:read notes:write".to_owned(),
        };
        let expires_at = Timestamp::from_seconds(5);
        Caller { subject, client_id: "latchkey".to_owned(), expires_at, is_good_until_then: false }
    }

    #[test]
    fn what_headers_say_of_a_caller_is_read_as_it_was_written() {
        let Caller { subject, expires_at, .. } = caller();
        let headers = of(&caller()).unwrap();
        assert_eq!(read(&headers), Some(Identity { subject, expires_at }));
    }

    #[test]
    fn headers_that_say_too_little_or_anything_twice_are_about_nobody() {
        let headers = of(&caller()).unwrap();
        for name in ["x-auth-sub", "x-auth-sid", "x-auth-auth-time", "x-auth-epoch", "x-auth-exp"] {
            let mut fewer = headers.clone();
            fewer.remove(name);
            assert_eq!(read(&fewer), None, "{name}");
        }
        for name in headers.keys() {
            let mut twice = headers.clone();
            twice.append(name, headers[name].clone());
            assert!(read(&twice).is_none() || name == "x-auth-client-id", "{name}");
        }
    }

    #[test]
    fn g8_claims_are_removed_from_a_request_in_every_spelling_and_nothing_else_is() {
        let names =
            ["x-auth-sub", "x-auth-anything", "x_auth_roles", "x-auth_scope", "x-auth-token", "x-author", "cookie"];
        let mut headers: HeaderMap =
            names.into_iter().map(|name| (HeaderName::from_static(name), HeaderValue::from_static("v"))).collect();
        headers.append("x-auth-sub", HeaderValue::from_static("another"));
        remove(&mut headers);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["cookie", "x-auth-token", "x-author"]);
    }
}
