//! What a deployment is like, before anybody judges it.

mod apis;
pub mod checks;
mod read;
mod rules;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::keys::Rings;
pub use apis::{Api, Authorizer, Kind, Origin};

/// Something that was looked up, or in one line why it could not be.
pub type Fact<T> = Result<T, String>;

/// Everything that the checks of a stack look at.
#[derive(Debug)]
pub struct Deployment {
    /// The output `Issuer`.
    pub issuer: Option<String>,
    /// The issuer that was asked for its key set.
    pub asked: Option<String>,
    /// The key set that it published.
    pub published: Option<Value>,
    /// The parameter `Protect`: accounts and keys outlive the stack.
    pub protected: bool,
    /// The parameter `KeyRotationDays`.
    pub rotation_days: Option<i64>,
    /// By this machine's clock: seconds since 1970.
    pub now: i64,
    /// By logical id.
    pub tables: BTreeMap<String, Fact<Table>>,
    /// By logical id.
    pub functions: BTreeMap<String, Fact<Function>>,
    /// The key rings, as the function `rotate-keys` lists them.
    pub rings: Fact<Rings>,
    /// How many days logs are kept, by the name of the log group; none is for ever.
    pub retention: Fact<BTreeMap<String, Option<i32>>>,
    /// The stack's own API, and every API of the account and region that asks our authorizers.
    pub apis: Fact<Vec<Api>>,
}

/// A table's safety nets.
#[derive(Clone, Debug)]
pub struct Table {
    /// Expired items are deleted.
    pub expires: bool,
    /// It can be restored to any second of the last weeks.
    pub backed_up: bool,
    /// It cannot be deleted by mistake.
    pub protected: bool,
}

/// A function's surroundings.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Without version or alias.
    pub arn: String,
    /// Where it writes its log.
    pub log_group: String,
    /// Its settings.
    pub environment: BTreeMap<String, String>,
}

impl Deployment {
    /// The rules by which a function decides about routes, if there are any.
    fn rules(&self, function: &str) -> Option<&str> {
        self.setting(function, "LATCHKEY_RULES").filter(|rules| !rules.is_empty())
    }

    /// Whether a function looks whether sessions have ended.
    fn sees_endings(&self, function: &str) -> bool {
        function == "SessionAuthorizer" || self.setting(function, "LATCHKEY_REVOCATION") == Some("bounded")
    }

    fn setting(&self, function: &str, name: &str) -> Option<&str> {
        self.functions.get(function)?.as_ref().ok()?.environment.get(name).map(String::as_str)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::doctor::issuer::tests::{NOW, rsa};
    use serde_json::json;

    /// Rings as they are a day after a rotation.
    pub fn rings() -> Value {
        let day = 86_400;
        let key = |kind: &str, id: &str, state: &str, age: i64| json!({ "kind": kind, "id": id, "state": state, "created_at": NOW - age * day });
        let mut retired = key("sign", "k0", "retired", 61);
        retired["not_after"] = (NOW - day + 7200).into();
        let mut keys = vec![retired];
        for kind in ["sign", "seal", "pepper"] {
            keys.extend([key(kind, "k1", "active", 31), key(kind, "k2", "next", 1)]);
        }
        json!({ "keys": keys, "valid_from": 0 })
    }

    /// An HTTP API as docs and examples attach it.
    pub fn api() -> Api {
        let authorizer = Authorizer {
            name: "Latchkey".to_owned(),
            function: "Authorizer".to_owned(),
            kept: 0,
            identity_sources: vec!["$request.header.Authorization".to_owned()],
            payload_format: Some("2.0".to_owned()),
            simple_responses: true,
            names_no_route: false,
            routes: Ok(vec!["GET /notes".to_owned()]),
        };
        Api { name: "notes".to_owned(), kind: Kind::Http, origins: Ok(Vec::new()), authorizers: vec![authorizer] }
    }

    /// A deployment that no check finds anything about.
    pub fn in_order() -> Deployment {
        let keys = json!({ "keys": [rsa("k1"), rsa("k2")] });
        let function = |name: &str| Function {
            arn: format!("arn:aws:lambda:eu-central-1:1:function:{name}"),
            log_group: format!("/aws/lambda/latchkey-{name}"),
            environment: BTreeMap::from([("LATCHKEY_JWKS".to_owned(), keys.to_string())]),
        };
        let functions = ["Authorizer", "SessionAuthorizer", "Login"];
        let table = Table { expires: true, backed_up: true, protected: true };
        Deployment {
            issuer: Some("https://auth.example.com".to_owned()),
            asked: Some("https://auth.example.com".to_owned()),
            published: Some(keys.clone()),
            protected: true,
            rotation_days: Some(30),
            now: NOW,
            tables: ["Users", "Sessions", "Ephemera"].map(|name| (name.to_owned(), Ok(table.clone()))).into(),
            functions: functions.map(|name| (name.to_owned(), Ok(function(name)))).into(),
            rings: Ok(Rings::read(&rings()).unwrap()),
            retention: Ok(functions.map(|name| (format!("/aws/lambda/latchkey-{name}"), Some(30))).into()),
            apis: Ok(vec![api()]),
        }
    }

    /// The same deployment with its one API changed.
    pub fn with_api(change: impl FnOnce(&mut Api)) -> Deployment {
        let mut api = api();
        change(&mut api);
        Deployment { apis: Ok(vec![api]), ..in_order() }
    }

    /// The same deployment with rules for the routes.
    pub fn with_rules(deployment: Deployment) -> Deployment {
        with_setting("LATCHKEY_RULES", r#"{"routes":{"GET /notes":"authenticated"}}"#, deployment)
    }

    /// The same with a setting of every function.
    pub fn with_setting(name: &str, value: &str, mut deployment: Deployment) -> Deployment {
        for function in deployment.functions.values_mut().flatten() {
            function.environment.insert(name.to_owned(), value.to_owned());
        }
        deployment
    }
}
