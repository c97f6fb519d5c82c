//! Access tokens: JWTs of the profile in RFC 9068, short-lived, verified without a table.

use serde::{Deserialize, Serialize};

use super::{Jwks, SignRing, jws};
use crate::{
    domain::{Session, SessionId, Timestamp, User, UserId, lifetimes::MAX_ACCESS_TOKEN_SECONDS},
    error::Refusal,
};

/// The `typ` of an access token (RFC 9068 section 2.1). Every other kind of JWT of ours has its own, so none passes for another.
pub const TYPE: &str = "at+jwt";

/// Who issues tokens and for whom: the part of every token that is the same for the whole deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// `iss`: `LATCHKEY_ISSUER`, a URL without a trailing slash, compared as text.
    pub issuer: String,
    /// `aud`: `LATCHKEY_AUDIENCE`, default `latchkey`.
    pub audience: String,
    /// `client_id`: `LATCHKEY_CLIENT_ID`, default `latchkey`.
    pub client_id: String,
}

/// Who a token is about, and the session it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The user.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
    /// When the user signed in.
    pub auth_time: Timestamp,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// The user's epoch.
    pub epoch: u64,
    /// What the user is.
    pub roles: Vec<String>,
    /// What the token may be used for: words separated by spaces, empty when there are none (RFC 9068 section 2.2.3).
    pub scope: String,
}

impl Subject {
    /// Who is signed in as `user` in `session`.
    pub fn of(session: &Session, user: &User) -> Self {
        Self {
            user_id: user.id,
            session_id: session.id,
            auth_time: session.created_at,
            amr: session.amr.clone(),
            epoch: session.epoch,
            roles: user.roles.clone(),
            scope: user.scopes.join(" "),
        }
    }
}

/// A verified access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// Who it is about.
    pub subject: Subject,
    /// `client_id`.
    pub client_id: String,
    /// `kid`: the key that signed it.
    pub key_id: String,
    /// `exp`: the first second at which the token is no longer good.
    pub expires_at: Timestamp,
}

/// The claims as they are written. Unknown ones are ignored, so that a newer issuer and an older verifier get along; known ones
/// have exactly one type each, and a member that appears twice is an error.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    client_id: String,
    sid: String,
    iat: u64,
    exp: u64,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    nbf: Option<u64>,
    jti: String,
    auth_time: u64,
    amr: Vec<String>,
    epoch: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
}

/// A member that may be absent, but not `null`.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    u64::deserialize(deserializer).map(Some)
}

/// Issues an access token for `subject`, good from `now` for `lifetime` seconds.
///
/// # Errors
/// [`Refusal`] when the ring has no usable key: the request fails, nothing unsigned is ever handed out.
pub fn issue(
    ring: &SignRing,
    audience: &Audience,
    subject: &Subject,
    token_id: String,
    now: Timestamp,
    lifetime: u64,
) -> Result<String, Refusal> {
    let claims = Claims {
        iss: audience.issuer.clone(),
        aud: audience.audience.clone(),
        sub: subject.user_id.to_string(),
        client_id: audience.client_id.clone(),
        sid: subject.session_id.to_string(),
        iat: now.seconds(),
        exp: now.plus(lifetime).seconds(),
        nbf: None,
        jti: token_id,
        auth_time: subject.auth_time.seconds(),
        amr: subject.amr.clone(),
        epoch: subject.epoch,
        scope: subject.scope.clone(),
        roles: subject.roles.clone(),
    };
    jws::sign(ring.active(), TYPE, &claims).map_err(|_| Refusal("signing failed"))
}

/// The token of a header value `Bearer <token>` (RFC 6750 section 2.1): one scheme in any case, one space, one token. Two
/// headers that a gateway joined with a comma are no token.
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let is_token68 =
        |byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
    let well_formed = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(is_token68);
    well_formed.then_some(token)
}

/// Verifies access tokens of one issuer for one audience, with public keys only.
#[derive(Clone)]
pub struct Verifier {
    issuer: String,
    audience: String,
    keys: Jwks,
}

impl Verifier {
    /// Trusts `keys` for tokens of `audience`.
    pub fn new(audience: &Audience, keys: Jwks) -> Self {
        Self { issuer: audience.issuer.clone(), audience: audience.audience.clone(), keys }
    }

    /// Verifies a token as it came: signature, then issuer, audience, times, ids. No leeway: Lambda's clocks agree to the
    /// millisecond, and whoever needs leeway holds an expired token.
    ///
    /// # Errors
    /// [`Refusal`] for anything but a good token; the caller is never told which.
    pub fn verify(&self, unverified: &str, now: Timestamp) -> Result<AccessClaims, Refusal> {
        let (claims, key_id) = jws::open::<Claims>(unverified, TYPE, &self.keys, now)?;
        if claims.iss != self.issuer {
            return Err(Refusal("issuer"));
        }
        if claims.aud != self.audience {
            return Err(Refusal("audience"));
        }
        self.check_times(&claims, now)?;
        into_access_claims(claims, key_id)
    }

    /// Trusts other keys from now on.
    pub fn trust(&mut self, keys: Jwks) {
        self.keys = keys;
    }

    /// Of which revision the keys are that it trusts.
    pub fn revision(&self) -> u64 {
        self.keys.revision()
    }

    /// Whether these are the keys it trusts at `now`.
    pub fn trusts_already(&self, keys: &Jwks, now: Timestamp) -> bool {
        keys.revision() == self.keys.revision() && keys.key_ids(now).eq(self.keys.key_ids(now))
    }

    /// Whether there is no key that could verify anything.
    pub fn has_no_keys(&self) -> bool {
        self.keys.is_empty()
    }

    fn check_times(&self, claims: &Claims, now: Timestamp) -> Result<(), Refusal> {
        let now = now.seconds();
        if now >= claims.exp {
            return Err(Refusal("expired"));
        }
        if claims.iat > now || claims.nbf.is_some_and(|start| start > now) || claims.auth_time > claims.iat {
            return Err(Refusal("from the future"));
        }
        if claims.exp - claims.iat > MAX_ACCESS_TOKEN_SECONDS {
            return Err(Refusal("lifetime"));
        }
        if claims.auth_time < self.keys.valid_from().seconds() {
            return Err(Refusal("session older than valid_from"));
        }
        Ok(())
    }
}

fn into_access_claims(claims: Claims, key_id: &str) -> Result<AccessClaims, Refusal> {
    let subject = Subject {
        user_id: claims.sub.parse().map_err(|_| Refusal("subject"))?,
        session_id: claims.sid.parse().map_err(|_| Refusal("session id"))?,
        auth_time: Timestamp::from_seconds(claims.auth_time),
        amr: claims.amr,
        epoch: claims.epoch,
        roles: claims.roles,
        scope: claims.scope,
    };
    if claims.jti.is_empty() || claims.client_id.is_empty() {
        return Err(Refusal("empty claim"));
    }
    Ok(AccessClaims {
        subject,
        client_id: claims.client_id,
        key_id: key_id.to_owned(),
        expires_at: Timestamp::from_seconds(claims.exp),
    })
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}
