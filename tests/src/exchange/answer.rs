//! An answer, and how a test reads it.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

/// A response, whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Every header; several of one name are joined by a line break.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The answer that a function gives to the gateway, payload 2.0.
    pub fn from_gateway(response: &Value) -> Self {
        let status = response["statusCode"].as_u64().and_then(|status| status.try_into().ok()).unwrap_or_default();
        let headers = response["headers"].as_object().into_iter().flatten();
        let headers =
            headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
        let cookies = response["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let cookies: Vec<_> = cookies.collect();
        let mut headers: BTreeMap<String, String> = headers;
        if !cookies.is_empty() {
            headers.insert("set-cookie".to_owned(), cookies.join("\n"));
        }
        let body = response["body"].as_str().unwrap_or_default().to_owned();
        Self { status, headers, body }
    }

    /// The body as JSON, `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A text in the body.
    pub fn text(&self, pointer: &str) -> String {
        self.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// What a browser would do with the session cookie: keep this value, or forget it (`Some("")`); `None` when it is not told.
    pub fn cookie(&self) -> Option<String> {
        let set = self.headers.get("set-cookie")?.strip_prefix("__Host-latchkey=")?;
        set.split(';').next().map(str::to_owned)
    }

    /// The last part of the problem's type.
    pub fn problem(&self) -> String {
        self.text("/type").rsplit(':').next().unwrap_or_default().to_owned()
    }
}

/// The whole answer as one text: status, headers, body; what differs from run to run is replaced by its kind.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {}", without_cookie(value))?;
        }
        match serde_json::from_str(&self.body) {
            Ok(body) => write!(f, "\n{:#}", redacted(body)),
            Err(_) if self.body.is_empty() => Ok(()),
            Err(_) => write!(f, "\n{}", self.body),
        }
    }
}

/// Like `Display`, so that a failed assertion shows no token.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A header without the value of a cookie that it sets.
fn without_cookie(value: &str) -> String {
    match value.split_once("__Host-latchkey=eyJ") {
        Some((before, after)) => {
            let attributes = after.split_once(';').map_or("", |(_, attributes)| attributes);
            format!("{before}__Host-latchkey=[cookie];{attributes}")
        }
        None => value.to_owned(),
    }
}

fn redacted(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, redacted(value))).collect(),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::String(text) => kind(&text).map_or(Value::String(text), Value::from),
        other => other,
    }
}

fn kind(text: &str) -> Option<&'static str> {
    let is_uuid = text.len() == 36 && [8, 13, 18, 23].iter().all(|at| text.as_bytes().get(*at) == Some(&b'-'));
    match text {
        _ if is_uuid => Some("[id]"),
        _ if text.starts_with("lkr_") => Some("[refresh token]"),
        _ if text.starts_with("lks_") => Some("[session token]"),
        _ if text.starts_with("eyJ") && text.split('.').count() == 3 => Some("[access token]"),
        _ if text.starts_with("person-") && text.contains('@') => Some("[email]"),
        _ => None,
    }
}
