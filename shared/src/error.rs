//! Every way an operation can end badly.

use crate::domain::{EndCause, SessionId, UserId, random::NoRandomness, time::BrokenClock};

/// A failure that a caller is told about. `http::problem` maps each to a status and a problem document, in one place.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The body is not the JSON object that was expected; the text says where, never what was sent.
    #[error("the body is malformed: {0}")]
    MalformedBody(String),
    /// The body is not declared as JSON.
    #[error("the body is not application/json")]
    UnsupportedMediaType,
    /// The body is larger than any request of ours.
    #[error("the body is too large")]
    BodyTooLarge,
    /// Fields of the body are understood and not acceptable.
    #[error("the input is invalid")]
    InvalidInput(Vec<FieldError>),
    /// No token, or one that is malformed, forged, expired, revoked or meant for something else: never told which.
    #[error("the token is invalid")]
    InvalidToken(#[from] Refusal),
    /// What is presented is authentic, and its session is over: whoever holds it may know why.
    #[error("the session is over: {}", cause.as_str())]
    SessionEnded {
        /// Why.
        cause: EndCause,
        /// This very request has ended it.
        just_now: bool,
        /// Whose, and which; nothing when another function has said that it is.
        of: Option<(UserId, SessionId)>,
    },
    /// Something other than reading, asked for by a page that is not of our origin.
    #[error("a request of another site")]
    CrossSiteRequest,
    /// Unknown email or wrong password: never told which.
    #[error("the credentials are invalid")]
    InvalidCredentials,
    /// The sign-in is too long ago for what is asked, and no password came with it (RFC 9470).
    #[error("a recent sign-in is needed")]
    ReauthenticationRequired,
    /// Somebody has this email.
    #[error("the email is taken")]
    EmailTaken,
    /// A limit of attempts is reached; `retry_after` is in seconds.
    #[error("too many attempts")]
    TooManyAttempts {
        /// Seconds until the window ends.
        retry_after: u64,
    },
    /// A user has as many WebSocket connections as one may have.
    #[error("too many connections")]
    TooManyConnections,
    /// What costs much was asked for a moment ago, on the same connection; `retry_after` is in seconds.
    #[error("asked for again too soon")]
    TooSoon {
        /// Seconds until it is answered again.
        retry_after: u64,
    },
    /// What is asked for does not go with how things are; the text says why.
    #[error("{0}")]
    Conflict(String),
    /// There is nothing at this path.
    #[error("not found")]
    NotFound,
    /// There is no such room for whoever asks: none at all, one that does not admit them, or one that they are no member of, which are
    /// never told apart.
    #[error("no such room")]
    UnknownRoom,
    /// Clients ask how to hash where they send passwords.
    #[error("clients do not hash here")]
    NoClientHashing,
    /// There is something at this path, under other methods.
    #[error("method not allowed")]
    MethodNotAllowed {
        /// The methods that work, for the `Allow` header.
        allow: String,
    },
    /// A dependency is down: trying again later helps.
    #[error("a dependency is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Our fault.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// That a session is over, and why.
    #[cfg(feature = "aws")]
    pub(crate) fn ended(session: &crate::domain::Session, cause: EndCause, just_now: bool) -> Self {
        Self::SessionEnded { cause, just_now, of: Some((session.user_id, session.id)) }
    }

    /// Why the session is over whose credential was shown, if that is what is wrong.
    pub fn end_cause(&self) -> Option<EndCause> {
        match self {
            Self::SessionEnded { cause, .. } => Some(*cause),
            _ => None,
        }
    }
}

/// Why a token is not good. All reasons look alike from outside; the text is for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub &'static str);

impl Refusal {
    /// A token is in order but for its age.
    pub const EXPIRED: Self = Self("expired");
    /// A token is of a moment that this clock has not reached.
    pub const EARLY: Self = Self("from the future");
    /// A token is whole and names a key that is not held: the one refusal that other keys could change.
    pub const UNKNOWN_KEY: Self = Self("unknown key");
}

/// An error with all its causes, for the log.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901), such as `/password`.
    pub pointer: &'static str,
    /// What, in words for a person, never quoting the value.
    pub detail: String,
}

impl FieldError {
    /// Says what is wrong with the field at `pointer`.
    pub fn new(pointer: &'static str, detail: impl ToString) -> Self {
        Self { pointer, detail: detail.to_string() }
    }
}

impl From<BrokenClock> for Error {
    fn from(cause: BrokenClock) -> Self {
        Self::Unavailable(Box::new(cause))
    }
}

impl From<NoRandomness> for Error {
    fn from(cause: NoRandomness) -> Self {
        Self::Unavailable(Box::new(cause))
    }
}

#[cfg(feature = "aws")]
impl From<crate::ports::StoreError> for Error {
    fn from(cause: crate::ports::StoreError) -> Self {
        match cause {
            crate::ports::StoreError::Unavailable(_) => Self::Unavailable(Box::new(cause)),
            crate::ports::StoreError::Unexpected(_) => Self::Internal(cause.to_string()),
        }
    }
}
