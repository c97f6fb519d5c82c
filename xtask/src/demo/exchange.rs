//! One request and its answer, printed.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// No answer takes longer, not even the first one of a function.
const LIMIT: Duration = Duration::from_secs(40);
/// A body is shown up to here; the rest is for machines.
const SHOWN: usize = 300;
/// Longer strings are tokens: the beginning tells them apart.
const TOKEN: usize = 40;

/// Where requests go.
pub struct Server {
    url: String,
    agent: ureq::Agent,
}

/// What goes out.
#[derive(Default)]
pub struct Request<'a> {
    /// GET, POST, …
    pub method: &'a str,
    /// From the first slash on.
    pub path: &'a str,
    /// For `Authorization: Bearer`.
    pub bearer: Option<&'a str>,
    /// JSON.
    pub body: Option<Value>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body; null where there is none.
    pub body: Value,
}

impl Server {
    /// A server at `url`, which has no trailing slash.
    pub fn at(url: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LIMIT));
        Self { url: url.to_owned(), agent: config.build().into() }
    }

    /// Sends, prints both directions, and fails on another status than `expected`; `meaning` says what it shows.
    pub fn exchange(&self, request: &Request<'_>, expected: u16, meaning: &str) -> Result<Answer> {
        println!("\n  {} {}", request.method, request.path);
        if let Some(token) = request.bearer {
            println!("    authorization: Bearer {}", shorten(token));
        }
        if let Some(body) = &request.body {
            println!("    {}", shown(body));
        }
        let answer = self.send(request)?;
        println!("  {} {}", answer.status, shown(&answer.body));
        if answer.status != expected {
            bail!("{} {} answered {}, expected {expected}: {meaning}", request.method, request.path, answer.status);
        }
        println!("  -> {meaning}");
        Ok(answer)
    }

    /// Sends, and prints nothing.
    pub fn send(&self, request: &Request<'_>) -> Result<Answer> {
        self.answer(request).with_context(|| format!("{}{} does not answer", self.url, request.path))
    }

    fn answer(&self, request: &Request<'_>) -> Result<Answer> {
        let body = request.body.as_ref().map(Value::to_string).unwrap_or_default();
        let mut message =
            ureq::http::Request::builder().method(request.method).uri(format!("{}{}", self.url, request.path));
        if let Some(token) = request.bearer {
            message = message.header("authorization", format!("Bearer {token}"));
        }
        if request.body.is_some() {
            message = message.header("content-type", "application/json");
        }
        let mut response = self.agent.run(message.body(body)?)?;
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string()?;
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }
}

impl Answer {
    /// The text at a JSON pointer.
    pub fn text(&self, pointer: &str) -> Result<String> {
        let value = self.body.pointer(pointer).and_then(Value::as_str);
        value.map(str::to_owned).with_context(|| format!("the answer has no {pointer}"))
    }
}

fn shown(body: &Value) -> String {
    let text = match body {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => shortened(other).to_string(),
    };
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain("…".chars()).collect() }
}

fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(shorten(text)),
        Value::Array(items) => items.iter().map(shortened).collect(),
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), shortened(field))).collect(),
        other => other.clone(),
    }
}

/// Words of a sentence are never that long, tokens always are. Tokens of one user begin alike, so the end is shown as well.
fn shorten(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        match (word.chars().count(), word.get(..4), word.get(word.len().saturating_sub(6)..)) {
            (TOKEN.., Some(head), Some(tail)) => format!("{head}…{tail}"),
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tokens_are_shortened_wherever_they_are_and_words_are_not() {
        let token = format!("lkr_{}abcdef", "x".repeat(60));
        let sentence = "a sentence of more than forty characters stays whole";
        assert_eq!(
            shown(&json!({ "a": [{ "token": token }], "title": sentence })),
            format!("{{\"a\":[{{\"token\":\"lkr_…abcdef\"}}],\"title\":\"{sentence}\"}}")
        );
    }
}
