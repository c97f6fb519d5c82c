//! Which requests pass.

use std::time::Instant;

use ::http::{HeaderValue, Request, Response};

use super::{
    Gate,
    asking::{PATIENCE, PATIENCE_FOR_RENEWAL, Passed, Question, page},
    refused::Refused,
};
use crate::{
    domain::{Timestamp, lifetimes::MAX_ACCESS_TOKEN_SECONDS},
    error::{Error, Refusal},
    http::{
        credential::{carries_cookie, carries_token, credential},
        identity_headers, problem, return_to, session_cookie, site,
    },
    tokens::{CookieClaims, Credential, Identity, SessionToken, cookie},
};

impl Gate {
    /// Judges the head of a request. One that passes has an [`Identity`], and nothing that its sender says about themselves; with
    /// it comes the cookie that the answer has to set. Any other is answered with what is the error here.
    pub(super) async fn admit(
        &self,
        head: Request<()>,
    ) -> Result<(Request<()>, Option<HeaderValue>), Response<String>> {
        let started = Instant::now();
        let (method, path) = (head.method().clone(), head.uri().path().to_owned());
        self.decide(head).await.map_err(|refused| {
            let facts = problem::facts(&refused.error);
            let response = refused.response();
            let status = response.status().as_u16();
            self.telemetry.record("", method.as_str(), &path, status, started.elapsed(), &facts);
            response
        })
    }

    async fn decide(&self, head: Request<()>) -> Result<(Request<()>, Option<HeaderValue>), Refused> {
        let mut head = self.site.admit(head)?;
        let passed = match credential(&head) {
            Ok(Credential::Token(token)) => self.by_token(&head, token).await?,
            Ok(Credential::Cookie(value)) => self.by_cookie(&head, value).await?,
            Err(error) => return Err(refused(&head, error)),
        };
        identity_headers::remove(head.headers_mut());
        head.extensions_mut().insert(passed.identity);
        Ok((head, passed.cookie))
    }

    /// An access token is judged here, a session token by `check`.
    async fn by_token(&self, head: &Request<()>, token: &str) -> Result<Passed, Refused> {
        if SessionToken::is_labelled(token) {
            if !SessionToken::is_well_formed(token) {
                return Err(Error::from(Refusal("not a session token")).into());
            }
            let question = Question::of_token(token, origin(head)).map_err(Error::from)?;
            return self.asking.ask(question, PATIENCE).await;
        }
        let token = token.to_owned();
        let claims = self.proof.verify(move |keys, now| keys.verify(&token, now)).await?;
        self.proof.check(&claims.subject, &claims.key_id).await?;
        Ok(Passed { identity: claims.into(), cookie: None })
    }

    /// The JWT of a cookie is judged here. While it is fresh that is all; when it is not, `check` is asked, and must not be
    /// missed unless the JWT is still good.
    async fn by_cookie(&self, head: &Request<()>, value: &str) -> Result<Passed, Refused> {
        let good = match self.open(value).await {
            Ok(claims) if self.is_good(&claims).await? => Some(claims),
            Err(error @ Error::InvalidToken(refusal)) if !is_reason_to_ask(refusal) => {
                return Err(refused(head, error));
            }
            _ => None,
        };
        let Some(claims) = good else {
            let question =
                Question::of_cookie(head, value, origin(head), self.proof.is_bounded()).map_err(Error::from)?;
            return self.asking.ask(question, PATIENCE).await;
        };
        let now = self.proof.now()?;
        let (is_fresh, identity) = (now < claims.fresh_until, Identity::from(claims));
        if is_fresh {
            return Ok(Passed { identity, cookie: None });
        }
        let question = Question::of_cookie(head, value, origin(head), false).map_err(Error::from)?;
        match self.asking.ask(question, PATIENCE_FOR_RENEWAL).await {
            Err(Refused { error: Error::Unavailable(_), .. }) => Ok(Passed { identity, cookie: None }),
            answer => answer,
        }
    }

    async fn open(&self, value: &str) -> Result<CookieClaims, Error> {
        let (jwt, _) = cookie::split(value)?;
        let jwt = jwt.to_owned();
        self.proof.verify(move |keys, now| keys.verify_cookie(&jwt, now)).await
    }

    /// Whether a JWT that is in order may pass without the table. Where revocation is bounded, only by the feed, and only as long
    /// as the feed tells whatever has happened since the table was asked.
    async fn is_good(&self, claims: &CookieClaims) -> Result<bool, Error> {
        let is_told = |now: Timestamp| now.since(claims.checked_at) < MAX_ACCESS_TOKEN_SECONDS;
        if self.proof.is_bounded() && !is_told(self.proof.now()?) {
            return Ok(false);
        }
        Ok(self.proof.check(&claims.subject, &claims.key_id).await.is_ok())
    }
}

/// The origin of the pages beside the application: a guard does not start without.
fn origin(head: &Request<()>) -> &str {
    site::public_origin(head).unwrap_or_default()
}

/// Whether a JWT is refused that `check` may renew.
fn is_reason_to_ask(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::EXPIRED | Refusal::EARLY | Refusal::UNKNOWN_KEY)
}

/// Who is refused without being asked about gets rid of what passes for our cookie; a browser goes to the login page.
fn refused(head: &Request<()>, error: Error) -> Refused {
    let cookie = (carries_cookie(head) && !carries_token(head)).then(session_cookie::clear);
    let cookie = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok());
    Refused { page: return_to::instead(head, page(head), &error), cookie, error }
}
