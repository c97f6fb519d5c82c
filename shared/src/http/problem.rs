//! Failures as problem documents (RFC 9457): the one place where an [`Error`] becomes a status.

use ::http::{HeaderName, Response, StatusCode, header};
use serde::Serialize;

use super::private;
use crate::{
    domain::EndCause,
    error::{Error, FieldError, chain},
    telemetry::{Event, Facts},
};

/// Seconds after which trying again is sensible when a dependency is down.
const RETRY_AFTER_OUTAGE: u64 = 2;

#[derive(Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Field<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    /// Why a session is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
}

#[derive(Serialize)]
struct Field<'a> {
    pointer: &'a str,
    detail: &'a str,
}

/// The answer to a failed request. Says what the caller can do something about, and nothing else.
pub fn response(error: &Error) -> Response<String> {
    let problem = problem(error, detail(error));
    let mut response = private::answer(kind(error).0, serde_json::to_string(&problem).unwrap_or_default());
    let mut set = |name, value: &str| private::set(&mut response, name, value);
    set(header::CONTENT_TYPE, "application/problem+json");
    if let Some(seconds) = problem.retry_after {
        set(header::RETRY_AFTER, &seconds.to_string());
    }
    if let Some((name, value)) = challenge(error) {
        set(name, value);
    }
    response
}

/// [`response`], and what the log says about it.
#[cfg(feature = "aws")]
pub fn reply(error: &Error) -> super::Reply {
    super::Reply { response: response(error).map(Into::into), facts: facts(error) }
}

/// The problem document as a value, where there is no response around it.
#[cfg(feature = "aws")]
pub fn document(error: &Error) -> serde_json::Value {
    serde_json::to_value(problem(error, detail(error))).unwrap_or_default()
}

/// The problem document of a function that only operators may invoke: they are told the cause as well.
pub fn for_operators(error: &Error) -> serde_json::Value {
    let cause = reason(error);
    serde_json::to_value(problem(error, detail(error).or(cause.as_deref()))).unwrap_or_default()
}

/// The status of a failure.
pub fn status(error: &Error) -> u16 {
    kind(error).0.as_u16()
}

/// What the log says of a failure.
pub fn facts(error: &Error) -> Facts {
    let (_, slug, _) = kind(error);
    let facts = Facts { problem: Some(slug), reason: reason(error), event: event(error), ..Facts::default() };
    match error {
        Error::SessionEnded { of: Some((user_id, session_id)), .. } => {
            Facts { user_id: Some(user_id.to_string()), session_id: Some(session_id.to_string()), ..facts }
        }
        _ => facts,
    }
}

fn problem<'a>(error: &'a Error, detail: Option<&'a str>) -> Problem<'a> {
    let (status, slug, title) = kind(error);
    let retry_after = match error {
        Error::TooManyAttempts { retry_after } | Error::TooSoon { retry_after } => Some(*retry_after),
        Error::Unavailable(_) => Some(RETRY_AFTER_OUTAGE),
        _ => None,
    };
    let errors = match error {
        Error::InvalidInput(errors) => errors.iter().map(field).collect(),
        _ => Vec::new(),
    };
    Problem {
        r#type: format!("urn:latchkey:problem:{slug}"),
        title,
        status: status.as_u16(),
        detail,
        errors,
        retry_after,
        cause: error.end_cause().map(EndCause::as_str),
    }
}

/// What the caller is told of this very failure.
fn detail(error: &Error) -> Option<&str> {
    match error {
        Error::MalformedBody(detail) | Error::Conflict(detail) => Some(detail),
        Error::NoClientHashing => Some("Clients of this deployment send passwords."),
        _ => None,
    }
}

fn kind(error: &Error) -> (StatusCode, &'static str, &'static str) {
    match error {
        Error::MalformedBody(_) => {
            (StatusCode::BAD_REQUEST, "malformed-body", "The body is not the JSON object that is expected.")
        }
        Error::UnsupportedMediaType => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The body must be application/json.")
        }
        Error::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large."),
        Error::InvalidInput(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid-input", "Some of the input is not acceptable.")
        }
        Error::InvalidToken(_) | Error::SessionEnded { .. } => {
            (StatusCode::UNAUTHORIZED, "invalid-token", "The token is missing, expired or not valid.")
        }
        Error::CrossSiteRequest => (StatusCode::FORBIDDEN, "cross-site-request", "Another site may not ask for this."),
        Error::InvalidCredentials => (StatusCode::UNAUTHORIZED, "invalid-credentials", "Email or password is wrong."),
        Error::ReauthenticationRequired => {
            (StatusCode::UNAUTHORIZED, "reauthentication-required", "Sign in again, or send the current password.")
        }
        Error::EmailTaken => (StatusCode::CONFLICT, "email-taken", "An account with this email exists."),
        Error::TooManyAttempts { .. } => {
            (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", "Too many attempts. Try again later.")
        }
        Error::TooManyConnections => {
            (StatusCode::TOO_MANY_REQUESTS, "too-many-connections", "Too many connections are open.")
        }
        Error::TooSoon { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-soon", "This was asked for a moment ago."),
        Error::Conflict(_) => (StatusCode::CONFLICT, "conflict", "This does not go with how things are."),
        Error::NotFound | Error::NoClientHashing => (StatusCode::NOT_FOUND, "not-found", "There is nothing here."),
        Error::UnknownRoom => (StatusCode::NOT_FOUND, "unknown-room", "There is no such room for you."),
        Error::MethodNotAllowed { .. } => {
            (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This path does not know the method.")
        }
        Error::Unavailable(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The service is not available. Try again.")
        }
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side."),
    }
}

/// RFC 6750 section 3, RFC 9470 section 3; RFC 9110 section 10.2.1 for `Allow`.
fn challenge(error: &Error) -> Option<(HeaderName, &str)> {
    match error {
        Error::InvalidToken(_) | Error::SessionEnded { .. } => {
            Some((header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#))
        }
        Error::ReauthenticationRequired => {
            Some((header::WWW_AUTHENTICATE, r#"Bearer error="insufficient_user_authentication", max_age="600""#))
        }
        Error::MethodNotAllowed { allow } => Some((header::ALLOW, allow)),
        _ => None,
    }
}

/// What the log says and the caller is not told.
fn reason(error: &Error) -> Option<String> {
    match error {
        Error::InvalidToken(refusal) => Some(refusal.to_string()),
        Error::SessionEnded { .. } => Some(error.to_string()),
        Error::Internal(reason) => Some(reason.clone()),
        Error::Unavailable(cause) => Some(chain(cause.as_ref())),
        _ => None,
    }
}

fn event(error: &Error) -> Option<Event> {
    match error {
        Error::SessionEnded { cause: EndCause::ReuseDetected, just_now: true, .. } => Some(Event::RefreshTokenReused),
        Error::InvalidCredentials => Some(Event::SignInFailed),
        Error::TooManyAttempts { .. } => Some(Event::AttemptsLimited),
        _ => None,
    }
}

fn field(error: &FieldError) -> Field<'_> {
    Field { pointer: error.pointer, detail: &error.detail }
}
