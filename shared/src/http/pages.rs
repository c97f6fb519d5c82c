//! The pages: signing in, making an account, and looking after it, without a script. The functions that take their forms answer
//! with the same pages when something is wrong.

mod account;
mod alert;
mod catalogue;
mod colour;
mod device;
mod sign_in;
mod stylesheet;

use askama::Template;
use lambda_http::http::header;

use super::{Reply, Request, StatusCode, problem};
use crate::{
    config::{ConfigError, Env},
    domain::EndCause,
    error::Error,
};
use alert::Alert;
use catalogue::Catalogue;
use colour::Colour;
use stylesheet::Stylesheet;

pub use account::{Account, Done};
pub use sign_in::Typed;
pub use stylesheet::FOLDER as STYLESHEETS;

/// What the product is called unless the deployment says otherwise.
const NAME: &str = "Latchkey";

/// Its colour: a calm blue on which white can be read well.
const COLOUR: &str = "#1f5f8b";

/// Longest name that fits above a card on a phone.
const MAX_NAME_CHARS: usize = 40;

/// How this deployment's pages look and what they say.
#[derive(Debug)]
pub struct Pages {
    name: String,
    stylesheet: Stylesheet,
    languages: Vec<Catalogue>,
    /// Fewest characters of a new password.
    min_chars: usize,
}

/// What a page says before everything else.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// Nothing.
    Nothing,
    /// Why the session is over.
    Ended(EndCause),
    /// What was done.
    Done(Done),
    /// What went wrong.
    Failed(&'a Error),
    /// Why the password of the account is not changed.
    Unchanged(&'a Error),
}

/// What every page is made of.
struct Frame<'a> {
    name: &'a str,
    stylesheet: &'a str,
    words: &'a Catalogue,
    note: Option<&'a str>,
    alert: Option<Alert>,
}

/// A page for a failure that no other page can tell.
#[derive(Template)]
#[template(path = "failed.html", whitespace = "minimize")]
struct FailedPage<'a> {
    frame: Frame<'a>,
}

impl Pages {
    /// Reads `LATCHKEY_PAGE_NAME` (default `Latchkey`) and `LATCHKEY_PAGE_COLOR` (default `#1f5f8b`). New passwords have at least
    /// `min_chars` characters.
    ///
    /// # Errors
    /// [`ConfigError`] when the name is too long or the colour is none.
    pub fn from_env(env: &Env, min_chars: usize) -> Result<Self, ConfigError> {
        let name = env.text("LATCHKEY_PAGE_NAME", NAME);
        if name.trim().is_empty() || name.chars().count() > MAX_NAME_CHARS || name.contains(char::is_control) {
            return Err(ConfigError::new("LATCHKEY_PAGE_NAME", "must be a name of at most 40 characters"));
        }
        let colour = Colour::parse(env.text("LATCHKEY_PAGE_COLOR", COLOUR));
        let colour =
            colour.ok_or_else(|| ConfigError::new("LATCHKEY_PAGE_COLOR", "must be a colour such as #1f5f8b"))?;
        let unreadable = |error| ConfigError::new("LATCHKEY_PAGE_NAME", format!("needs a whole catalogue: {error}"));
        Ok(Self {
            name: name.to_owned(),
            stylesheet: Stylesheet::new(colour),
            languages: Catalogue::all().map_err(unreadable)?,
            min_chars,
        })
    }

    /// The page for a failure that no other page can tell.
    ///
    /// # Errors
    /// [`Error::Internal`] when the page cannot be rendered.
    pub fn failed(&self, request: &Request, error: &Error) -> Result<Reply, Error> {
        let told = Told::Failed(error);
        self.reply(request, told, &FailedPage { frame: self.frame(request, told)? })
    }

    /// The stylesheet called `file`, the last segment of its path.
    pub fn stylesheet(&self, file: &str) -> Reply {
        self.stylesheet.reply(file)
    }

    fn words(&self, request: &Request) -> Result<&Catalogue, Error> {
        let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let words = catalogue::chosen(&self.languages, wanted.unwrap_or_default());
        words.ok_or_else(|| Error::Internal("no language at all".into()))
    }

    fn frame(&self, request: &Request, told: Told<'_>) -> Result<Frame<'_>, Error> {
        let words = self.words(request)?;
        let (note, alert) = match told {
            Told::Nothing => (None, None),
            Told::Ended(cause) => (Some(words.ended(cause)), None),
            Told::Done(done) => (Some(done.words(words)), None),
            Told::Failed(error) => (None, Some(Alert::of(error, words, self.min_chars))),
            Told::Unchanged(error) => (None, Some(Alert::of_change(error, words, self.min_chars))),
        };
        Ok(Frame { name: &self.name, stylesheet: &self.stylesheet.path, words, note, alert })
    }

    /// The answer with a page: the status of what went wrong, and what the log says of it.
    fn reply(&self, request: &Request, told: Told<'_>, page: &impl Template) -> Result<Reply, Error> {
        let html = page.render().map_err(|error| Error::Internal(format!("a page: {error}")))?;
        let reply = match told {
            Told::Failed(error) | Told::Unchanged(error) => problem::reply(error),
            _ => Reply::empty(StatusCode::OK),
        };
        Ok(reply.page(html, self.words(request)?.language))
    }
}

impl Frame<'_> {
    /// What the mark beside the name shows.
    fn initial(&self) -> String {
        self.name.trim_start().chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default()
    }

    /// What is wrong with a field.
    fn fault(&self, field: &str) -> Option<&str> {
        self.alert.as_ref()?.fault(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<Pages, ConfigError> {
        Pages::from_env(&Env::new([(name.to_owned(), value.to_owned())]).unwrap(), 15)
    }

    #[test]
    fn name_and_colour_are_settings() {
        for good in ["Acme", "Müller & Söhne <GmbH>", "日本", &"é".repeat(40)] {
            assert_eq!(read("LATCHKEY_PAGE_NAME", good).unwrap().name, good);
        }
        for bad in [" ", "a\nb", &"é".repeat(41)] {
            assert!(read("LATCHKEY_PAGE_NAME", bad).is_err(), "{bad:?}");
        }
        assert_ne!(
            read("LATCHKEY_PAGE_COLOR", "#b00020").unwrap().stylesheet.path,
            read("LATCHKEY_PAGE_COLOR", "").unwrap().stylesheet.path
        );
        assert!(read("LATCHKEY_PAGE_COLOR", "red").is_err());
    }
}
