//! What is printed when everything runs: lines to copy, and last the line that begins with `ready`.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};

use super::database::Place;
use super::settings::Settings;

const JSON: &str = "-H 'content-type: application/json'";

/// Everything, for one paste or line by line, in any POSIX shell.
pub fn text(port: u16, settings: &Settings, place: Place<'_>) -> Result<String> {
    let url = format!("http://localhost:{port}");
    let mut text = String::new();
    for (comment, line) in lines(&url, &Account::random()?) {
        write!(text, "\n# {comment}\n{line}\n")?;
    }
    let data = match place {
        Place::Folder(folder) => format!("data in {}", super::shown(folder)),
        Place::Memory => "nothing is kept".to_owned(),
    };
    write!(text, "\n# WebSocket connections need the stack: cargo xtask stack up")?;
    let grace = settings.get("LATCHKEY_REFRESH_GRACE_SECONDS").map_or("?", String::as_str);
    write!(text, "\nready: {url} ({data}, refresh grace {grace} s, Ctrl-C stops it)")?;
    Ok(text)
}

/// Somebody new, at every start.
struct Account {
    email: String,
    password: String,
}

impl Account {
    fn random() -> Result<Self> {
        Ok(Self { email: format!("ada.{}@example.com", letters(6)?), password: letters(20)? })
    }

    fn body(&self) -> String {
        format!("'{{\"email\":\"{}\",\"password\":\"{}\"}}'", self.email, self.password)
    }
}

/// What the test of this file's output runs, too.
fn lines(url: &str, account: &Account) -> [(&'static str, String); 5] {
    let body = account.body();
    let curl = format!("curl -sS -w '\\n' {url}");
    [
        ("create an account", format!("{curl}/auth/register {JSON} -d {body}")),
        (
            "sign in and keep the access token",
            format!(
                "TOKEN=$(curl -sS {url}/auth/login {JSON} -d {body} | sed -n 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/p')"
            ),
        ),
        ("call a protected route", format!("{curl}/auth/me -H \"authorization: Bearer $TOKEN\"")),
        (
            "ask the authorizer, as API Gateway would",
            format!(
                "sed \"s/{{{{access_token}}}}/$TOKEN/\" events/authorizer_ok.json | \
                 {curl}/2015-03-31/functions/authorizer/invocations -d @-"
            ),
        ),
        ("the public keys", format!("{curl}/.well-known/jwks.json")),
    ]
}

/// Random lower-case letters and digits without look-alikes: 5 bits each.
fn letters(count: usize) -> Result<String> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random bytes: {error}"))?;
    let alphabet = b"abcdefghjkmnpqrstuvwxyz23456789_";
    Ok(bytes.iter().map(|byte| char::from(alphabet[usize::from(byte % 32)])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_begins_with_ready_and_every_start_has_another_account() -> Result<()> {
        let first = text(9000, &Settings::new(), Place::Memory)?;
        let second = text(9000, &Settings::new(), Place::Memory)?;
        assert!(first.lines().last().is_some_and(|line| line.starts_with("ready: http://localhost:9000 ")));
        assert_ne!(first, second);
        Ok(())
    }

    #[test]
    fn passwords_are_long_enough_for_the_policy() -> Result<()> {
        assert!(Account::random()?.password.len() >= 15);
        Ok(())
    }
}
