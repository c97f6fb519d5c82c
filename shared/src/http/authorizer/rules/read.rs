//! Reads `LATCHKEY_RULES`. Whatever is not understood stops the function at start: a misspelt rule must not silently be none.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use super::{Name, Rule, Rules};
use crate::config::{ConfigError, Env};

const VARIABLE: &str = "LATCHKEY_RULES";

/// The setting as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default = "deny")]
    default: Written,
    routes: Members,
}

fn deny() -> Written {
    Written::Word(Word::Deny)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Word(Word),
    Demands(Demands),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Deny,
    Authenticated,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Demands {
    scopes: Option<Vec<String>>,
    roles: Option<Vec<String>>,
    subject: Option<String>,
    any_of: Option<Vec<Written>>,
}

/// An object in its order, with members that are there twice.
struct Members(Vec<(String, Written)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of rules")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Self::Value, M::Error> {
        let mut list = Vec::new();
        while let Some(member) = members.next_entry()? {
            list.push(member);
        }
        Ok(Members(list))
    }
}

impl Rules {
    /// Reads `LATCHKEY_RULES`; without it every proven caller may use every route.
    ///
    /// # Errors
    /// [`ConfigError`] when it is not understood, with the place and never the text.
    pub fn from_env(env: &Env) -> Result<Option<Self>, ConfigError> {
        env.get(VARIABLE).map(Self::parse).transpose()
    }

    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        let document: Document = serde_json::from_str(text).map_err(|error| malformed(&error))?;
        let default = document.default.into_rule().and_then(without_subject);
        let mut rules = Self { default: default.map_err(|problem| at("the default", problem))?, routes: Vec::new() };
        for (index, (key, rule)) in document.routes.0.into_iter().enumerate() {
            let result = rules.add(&key, rule);
            result.map_err(|problem| at(&format!("route {}", index + 1), problem))?;
        }
        Ok(rules)
    }

    fn add(&mut self, key: &str, rule: Written) -> Result<(), &'static str> {
        let name =
            Name::parse(key).ok_or("is none: \"GET /path/{name}\", $connect, $default, AppSync or Type.field")?;
        if self.routes.iter().any(|(other, _)| other.is_like(&name)) {
            return Err("cannot be told from one before it");
        }
        let rule = rule.into_rule()?;
        if !rule.parameters().into_iter().all(|parameter| name.has_parameter(parameter)) {
            return Err("has no path parameter of the name that \"subject\" gives");
        }
        self.routes.push((name, rule));
        Ok(())
    }
}

/// A route that is not named has no parameters that a rule could know.
fn without_subject(rule: Rule) -> Result<Rule, &'static str> {
    if rule.parameters().is_empty() { Ok(rule) } else { Err("has no path parameters, so no \"subject\"") }
}

fn at(place: &str, problem: &str) -> ConfigError {
    ConfigError::new(VARIABLE, format!("is not usable: {place} {problem}"))
}

/// serde's own text would quote values.
fn malformed(error: &serde_json::Error) -> ConfigError {
    let problem = "must be the JSON that docs/API.md describes under \"Route rules\": it is no JSON, or a member is unknown, \
                   missing, doubled or of the wrong type";
    ConfigError::new(VARIABLE, format!("{problem}, before line {} column {}", error.line(), error.column()))
}

impl Written {
    fn into_rule(self) -> Result<Rule, &'static str> {
        let demands = match self {
            Self::Word(Word::Deny) => return Ok(Rule::Deny),
            Self::Word(Word::Authenticated) => return Ok(Rule::Authenticated),
            Self::Demands(demands) => demands,
        };
        let any_of = demands.any_of.map(|rules| rules.into_iter().map(Self::into_rule).collect()).transpose()?;
        let (scopes, roles) = (words(demands.scopes)?, words(demands.roles)?);
        let is_empty = scopes.is_none() && roles.is_none() && demands.subject.is_none() && any_of.is_none();
        if is_empty || any_of.as_ref().is_some_and(Vec::is_empty) {
            return Err("asks for nothing: say \"authenticated\" for every caller");
        }
        Ok(Rule::Demands {
            scopes: scopes.unwrap_or_default(),
            roles: roles.unwrap_or_default(),
            subject: demands.subject,
            any_of: any_of.unwrap_or_default(),
        })
    }
}

/// A list of words, if there is one: not empty, none of them empty or of several words.
fn words(list: Option<Vec<String>>) -> Result<Option<Vec<String>>, &'static str> {
    let is_word = |text: &String| !text.is_empty() && !text.contains(char::is_whitespace);
    match list {
        Some(words) if words.is_empty() || !words.iter().all(is_word) => {
            Err("has scopes or roles that are not words, or none at all")
        }
        list => Ok(list),
    }
}
