//! The pages that begin a session.

use askama::Template;
use url::form_urlencoded;

use super::{Frame, Pages, Told};
use crate::{
    error::Error,
    http::{Reply, Request, return_to, site},
};

/// What somebody typed, and gets back when it was not good. Never a password.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed<'a> {
    /// An address, or not.
    pub email: &'a str,
    /// A name, or not.
    pub name: &'a str,
    /// The page to go to afterwards, unverified.
    pub return_to: &'a str,
}

#[derive(Template)]
#[template(path = "login.html", whitespace = "minimize")]
struct LoginPage<'a> {
    frame: Frame<'a>,
    typed: Typed<'a>,
    return_to: Option<String>,
    other_page: String,
}

#[derive(Template)]
#[template(path = "register.html", whitespace = "minimize")]
struct RegisterPage<'a> {
    frame: Frame<'a>,
    typed: Typed<'a>,
    return_to: Option<String>,
    other_page: String,
    min_chars: usize,
}

impl Pages {
    /// The page for signing in.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be rendered.
    pub fn login(&self, request: &Request, typed: Typed<'_>, told: Told<'_>) -> Result<Reply, Error> {
        let (frame, return_to) = (self.frame(request, told)?, page_after(request, typed.return_to));
        let other_page = with_return_to("/auth/register", return_to.as_deref());
        self.reply(request, told, &LoginPage { frame, typed, return_to, other_page })
    }

    /// The page for making an account.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be rendered.
    pub fn register(&self, request: &Request, typed: Typed<'_>, told: Told<'_>) -> Result<Reply, Error> {
        let (frame, return_to) = (self.frame(request, told)?, page_after(request, typed.return_to));
        let other_page = with_return_to("/auth/login", return_to.as_deref());
        self.reply(request, told, &RegisterPage { frame, typed, return_to, other_page, min_chars: self.min_chars })
    }
}

/// The page to go to afterwards, without its origin, if it is one of ours.
fn page_after(request: &Request, unverified: &str) -> Option<String> {
    let origin = site::public_origin(request).filter(|_| !unverified.is_empty())?;
    return_to::within(origin, unverified).map(|url| url[url::Position::BeforePath..].to_owned())
}

fn with_return_to(page: &str, return_to: Option<&str>) -> String {
    let Some(return_to) = return_to else { return page.to_owned() };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    format!("{page}?{query}")
}
