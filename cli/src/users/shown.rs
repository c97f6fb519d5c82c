//! What `admin` answers, and how it is shown.

use std::fmt;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::table::{printable, table};

/// An answer: a user, sessions, how many were ended, or an empty object.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    user: Option<User>,
    sessions: Option<Vec<Session>>,
    /// Where the list of sessions goes on.
    pub(super) next: Option<String>,
    ended: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct User {
    id: String,
    email: String,
    #[serde(default)]
    name: Option<String>,
    created_at: String,
    disabled: bool,
    epoch: u64,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scopes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Session {
    id: String,
    created_at: String,
    last_used_at: String,
    expires_at: String,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    user_agent: Option<String>,
}

impl Shown {
    /// Reads the function's answer.
    ///
    /// # Errors
    /// When it is another function's.
    pub(super) fn read(answer: &Value) -> Result<Self> {
        let shown = Self::deserialize(answer).context("the function's answer is not about users")?;
        let empty = answer.as_object().is_some_and(serde_json::Map::is_empty);
        let understood = empty || shown.user.is_some() || shown.sessions.is_some() || shown.ended.is_some();
        ensure!(understood, "the function's answer is not about users");
        Ok(shown)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown { user: Some(user), .. } => write!(f, "{user}"),
            Shown { sessions: Some(sessions), .. } => f.write_str(&list(sessions)),
            Shown { ended: Some(1), .. } => writeln!(f, "1 session ended"),
            Shown { ended: Some(count), .. } => writeln!(f, "{count} sessions ended"),
            _ => writeln!(f, "done"),
        }
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |words: &[String]| if words.is_empty() { "-".to_owned() } else { words.join(" ") };
        for (name, value) in [
            ("id", self.id.clone()),
            ("email", self.email.clone()),
            ("name", self.name.clone().unwrap_or_else(|| "-".to_owned())),
            ("created", self.created_at.clone()),
            ("disabled", if self.disabled { "yes" } else { "no" }.to_owned()),
            ("epoch", self.epoch.to_string()),
            ("roles", words(&self.roles)),
            ("scopes", words(&self.scopes)),
        ] {
            writeln!(f, "{name:10}{}", printable(&value))?;
        }
        Ok(())
    }
}

fn list(sessions: &[Session]) -> String {
    let rows = sessions.iter().map(|session| {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let Session { id, created_at, last_used_at, expires_at, address, user_agent } = session;
        [id.clone(), created_at.clone(), last_used_at.clone(), expires_at.clone(), text(address), text(user_agent)]
    });
    table(["id", "created", "last used", "expires", "address", "user agent"], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(answer: &Value) -> String {
        Shown::read(answer).unwrap().to_string()
    }

    #[test]
    fn a_user_is_shown_line_by_line() {
        let answer = json!({ "user": {
            "id": "0b9f", "email": "ada@example.com", "name": "Ada\u{1b}[31m", "created_at": "2026-01-01T12:00:00Z",
            "disabled": false, "epoch": 3, "roles": ["admin", "staff"], "scopes": [],
        }});
        let expected = "id        0b9f\nemail     ada@example.com\nname      Ada\u{fffd}[31m\n\
                        created   2026-01-01T12:00:00Z\ndisabled  no\nepoch     3\nroles     admin staff\nscopes    -\n";
        assert_eq!(shown(&answer), expected);
    }

    #[test]
    fn sessions_are_shown_as_a_table() {
        let answer = json!({ "sessions": [{
            "id": "5c2d", "created_at": "2026-01-01T12:00:00Z", "last_used_at": "2026-01-02T08:30:00Z",
            "expires_at": "2026-01-16T08:30:00Z", "address": "192.0.2.7",
        }]});
        let expected = "ID    CREATED               LAST USED             EXPIRES               ADDRESS    USER AGENT\n\
                        5c2d  2026-01-01T12:00:00Z  2026-01-02T08:30:00Z  2026-01-16T08:30:00Z  192.0.2.7  -\n";
        assert_eq!(shown(&answer), expected);
    }

    #[test]
    fn what_ended_is_counted() {
        assert_eq!(shown(&json!({ "ended": 1 })), "1 session ended\n");
        assert_eq!(shown(&json!({ "ended": 12 })), "12 sessions ended\n");
        assert_eq!(shown(&json!({})), "done\n");
    }

    #[test]
    fn an_answer_about_something_else_is_refused() {
        for answer in
            [json!([]), json!(null), json!({ "keys": [] }), json!({ "user": { "id": 5 } }), json!({ "ended": -1 })]
        {
            assert!(Shown::read(&answer).is_err(), "{answer}");
        }
    }
}
