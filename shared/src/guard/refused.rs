//! What the guard answers itself.

use ::http::{HeaderValue, Response, StatusCode, header};

use crate::{
    error::Error,
    http::{private, problem},
};

/// Why a request does not pass, and what becomes of its sender.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) error: Error,
    /// Where a browser goes instead.
    pub(super) page: Option<String>,
    /// What replaces or removes the session cookie.
    pub(super) cookie: Option<HeaderValue>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, page: None, cookie: None }
    }
}

impl Refused {
    pub(super) fn response(self) -> Response<String> {
        let mut refused = problem::response(&self.error);
        if let Some(cookie) = self.cookie {
            refused.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        match self.page {
            Some(page) => private::redirect(&refused, StatusCode::FOUND, &page).map(|()| String::new()),
            None => refused,
        }
    }
}
