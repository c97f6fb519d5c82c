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
            | Error::TooManyConnections
            | Error::TooSoon { .. }
            | Error::Conflict(_)
            | Error::NotFound
            | Error::NoClientHashing
            | Error::UnknownRoom
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
    let text = known(&error.detail, words, min_chars).unwrap_or(&error.detail);
    text.replace("{min}", &min_chars.to_string())
}

/// What the catalogue says for a reason of the domain.
fn known<'w>(reason: &str, words: &'w Catalogue, min_chars: usize) -> Option<&'w str> {
    let known = [
        (InvalidEmail.to_string(), &words.bad_email),
        (InvalidName.to_string(), &words.bad_name),
        (TooLong.to_string(), &words.password_too_long),
        (WeakPassword::TooShort(min_chars).to_string(), &words.password_too_short),
        (WeakPassword::HasEmail.to_string(), &words.password_has_email),
        (WeakPassword::Unchanged.to_string(), &words.password_unchanged),
        (WeakPassword::TooCommon.to_string(), &words.password_too_common),
    ];
    known.into_iter().find(|(known, _)| known == reason).map(|(_, text)| text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN_CHARS: usize = 15;

    /// Whatever a field of a page may be refused for. A new way to be weak does not compile until it is here.
    fn every_reason() -> Vec<String> {
        let weak = [
            WeakPassword::TooShort(MIN_CHARS),
            WeakPassword::HasEmail,
            WeakPassword::Unchanged,
            WeakPassword::TooCommon,
        ];
        for reason in weak {
            match reason {
                WeakPassword::TooShort(_)
                | WeakPassword::HasEmail
                | WeakPassword::Unchanged
                | WeakPassword::TooCommon => {}
            }
        }
        let weak = weak.map(|reason| reason.to_string());
        [InvalidEmail.to_string(), InvalidName.to_string(), TooLong.to_string()].into_iter().chain(weak).collect()
    }

    #[test]
    fn every_reason_has_words_of_its_own_in_every_language() {
        for words in Catalogue::all().unwrap() {
            let said: Vec<_> = every_reason().iter().map(|reason| known(reason, &words, MIN_CHARS)).collect();
            assert!(said.iter().all(Option::is_some), "{}: {said:?} of {:?}", words.language, every_reason());
            let different: std::collections::BTreeSet<_> = said.iter().collect();
            assert_eq!(different.len(), said.len(), "{}: {said:?}", words.language);
        }
    }

    #[test]
    fn a_reason_of_no_page_is_told_as_it_is() {
        let words = &Catalogue::all().unwrap()[1];
        assert_eq!(in_words(&FieldError::new("/id", "not an id"), words, MIN_CHARS), "not an id");
        let short = FieldError::new("/password", WeakPassword::TooShort(MIN_CHARS));
        let text = in_words(&short, words, MIN_CHARS);
        assert!(text.contains("15") && !text.contains('{') && text != short.detail, "{text}");
    }
}
