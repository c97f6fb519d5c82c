//! What a function answers.

use lambda_http::{
    Body, Response,
    http::{StatusCode, header},
};
use serde::Serialize;

use super::{authorizer::Caller, identity_headers, private, session_cookie};
use crate::{
    domain::{SessionId, UserId},
    error::Error,
    operations::Cookie,
    telemetry::{Event, Facts},
};

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
    pub fn header(mut self, name: header::HeaderName, value: &str) -> Self {
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

    /// Removes it.
    #[must_use]
    pub fn without_cookie(self) -> Self {
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
