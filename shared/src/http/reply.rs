//! What a function answers.

use lambda_http::{
    Body, Request, Response,
    http::{HeaderName, StatusCode, header},
};
use serde::Serialize;

use super::{authorizer::Caller, credential::carries_cookie, identity_headers, private, session_cookie};
use crate::{
    domain::{SessionId, UserId},
    error::Error,
    operations::{
        Cookie,
        check::{Outcome, Passed},
    },
    telemetry::{Event, Facts},
};

/// What a page may do: show our stylesheet and send its forms to us. There is no script, and nobody may frame it (CSP level 3).
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// An answer, and what the log says about it.
pub struct Reply {
    pub(super) response: Response<Body>,
    pub(super) facts: Facts,
}

/// The body may hold tokens.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply({})", self.status())
    }
}

impl Reply {
    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self::new(status, Body::Empty)
    }

    /// An answer with a JSON body.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        Self::text(status, "application/json", serde_json::to_string(body).unwrap_or_default())
    }

    /// An answer with a body of the given media type.
    pub fn text(status: StatusCode, content_type: &'static str, body: String) -> Self {
        Self::new(status, Body::Text(body)).header(header::CONTENT_TYPE, content_type)
    }

    fn new(status: StatusCode, body: Body) -> Self {
        Self { response: private::answer(status, body), facts: Facts::default() }
    }

    /// Sets a header; a value that is no header value is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        private::set(&mut self.response, name, value);
        self
    }

    /// Says in headers who the caller is, for whoever asked on their behalf: each claim as `x-auth-…`.
    ///
    /// # Errors
    /// [`Error::Internal`] when it is too much for headers.
    pub fn identity(mut self, caller: &Caller) -> Result<Self, Error> {
        let headers = identity_headers::of(caller);
        let too_much = || Error::Internal("an identity that does not fit into headers".into());
        self.response.headers_mut().extend(headers.ok_or_else(too_much)?);
        Ok(self)
    }

    /// Answers with a page instead, in this language; the status stays.
    #[must_use]
    pub(super) fn page(mut self, html: String, language: &str) -> Self {
        *self.response.body_mut() = Body::Text(html);
        self.header(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .header(header::CONTENT_LANGUAGE, language)
            .header(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)
            .header(header::REFERRER_POLICY, "same-origin")
    }

    /// Hands on what letting somebody pass came to: whose request this is, the next cookie, and what happened to the session, unless
    /// the log is told something else already.
    #[must_use]
    pub fn passed(self, passed: &Passed) -> Self {
        let reply = self.of(passed.identity.user_id(), passed.identity.session_id());
        let mut reply = passed.cookie.iter().fold(reply, Self::cookie);
        let happened = match passed.outcome {
            Outcome::Unchanged => None,
            Outcome::Rotated => Some(Event::Refreshed),
            Outcome::Replayed => Some(Event::RefreshReplayed),
        };
        reply.facts.event = reply.facts.event.or(happened);
        reply
    }

    /// Sends a browser elsewhere instead (RFC 9110 section 15.4).
    #[must_use]
    pub fn redirect(self, status: StatusCode, location: &str) -> Self {
        let elsewhere = private::redirect(&self.response, status, location);
        Self { facts: self.facts, response: elsewhere.map(|()| Body::Empty) }
    }

    /// Sets the session cookie.
    #[must_use]
    pub fn cookie(self, cookie: &Cookie) -> Self {
        self.header(header::SET_COOKIE, &session_cookie::set(cookie.value.reveal(), cookie.max_age))
    }

    /// Removes it from a browser that has sent one, or what passes for one.
    #[must_use]
    pub fn without_cookie_of(self, request: &Request) -> Self {
        if !carries_cookie(request) {
            return self;
        }
        self.header(header::SET_COOKIE, &session_cookie::clear())
    }

    /// Tells the log whose request this was, in which session.
    #[must_use]
    pub fn of(mut self, user_id: UserId, session_id: SessionId) -> Self {
        self.facts.user_id = Some(user_id.to_string());
        self.facts.session_id = Some(session_id.to_string());
        self
    }

    /// Tells the log what happened.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.facts.event = Some(event);
        self
    }

    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The answer itself.
    pub fn response(&self) -> &Response<Body> {
        &self.response
    }
}
