//! The contract, `openapi.json`: served as it is, and asked which paths and methods exist.

use latchkey::error::Error;
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("openapi.json");

/// The members of a path item that are not methods (OpenAPI 3.1, section 4.8.9).
const NOT_METHODS: [&str; 5] = ["parameters", "summary", "description", "servers", "$ref"];

/// The contract of one deployment.
pub(crate) struct Contract {
    document: String,
    paths: Vec<(String, Vec<String>)>,
}

impl Contract {
    /// The contract that this function was built with, for the server at `issuer`.
    pub(crate) fn embedded(issuer: &str) -> Result<Self, serde_json::Error> {
        let mut document: Value = serde_json::from_str(DOCUMENT)?;
        document["servers"] = json!([{ "url": issuer }]);
        let paths = document["paths"].as_object().into_iter().flatten();
        let paths = paths.map(|(path, item)| (path.clone(), methods(item))).collect();
        Ok(Self { document: document.to_string(), paths })
    }

    pub(crate) fn document(&self) -> &str {
        &self.document
    }

    /// Why a request that no function answers is refused: the path is unknown, or knows other methods.
    pub(crate) fn refuse(&self, path: &str) -> Error {
        match self.paths.iter().find(|(template, _)| matches(template, path)) {
            Some((_, methods)) => Error::MethodNotAllowed { allow: methods.join(", ") },
            None => Error::NotFound,
        }
    }
}

fn methods(item: &Value) -> Vec<String> {
    let members = item.as_object().into_iter().flatten().map(|(name, _)| name);
    members.filter(|name| !NOT_METHODS.contains(&name.as_str())).map(|name| name.to_uppercase()).collect()
}

fn matches(template: &str, path: &str) -> bool {
    let (mut expected, mut actual) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return true,
            (Some(part), Some(text)) if part == text || (part.starts_with('{') && !text.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_paths_and_wrong_methods_are_told_apart() {
        let contract = Contract::embedded("https://auth.example.com").unwrap();
        assert!(matches!(contract.refuse("/auth/login"), Error::MethodNotAllowed { allow } if allow == "GET, POST"));
        assert!(matches!(contract.refuse("/auth/sessions/x"), Error::MethodNotAllowed { allow } if allow == "DELETE"));
        for path in ["/", "/auth/sessions/", "/auth/sessions/a/b", "/auth/Login", "//auth/login", "/auth/login/"] {
            assert!(matches!(contract.refuse(path), Error::NotFound), "{path}");
        }
    }

    #[test]
    fn the_served_contract_names_the_deployment() {
        let contract = Contract::embedded("https://auth.example.com").unwrap();
        let document: Value = serde_json::from_str(contract.document()).unwrap();
        assert_eq!(document["servers"][0]["url"], "https://auth.example.com");
    }
}
