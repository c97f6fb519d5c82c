//! The value of the hybrid cookie: a JWT that stands for the session while it lives, and a sealed token that renews it.
//!
//! ```text
//! <JWT, typ latchkey-cookie+jwt, aud <audience>/cookie> ~ lkc_<sealed as a refresh token, under a label of its own>
//! ```
//!
//! The JWT is good without a table, for whoever holds public keys. When it has expired, or the key that signed it is gone, the
//! sealed half proves the session to the table, as a refresh token would.

use serde::{Deserialize, Serialize};

use super::{
    Audience, RefreshToken, SealRing, SignRing, Subject, Verifier,
    claims::{Claims, Kind},
    jws,
};
use crate::{
    domain::{Timestamp, lifetimes::MAX_COOKIE_SECONDS},
    error::Refusal,
};

const KIND: Kind = Kind { typ: "latchkey-cookie+jwt", purpose: "/cookie", longest: MAX_COOKIE_SECONDS };

/// The longest name and value that every browser keeps (RFC 6265bis section 5.6).
const MAX_BYTES: usize = 4096 - "__Host-latchkey".len();

/// Between the two halves: a character that may stand in a cookie and in neither of them.
const SEPARATOR: char = '~';

/// What the JWT says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieClaims {
    /// Who it is about.
    pub subject: Subject,
    /// `kid`: the key that signed it.
    pub key_id: String,
    /// Until when it passes as it is.
    pub fresh_until: Timestamp,
    /// When the table was last asked whether the session lives.
    pub checked_at: Timestamp,
    /// `exp`: the first second at which it is no longer good.
    pub expires_at: Timestamp,
    /// The session's absolute limit.
    pub session_expires_at: Timestamp,
}

/// The claims as they are written.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(flatten)]
    claims: Claims,
    fresh_until: u64,
    checked_at: u64,
    session_exp: u64,
}

/// A cookie's value in the clear, to be set once.
pub struct CookieValue(String);

impl CookieValue {
    /// The value itself, for the reply.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for CookieValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CookieValue")
    }
}

/// Signs and seals a cookie's value.
///
/// # Errors
/// [`Refusal`] when a ring has no usable key: the request fails, nothing unsigned is ever handed out.
pub fn issue(
    (sign, seal): (&SignRing, &SealRing),
    audience: &Audience,
    claims: &CookieClaims,
    renewal: &RefreshToken,
    token_id: String,
    now: Timestamp,
) -> Result<CookieValue, Refusal> {
    let written = Written {
        claims: Claims::new(&KIND, audience, &claims.subject, token_id, now, claims.expires_at),
        fresh_until: claims.fresh_until.seconds(),
        checked_at: claims.checked_at.seconds(),
        session_exp: claims.session_expires_at.seconds(),
    };
    let jwt = jws::sign(sign.active(), KIND.typ, &written).map_err(|_| Refusal("signing failed"))?;
    let sealed = renewal.seal_for_cookie(seal, &audience.issuer)?;
    let value = format!("{jwt}{SEPARATOR}{}", sealed.reveal());
    if value.len() > MAX_BYTES { Err(Refusal("more than a browser keeps")) } else { Ok(CookieValue(value)) }
}

/// The two halves of a cookie's value as it came; neither is proven.
///
/// # Errors
/// [`Refusal`] when there are not two, or more than a browser keeps.
pub fn split(unverified: &str) -> Result<(&str, &str), Refusal> {
    if unverified.len() > MAX_BYTES {
        return Err(Refusal("longer than a cookie"));
    }
    unverified.split_once(SEPARATOR).ok_or(Refusal("not both halves of a cookie"))
}

impl Verifier {
    /// Verifies the JWT of a cookie as it came. Gives the `kid` of the key that signed it as well.
    ///
    /// # Errors
    /// [`Refusal`]. [`Refusal::EXPIRED`], [`Refusal::EARLY`] and [`Refusal::UNKNOWN_KEY`] are no more than a reason to ask the
    /// table.
    pub fn verify_cookie(&self, unverified: &str, now: Timestamp) -> Result<CookieClaims, Refusal> {
        let (written, key) = jws::open::<Written>(unverified, KIND.typ, |kid| self.keys.find(kid, now))?;
        let Written { claims, fresh_until, checked_at, session_exp } = written;
        let expires_at = claims.check(&KIND, self, now)?;
        let limits = [fresh_until, checked_at, session_exp].map(Timestamp::from_seconds);
        let [fresh_until, checked_at, session_expires_at] = limits;
        let longest_unchecked = checked_at.plus(MAX_COOKIE_SECONDS);
        if checked_at > now {
            return Err(Refusal::EARLY);
        }
        if expires_at > longest_unchecked || expires_at > session_expires_at {
            return Err(Refusal("times"));
        }
        let (subject, _) = claims.into_subject()?;
        Ok(CookieClaims { subject, key_id: key.kid.clone(), fresh_until, checked_at, expires_at, session_expires_at })
    }
}
