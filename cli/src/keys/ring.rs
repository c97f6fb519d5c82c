//! What `rotate-keys` says about the rings, and how it is shown.

use std::fmt;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::table::table;
use crate::time;

/// The keys of the three rings. Times are whole seconds since 1970.
#[derive(Debug, Deserialize)]
pub struct Rings {
    /// In the order the function gives them.
    pub keys: Vec<Key>,
    /// Sessions that began before are refused; 0 until a recovery moves it.
    pub valid_from: i64,
    /// Whether this call changed anything.
    #[serde(default)]
    pub changed: bool,
}

/// One key, without its secret.
#[derive(Clone, Debug, Deserialize)]
pub struct Key {
    /// `sign`, `seal` or `pepper`.
    pub kind: String,
    /// A kid, or a number.
    pub id: String,
    /// `next`, `active` or `retired`.
    pub state: String,
    /// Of sign keys.
    #[serde(default)]
    pub algorithm: Option<String>,
    /// When it was drawn.
    pub created_at: i64,
    /// From when on it is refused, once that is decided.
    #[serde(default)]
    pub not_after: Option<i64>,
}

impl Rings {
    /// Reads the function's answer.
    ///
    /// # Errors
    /// When it is another function's.
    pub fn read(answer: &Value) -> Result<Self> {
        Self::deserialize(answer).context("the function's answer is not about keys")
    }
}

impl fmt::Display for Rings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.keys.iter().map(|key| {
            let algorithm = key.algorithm.clone().unwrap_or_else(|| "-".to_owned());
            let until = key.not_after.map_or_else(|| "-".to_owned(), time::text);
            [key.kind.clone(), key.id.clone(), key.state.clone(), algorithm, time::text(key.created_at), until]
        });
        f.write_str(&table(["kind", "id", "state", "algorithm", "created", "refused from"], rows.collect()))?;
        if self.valid_from > 0 {
            writeln!(f, "sessions that began before {} are refused", time::text(self.valid_from))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rings_are_shown_with_times_that_people_read() {
        let answer = json!({ "keys": [
            { "kind": "sign", "id": "kid1", "state": "retired", "algorithm": "RS256", "created_at": 1_767_225_600, "not_after": 1_767_232_800 },
            { "kind": "pepper", "id": "2", "state": "active", "created_at": 1_767_225_600 },
        ], "valid_from": 1_767_225_600, "changed": true });
        let expected = "\
KIND    ID    STATE    ALGORITHM  CREATED               REFUSED FROM
sign    kid1  retired  RS256      2026-01-01T00:00:00Z  2026-01-01T02:00:00Z
pepper  2     active   -          2026-01-01T00:00:00Z  -
sessions that began before 2026-01-01T00:00:00Z are refused
";
        assert_eq!(Rings::read(&answer).unwrap().to_string(), expected);
    }

    #[test]
    fn an_answer_about_something_else_is_refused() {
        for answer in
            [json!({}), json!([]), json!({ "keys": {} }), json!({ "keys": [{ "kind": "sign" }], "valid_from": 0 })]
        {
            assert!(Rings::read(&answer).is_err(), "{answer}");
        }
    }
}
