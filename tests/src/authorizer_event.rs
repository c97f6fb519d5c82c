//! What each kind of API asks a Lambda authorizer: the events of `events/`, in AWS's shape, with another credential.

use std::{fs, sync::OnceLock};

use serde_json::{Value, json};

use crate::local_dynamodb::workspace;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// HTTP API, payload 2.0, simple responses.
    HttpApi2,
    /// HTTP API, payload 1.0.
    HttpApi1,
    /// REST API, TOKEN.
    RestToken,
    /// REST API, REQUEST.
    RestRequest,
    /// WebSocket API.
    WebSocket,
    /// AppSync.
    AppSync,
}

/// All of them.
pub const KINDS: [Kind; 6] =
    [Kind::HttpApi2, Kind::HttpApi1, Kind::RestToken, Kind::RestRequest, Kind::WebSocket, Kind::AppSync];

impl Kind {
    /// The event of `events/` that is let in, of the stateless authorizer.
    fn file(self) -> &'static str {
        match self {
            Self::HttpApi2 => "authorizer_ok",
            Self::HttpApi1 => "authorizer_http-api-1",
            Self::RestToken => "authorizer_rest-token",
            Self::RestRequest => "authorizer_rest-request",
            Self::WebSocket => "authorizer_websocket",
            Self::AppSync => "authorizer_appsync",
        }
    }

    fn template(self) -> &'static Value {
        static EVENTS: [OnceLock<Value>; 6] = [const { OnceLock::new() }; 6];
        EVENTS[self as usize].get_or_init(|| {
            let path = workspace().join("events").join(self.file()).with_extension("json");
            let text = fs::read_to_string(path).expect("every kind has an event");
            serde_json::from_str(&text).expect("an event is JSON")
        })
    }

    /// The question about a request whose `Authorization` header was `authorization`.
    pub fn event(self, authorization: &str) -> Value {
        with_credential(self.template().clone(), authorization)
    }

    /// The question about a request with this bearer token.
    pub fn about(self, token: &str) -> Value {
        self.event(&format!("Bearer {token}"))
    }

    /// Whether the gateway calls the protected function after this outcome of an invocation.
    pub fn lets_in(self, outcome: &Result<Value, Value>) -> bool {
        let Ok(answer) = outcome else { return false };
        match self {
            Self::HttpApi2 | Self::AppSync => answer["isAuthorized"] == true,
            _ => answer["policyDocument"]["Statement"][0]["Effect"] == "Allow",
        }
    }

    /// Whether the outcome tells the gateway, in the words of this kind, that nobody is calling.
    pub fn is_denial(self, outcome: &Result<Value, Value>) -> bool {
        match (self, outcome) {
            (Self::HttpApi2, Ok(answer)) => *answer == json!({ "isAuthorized": false }),
            (Self::HttpApi1, Ok(answer)) => *answer == denying_policy(),
            (Self::AppSync, Ok(answer)) => {
                *answer == json!({ "isAuthorized": false, "deniedFields": [], "ttlOverride": 0 })
            }
            (Self::RestToken | Self::RestRequest | Self::WebSocket, Err(report)) => {
                report["errorMessage"] == "Unauthorized"
            }
            _ => false,
        }
    }
}

/// A policy about nobody that allows nothing.
fn denying_policy() -> Value {
    let statement = json!({ "Action": "execute-api:Invoke", "Effect": "Deny", "Resource": ["*"] });
    json!({ "principalId": "nobody", "policyDocument": { "Version": "2012-10-17", "Statement": [statement] } })
}

/// Puts a credential wherever the event of the file has its placeholder.
fn with_credential(mut event: Value, authorization: &str) -> Value {
    match &mut event {
        Value::String(text) if text.contains("{{access_token}}") => authorization.clone_into(text),
        Value::Array(list) => {
            for value in list {
                *value = with_credential(value.take(), authorization);
            }
        }
        Value::Object(members) => {
            for value in members.values_mut() {
                *value = with_credential(value.take(), authorization);
            }
        }
        _ => {}
    }
    event
}

/// The question of an HTTP API (payload 2.0) about a request with this bearer token.
pub fn about(token: &str) -> Value {
    Kind::HttpApi2.about(token)
}
