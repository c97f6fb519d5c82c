//! The URLs of what was deployed, remembered for `cargo xtask stack url`.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::emulator;

/// Where the deployed APIs answer.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Urls {
    /// Latchkey itself.
    pub(super) api: String,
    /// The examples behind its authorizers.
    pub(super) http_api: String,
    pub(super) rest_api: String,
    pub(super) websocket_api: String,
    pub(super) appsync_api: String,
    /// The example with the guard in it.
    pub(super) guarded_app: String,
}

impl Urls {
    /// Those of the last deployment.
    pub(super) fn saved() -> Result<Self> {
        let text = fs::read_to_string(file())
            .context("the deployment has not finished: run `cargo xtask stack up` again and look at its messages")?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Remembers them until the emulator stops.
    pub(super) fn save(&self) -> Result<()> {
        fs::write(file(), serde_json::to_string_pretty(self)?)
            .with_context(|| format!("{} cannot be written", file().display()))
    }

    /// What a person can paste to see it work. The URLs contain a `$`: single quotes.
    pub(super) fn introduction(&self) -> String {
        let Self { api, http_api, rest_api, websocket_api, appsync_api, guarded_app } = self;
        format!(
            r#"
Latchkey                 {api}
behind it, an HTTP API   {http_api}
a REST API               {rest_api}
a WebSocket API          {websocket_api}
an AppSync API           {appsync_api}
an app with the guard    {guarded_app}

curl -s '{api}/auth/register' -H 'content-type: application/json' \
  -d '{{"email":"ada@example.com","password":"a long enough password"}}'
TOKEN=$(curl -s '{api}/auth/login' -H 'content-type: application/json' \
  -d '{{"email":"ada@example.com","password":"a long enough password"}}' | sed -E 's/.*"access_token":"([^"]+)".*/\1/')
curl -s '{http_api}/notes' -H "Authorization: Bearer $TOKEN"
curl -s '{api}/.well-known/jwks.json'

ready: cargo xtask stack url | down
"#
        )
    }
}

impl fmt::Display for Urls {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api, http_api, rest_api, websocket_api, appsync_api, guarded_app } = self;
        writeln!(out, "{api}\n{http_api}\n{rest_api}\n{websocket_api}\n{appsync_api}\n{guarded_app}")
    }
}

fn file() -> PathBuf {
    emulator::folder().join("urls.json")
}
