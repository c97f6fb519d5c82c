//! What `admin` is sent.

use serde_json::{Value, json};

use super::{Action, One};

/// The event for one action; `after` is where a list goes on.
pub(super) fn payload(action: &Action, actor: &str, after: Option<&str>) -> Value {
    let mut payload = match action {
        // An id is a UUID, an email has an @.
        Action::Find { who } if who.contains('@') => json!({ "action": "find-user", "email": who }),
        Action::Find { who } => json!({ "action": "find-user", "user_id": who }),
        Action::Roles { id, roles, reason, .. } => {
            json!({ "action": "set-roles", "user_id": id, "roles": roles, "reason": reason.reason })
        }
        Action::Scopes { id, scopes, reason, .. } => {
            json!({ "action": "set-scopes", "user_id": id, "scopes": scopes, "reason": reason.reason })
        }
        Action::Disable(user) => one("disable-user", user),
        Action::Enable(user) => one("enable-user", user),
        Action::Sessions { id } => json!({ "action": "list-sessions", "user_id": id }),
        Action::EndSession { id, session, reason } => {
            json!({ "action": "end-session", "user_id": id, "session_id": session, "reason": reason.reason })
        }
        Action::EndSessions(user) => one("end-sessions", user),
        Action::Delete(user) => one("delete-user", user),
    };
    payload["actor"] = actor.into();
    if let Some(after) = after {
        payload["after"] = after.into();
    }
    payload
}

fn one(action: &str, user: &One) -> Value {
    json!({ "action": action, "user_id": user.id, "reason": user.reason.reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Command, Options};
    use clap::Parser;

    fn sent(line: &str, after: Option<&str>) -> String {
        let words = std::iter::once("latchkey").chain(["users"]).chain(line.split(' '));
        let Command::Users(action) = Options::try_parse_from(words).unwrap().command else {
            panic!("no users command")
        };
        payload(&action, "ada", after).to_string()
    }

    #[test]
    fn every_command_becomes_the_payload_that_admin_takes() {
        for (line, expected) in [
            ("find a@example.com", r#"{"action":"find-user","email":"a@example.com","actor":"ada"}"#),
            ("find 0b9f", r#"{"action":"find-user","user_id":"0b9f","actor":"ada"}"#),
            (
                "roles 0b9f admin staff --reason hired",
                r#"{"action":"set-roles","user_id":"0b9f","roles":["admin","staff"],"reason":"hired","actor":"ada"}"#,
            ),
            (
                "scopes 0b9f --none --reason left",
                r#"{"action":"set-scopes","user_id":"0b9f","scopes":[],"reason":"left","actor":"ada"}"#,
            ),
            (
                "disable 0b9f --reason left",
                r#"{"action":"disable-user","user_id":"0b9f","reason":"left","actor":"ada"}"#,
            ),
            ("enable 0b9f --reason back", r#"{"action":"enable-user","user_id":"0b9f","reason":"back","actor":"ada"}"#),
            ("sessions 0b9f", r#"{"action":"list-sessions","user_id":"0b9f","actor":"ada"}"#),
            (
                "end-session 0b9f 5c2d --reason stolen",
                r#"{"action":"end-session","user_id":"0b9f","session_id":"5c2d","reason":"stolen","actor":"ada"}"#,
            ),
            (
                "end-sessions 0b9f --reason left",
                r#"{"action":"end-sessions","user_id":"0b9f","reason":"left","actor":"ada"}"#,
            ),
            (
                "delete 0b9f --reason asked",
                r#"{"action":"delete-user","user_id":"0b9f","reason":"asked","actor":"ada"}"#,
            ),
        ] {
            assert_eq!(sent(line, None), expected, "{line}");
        }
        let page = r#"{"action":"list-sessions","user_id":"0b9f","actor":"ada","after":"5c2d"}"#;
        assert_eq!(sent("sessions 0b9f", Some("5c2d")), page);
    }

    #[test]
    fn taking_every_role_away_has_to_be_said() {
        let words = ["latchkey", "users", "roles", "0b9f", "--reason", "why"];
        assert!(Options::try_parse_from(words).is_err());
        assert!(Options::try_parse_from(words.into_iter().chain(["--none"])).is_ok());
    }
}
