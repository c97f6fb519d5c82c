//! The claims that every JWT of ours has (RFC 7519 section 4.1, RFC 9068 section 2.2).

use serde::{Deserialize, Deserializer, Serialize};

use super::{Audience, Subject, Verifier};
use crate::{domain::Timestamp, error::Refusal};

/// A kind of JWT: what sets those of one kind apart from all others, also before a verifier that knows none of them.
pub(super) struct Kind {
    /// `typ`.
    pub(super) typ: &'static str,
    /// What follows the deployment's audience in `aud`. Only access tokens are for everybody; `typ` alone would not keep the others
    /// out, because the verifiers that gateways bring along do not look at it.
    pub(super) purpose: &'static str,
    /// The longest life, in seconds.
    pub(super) longest: u64,
}

/// The claims as they are written. Unknown ones are ignored, so that a newer issuer and an older verifier get along; known ones
/// have exactly one type each, and a member that appears twice is an error.
#[derive(Serialize, Deserialize)]
pub(super) struct Claims {
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
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    u64::deserialize(deserializer).map(Some)
}

impl Claims {
    /// A JWT of `kind` about `subject`, good from `now` until `expires_at`.
    pub(super) fn new(
        kind: &Kind,
        audience: &Audience,
        subject: &Subject,
        token_id: String,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            iss: audience.issuer.clone(),
            aud: format!("{}{}", audience.audience, kind.purpose),
            sub: subject.user_id.to_string(),
            client_id: audience.client_id.clone(),
            sid: subject.session_id.to_string(),
            iat: now.seconds(),
            exp: expires_at.seconds(),
            nbf: None,
            jti: token_id,
            auth_time: subject.auth_time.seconds(),
            amr: subject.amr.clone(),
            epoch: subject.epoch,
            scope: subject.scope.clone(),
            roles: subject.roles.clone(),
        }
    }

    /// Judges authentic claims, and gives when they expire. That they have is the last thing found: all else about a token
    /// that is only too old is in order.
    pub(super) fn check(&self, kind: &Kind, verifier: &Verifier, now: Timestamp) -> Result<Timestamp, Refusal> {
        let now = now.seconds();
        if self.iss != verifier.issuer {
            return Err(Refusal("issuer"));
        }
        if self.aud.strip_suffix(kind.purpose) != Some(&verifier.audience) {
            return Err(Refusal("audience"));
        }
        if self.iat > now || self.nbf.is_some_and(|start| start > now) || self.auth_time > self.iat {
            return Err(Refusal::EARLY);
        }
        if self.exp.saturating_sub(self.iat) > kind.longest {
            return Err(Refusal("lifetime"));
        }
        if self.auth_time < verifier.keys.valid_from().seconds() {
            return Err(Refusal("session older than valid_from"));
        }
        if now >= self.exp {
            return Err(Refusal::EXPIRED);
        }
        Ok(Timestamp::from_seconds(self.exp))
    }

    /// `iat`.
    pub(super) fn issued_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.iat)
    }

    /// `jti`.
    pub(super) fn token_id(&self) -> &str {
        &self.jti
    }

    /// Whom they are about, and the client they were made for.
    pub(super) fn into_subject(self) -> Result<(Subject, String), Refusal> {
        let subject = Subject {
            user_id: self.sub.parse().map_err(|_| Refusal("subject"))?,
            session_id: self.sid.parse().map_err(|_| Refusal("session id"))?,
            auth_time: Timestamp::from_seconds(self.auth_time),
            amr: self.amr,
            epoch: self.epoch,
            roles: self.roles,
            scope: self.scope,
        };
        if self.jti.is_empty() || self.client_id.is_empty() {
            return Err(Refusal("empty claim"));
        }
        Ok((subject, self.client_id))
    }
}
