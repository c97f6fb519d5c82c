//! What went wrong, in the reader's language and beside the field that it is about.

use super::catalogue::Catalogue;
use crate::{
    domain::{WeakPassword, email::InvalidEmail, name::InvalidName, password::TooLong},
    error::{Error, FieldError},
};

/// What an alert says.
#[derive(Debug)]
pub(super) struct Alert {
    /// What is wrong as a whole.
    pub(super) text: String,
    /// What is wrong with fields.
    pub(super) faults: Vec<Fault>,
}

/// What is wrong with one field.
#[derive(Debug)]
pub(super) struct Fault {
    /// Its name in the form, which is also its id on the page.
    pub(super) field: &'static str,
    pub(super) text: String,
}

impl Alert {
    /// Says what the reader can do something about, as the problem document would (`http/problem.rs`).
    pub(super) fn of(error: &Error, words: &Catalogue, min_chars: usize) -> Self {
        let whole = |text: &str| Self { text: text.to_owned(), faults: Vec::new() };
        match error {
            Error::InvalidInput(errors) => {
                let faults = errors.iter().map(|error| {
                    let field = error.pointer.trim_start_matches('/');
                    Fault::new(field, &in_words(error, words, min_chars))
                });
                Self { text: words.problem.clone(), faults: faults.collect() }
            }
            Error::InvalidCredentials => Self::about("password", &words.wrong_credentials, words),
            Error::EmailTaken => Self::about("email", &words.email_taken, words),
            Error::TooManyAttempts { retry_after } => {
                let minutes = retry_after.div_ceil(60).max(1).to_string();
                whole(&words.too_many_attempts.replace("{minutes}", &minutes))
            }
            Error::Unavailable(_) | Error::Internal(_) => whole(&words.unavailable),
            Error::MalformedBody(_)
            | Error::UnsupportedMediaType
            | Error::BodyTooLarge
            | Error::InvalidToken(_)
            | Error::SessionEnded { .. }
            | Error::CrossSiteRequest
            | Error::ReauthenticationRequired
            | Error::Conflict(_)
            | Error::NotFound
            | Error::NoClientHashing
            | Error::MethodNotAllowed { .. } => whole(&words.not_done),
        }
    }

    /// The same of a change of the password.
    pub(super) fn of_change(error: &Error, words: &Catalogue, min_chars: usize) -> Self {
        match error {
            Error::InvalidCredentials => Self::about("current_password", &words.wrong_password, words),
            _ => Self::of(error, words, min_chars),
        }
    }

    fn about(field: &'static str, text: &str, words: &Catalogue) -> Self {
        Self { text: words.problem.clone(), faults: vec![Fault::new(field, text)] }
    }

    pub(super) fn fault(&self, field: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.field == field).map(|fault| fault.text.as_str())
    }
}

impl Fault {
    fn new(field: &'static str, text: &str) -> Self {
        Self { field, text: text.to_owned() }
    }
}

/// The reader's words for a reason of the domain; the reason's own, which are English, when there are none.
fn in_words(error: &FieldError, words: &Catalogue, min_chars: usize) -> String {
    let known = [
        (InvalidEmail.to_string(), &words.bad_email),
        (InvalidName.to_string(), &words.bad_name),
        (TooLong.to_string(), &words.password_too_long),
        (WeakPassword::TooShort(min_chars).to_string(), &words.password_too_short),
        (WeakPassword::HasEmail.to_string(), &words.password_has_email),
        (WeakPassword::Unchanged.to_string(), &words.password_unchanged),
        (WeakPassword::TooCommon.to_string(), &words.password_too_common),
    ];
    let found = known.into_iter().find(|(reason, _)| *reason == error.detail);
    found.map_or_else(|| error.detail.clone(), |(_, text)| text.replace("{min}", &min_chars.to_string()))
}
