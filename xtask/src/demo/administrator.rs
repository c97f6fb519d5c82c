//! An administrator, who invokes the function `admin` where functions can be invoked directly.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::exchange::{Answer, Request, Server};

/// Somebody who may invoke it.
pub struct Administrator {
    invoke: Server,
    path: String,
}

impl Administrator {
    /// The function called `name` at `url`, or none if nobody but IAM leads there: a deployed API answers 404.
    pub fn find(url: &str, name: &str) -> Result<Option<Self>> {
        let found = Self { invoke: Server::at(url), path: format!("/2015-03-31/functions/{name}/invocations") };
        let probe = found.invoke.send(&found.request(json!({})))?;
        Ok((probe.status == 200 && probe.body["problem"].is_object()).then_some(found))
    }

    /// Does `action` to the user that `members` say, and fails on anything but success.
    pub fn does(&self, action: &str, mut members: Value, meaning: &str) -> Result<Answer> {
        members["action"] = json!(action);
        members["actor"] = json!("grace");
        members["reason"] = json!("to show it");
        let answer = self.invoke.exchange(&self.request(members), 200, meaning)?;
        ensure!(answer.body.get("problem").is_none(), "{action} is refused: {meaning}");
        Ok(answer)
    }

    fn request(&self, payload: Value) -> Request<'_> {
        Request { method: "POST", path: &self.path, bearer: None, body: Some(payload) }
    }
}
