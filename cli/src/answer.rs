//! What a function answered: JSON, or a problem in it, or something that is neither.

use std::fmt;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// The function understood and refused (RFC 9457).
#[derive(Debug, Deserialize)]
pub struct Problem {
    title: String,
    detail: Option<String>,
    /// What is wrong with single members of the payload.
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Debug, Deserialize)]
struct Fault {
    pointer: String,
    detail: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        self.detail.iter().try_for_each(|detail| write!(f, " {detail}"))?;
        self.errors.iter().try_for_each(|Fault { pointer, detail }| write!(f, " {pointer} {detail}."))
    }
}

impl std::error::Error for Problem {}

/// Reads an answer; prints it with `json`, a problem too.
///
/// # Errors
/// [`Problem`], when there is one in it; another error when it is no JSON.
pub fn read(payload: &[u8], json: bool) -> Result<Value> {
    let answer: Value = serde_json::from_slice(payload).context("the function's answer is not JSON")?;
    if json {
        println!("{}", escaped(&serde_json::to_string_pretty(&answer)?));
    }
    match answer.get("problem") {
        None => Ok(answer),
        Some(problem) => {
            let problem = Problem::deserialize(problem).context("the function answers a problem without a title")?;
            Err(problem.into())
        }
    }
}

/// The same JSON without characters that a terminal might obey: serde escapes those below U+0020 only. Outside of its strings
/// JSON has none of them.
fn escaped(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut text, character| {
        match u32::from(character) {
            code @ (0x7f..=0x9f | 0x200e..=0x200f | 0x2028..=0x202e | 0x2066..=0x2069) => {
                text.push_str(&format!("\\u{code:04x}"));
            }
            _ => text.push(character),
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_an_error_with_title_and_detail() {
        let payload = br#"{"problem":{"type":"urn:latchkey:problem:not-found","title":"No such user.","status":404}}"#;
        assert_eq!(read(payload, false).unwrap_err().downcast::<Problem>().unwrap().to_string(), "No such user.");
        let payload = br#"{"problem":{"title":"Not yet.","detail":"The next key is 5 minutes old."}}"#;
        assert_eq!(read(payload, false).unwrap_err().to_string(), "Not yet. The next key is 5 minutes old.");
        let payload =
            br#"{"problem":{"title":"Not acceptable.","errors":[{"pointer":"/id","detail":"says which key"}]}}"#;
        assert_eq!(read(payload, false).unwrap_err().to_string(), "Not acceptable. /id says which key.");
    }

    #[test]
    fn an_answer_is_given_as_it_is_and_what_is_none_is_refused() {
        assert_eq!(read(br#"{"ended":3}"#, false).unwrap()["ended"], 3);
        for payload in [&b""[..], b"garbage", b"\xff\xfe", br#"{"problem":5}"#, br#"{"problem":{"title":5}}"#] {
            assert!(read(payload, false).unwrap_err().downcast_ref::<Problem>().is_none(), "{payload:?}");
        }
    }

    #[test]
    fn printed_json_holds_nothing_that_a_terminal_obeys_and_means_the_same() {
        let answer = Value::String("\u{9b}2J \u{202e} \u{7f} ä 漢".to_owned());
        let json = escaped(&answer.to_string());
        assert_eq!(json, r#""\u009b2J \u202e \u007f ä 漢""#);
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), answer);
    }
}
