//! The environment of a function, as a value.

use std::{collections::BTreeMap, ffi::OsString, fmt::Display, ops::RangeInclusive, str::FromStr};

use super::NAMES;

/// A setting that is wrong, in one sentence. Never quotes the value.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {problem}")]
pub struct ConfigError {
    name: String,
    problem: String,
}

/// A function that cannot start prints its error by `Debug`: the sentence, for whoever reads the log.
impl std::fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl ConfigError {
    /// Says what is wrong with the variable `name`, such as "must be a URL".
    pub fn new(name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { name: name.into(), problem: problem.into() }
    }
}

/// Environment variables.
#[derive(Clone)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// The environment of this process.
    ///
    /// # Errors
    /// [`ConfigError`] for a `LATCHKEY_` variable that does not exist.
    pub fn from_process() -> Result<Self, ConfigError> {
        // A value that is no text becomes one that no setting accepts.
        let text = |text: OsString| text.to_string_lossy().into_owned();
        Self::new(std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    /// The environment of these variables; an empty value counts as absent.
    ///
    /// # Errors
    /// [`ConfigError`] for a `LATCHKEY_` variable that does not exist.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let variables: BTreeMap<_, _> = variables.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let unknown = |name: &&String| name.starts_with("LATCHKEY_") && !NAMES.contains(&name.as_str());
        match variables.keys().find(unknown) {
            Some(name) => {
                Err(ConfigError::new(name, "is not a setting of Latchkey: remove it or correct its spelling"))
            }
            None => Ok(Self(variables)),
        }
    }

    /// The value of `name`, if it is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of `name`.
    ///
    /// # Errors
    /// [`ConfigError`] when it is not set.
    pub fn required(&self, name: &str) -> Result<&str, ConfigError> {
        self.get(name).ok_or_else(|| ConfigError::new(name, "is not set and has no default"))
    }

    /// The value of `name`, or a default.
    pub fn text<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.get(name).unwrap_or(default)
    }

    /// The value of `name` as a whole number within bounds, or a default.
    ///
    /// # Errors
    /// [`ConfigError`] when it is no number or out of bounds.
    pub fn number<N: FromStr + PartialOrd + Display>(
        &self,
        name: &str,
        default: N,
        bounds: RangeInclusive<N>,
    ) -> Result<N, ConfigError> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.ok_or_else(|| {
            ConfigError::new(name, format!("must be a whole number from {} to {}", bounds.start(), bounds.end()))
        })
    }
}
