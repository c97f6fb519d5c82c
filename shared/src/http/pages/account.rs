//! The page on which somebody looks after their account.

use askama::Template;

use super::{
    Frame, Pages, Told,
    catalogue::{Catalogue, Moment},
    device::device,
};
use crate::{
    domain::{Session, SessionId, User},
    error::Error,
    http::{Reply, Request},
};

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// Whose it is.
    pub user: &'a User,
    /// Their sessions, or some of them.
    pub sessions: &'a [Session],
    /// The session of whoever is looking.
    pub current: SessionId,
    /// Where the next sessions begin.
    pub next: Option<SessionId>,
}

/// What was done to the account by its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Another session was ended.
    EndSession,
    /// All other sessions were.
    EndOthers,
    /// The password was changed.
    ChangePassword,
}

impl Done {
    const ALL: [(Self, &'static str); 3] =
        [(Self::EndSession, "end-session"), (Self::EndOthers, "end-others"), (Self::ChangePassword, "change-password")];

    /// As it stands in the query of the page.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(done, _)| *done == self).map_or("", |(_, text)| text)
    }

    /// Reads the query.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == text).map(|(done, _)| *done)
    }

    pub(super) fn words(self, words: &Catalogue) -> &str {
        match self {
            Self::EndSession => &words.done_end_session,
            Self::EndOthers => &words.done_end_others,
            Self::ChangePassword => &words.done_change_password,
        }
    }
}

#[derive(Template)]
#[template(path = "account.html", whitespace = "minimize")]
struct AccountPage<'a> {
    frame: Frame<'a>,
    email: &'a str,
    name: Option<&'a str>,
    since: Moment,
    sessions: Vec<Row>,
    has_others: bool,
    next: Option<String>,
    min_chars: usize,
}

/// A session as the page lists it.
struct Row {
    id: String,
    is_current: bool,
    device: String,
    address: String,
    signed_in: Moment,
    last_used: Moment,
}

impl Pages {
    /// The page of an account.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be rendered.
    pub fn account(&self, request: &Request, account: Account<'_>, told: Told<'_>) -> Result<Reply, Error> {
        let frame = self.frame(request, told)?;
        let (user, words) = (account.user, frame.words);
        let mut sessions: Vec<_> = account.sessions.iter().collect();
        sessions.sort_by_key(|session| (session.id != account.current, std::cmp::Reverse(session.last_used_at)));
        let page = AccountPage {
            email: &user.email,
            name: user.name.as_deref(),
            since: words.moment(user.created_at),
            has_others: account.next.is_some() || sessions.iter().any(|session| session.id != account.current),
            sessions: sessions.into_iter().map(|session| Row::new(session, account.current, words)).collect(),
            next: account.next.map(|next| next.to_string()),
            min_chars: self.min_chars,
            frame,
        };
        self.reply(request, told, &page)
    }
}

impl Row {
    fn new(session: &Session, current: SessionId, words: &Catalogue) -> Self {
        Self {
            id: session.id.to_string(),
            is_current: session.id == current,
            device: device(words, session.user_agent.as_deref()),
            address: session.address.to_string(),
            signed_in: words.moment(session.created_at),
            last_used: words.moment(session.last_used_at),
        }
    }
}
