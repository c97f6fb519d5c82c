//! Access tokens: JWTs of the profile in RFC 9068, short-lived, verified without a table.

use super::{
    Jwks, SignRing,
    claims::{Claims, Kind},
    jws,
};
use crate::{
    domain::{Session, SessionId, Timestamp, User, UserId, lifetimes::MAX_ACCESS_TOKEN_SECONDS},
    error::Refusal,
};

/// The `typ` of an access token (RFC 9068 section 2.1). Every other kind of JWT of ours has its own, so none passes for another.
pub const TYPE: &str = "at+jwt";

const KIND: Kind = Kind { typ: TYPE, purpose: "", longest: MAX_ACCESS_TOKEN_SECONDS };

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

    /// Whether the user is `role`.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }

    /// Whether the credential may be used for `scope`.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|held| held == scope)
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
    let claims = Claims::new(&KIND, audience, subject, token_id, now, now.plus(lifetime));
    jws::sign(ring.active(), KIND.typ, &claims).map_err(|_| Refusal("signing failed"))
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

/// Verifies the JWTs of one issuer for one audience, with public keys only.
#[derive(Clone)]
pub struct Verifier {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) keys: Jwks,
}

impl Verifier {
    /// Trusts `keys` for tokens of `audience`.
    pub fn new(audience: &Audience, keys: Jwks) -> Self {
        Self { issuer: audience.issuer.clone(), audience: audience.audience.clone(), keys }
    }

    /// Verifies an access token as it came: signature, then issuer, audience, times, ids. No leeway: Lambda's clocks agree to the
    /// millisecond, and whoever needs leeway holds an expired token.
    ///
    /// # Errors
    /// [`Refusal`] for anything but a good token; the caller is never told which.
    pub fn verify(&self, unverified: &str, now: Timestamp) -> Result<AccessClaims, Refusal> {
        let find = |kid: &str| self.keys.find(kid, now);
        let (claims, key) = jws::open::<Claims>(unverified, KIND.typ, find)?;
        let expires_at = claims.check(&KIND, self, now)?;
        let (subject, client_id) = claims.into_subject()?;
        Ok(AccessClaims { subject, client_id, key_id: key.kid.clone(), expires_at })
    }

    /// Trusts other keys from now on.
    pub fn trust(&mut self, keys: Jwks) {
        self.keys = keys;
    }

    /// Whatever began before this second is over.
    pub fn valid_from(&self) -> Timestamp {
        self.keys.valid_from()
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
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}
