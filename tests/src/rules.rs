//! A small API with route rules, asked by each kind of gateway.

use serde_json::{Value, json};

use crate::{authorizer_event::Kind, policy};

/// The user of `Forge::claims`.
pub const OWN_ID: &str = "6d1e5f9a-0f0e-4b7d-9f53-2f6a1c0b9e11";

/// The kinds that ask about routes of paths.
pub const HTTP_KINDS: [Kind; 4] = [Kind::HttpApi2, Kind::HttpApi1, Kind::RestToken, Kind::RestRequest];

/// What every test of rules is about.
pub fn rules() -> Value {
    json!({ "routes": {
        "GET /": "authenticated",
        "GET /exp/{staff_id}": { "any_of": [{ "roles": ["admin"] }, { "subject": "staff_id" }] },
        "GET /notes": "authenticated",
        "GET /notes/{id}": "authenticated",
        "GET /notes/all": { "roles": ["admin", "auditor"] },
        "POST /notes": { "scopes": ["notes:write", "notes:read"] },
        "ANY /profile": "authenticated",
        "DELETE /profile": "deny",
        "GET /files/{path+}": { "scopes": ["files"] },
        "$connect": { "scopes": ["live"] },
        "$default": { "roles": ["admin"] },
        "AppSync": "authenticated",
        "Query.audit": { "roles": ["admin"] },
        "Mutation.addNote": { "scopes": ["notes:write"] },
    } })
}

/// A request as the gateway sees it: the method, the resource of the route that it chose, the path as the caller wrote it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a str,
    /// The resource, such as `/notes/{id}`.
    pub resource: &'a str,
    /// The path.
    pub path: &'a str,
    /// The one path parameter, if there is one.
    pub parameter: Option<(&'a str, &'a str)>,
}

impl<'a> Asked<'a> {
    /// A request whose resource is its path.
    pub fn plain(method: &'a str, path: &'a str) -> Self {
        Self { method, resource: path, path, parameter: None }
    }

    /// A request with a path parameter.
    pub fn with(method: &'a str, resource: &'a str, path: &'a str, name: &'a str, value: &'a str) -> Self {
        Self { method, resource, path, parameter: Some((name, value)) }
    }

    /// The ARN of the request.
    pub fn arn(&self, kind: Kind) -> String {
        let stage = if kind == Kind::HttpApi1 { "$default" } else { "prod" };
        format!("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/{stage}/{}{}", self.method, self.path)
    }

    /// The event of one kind about it.
    pub fn event(&self, kind: Kind, token: &str) -> Value {
        let mut event = kind.about(token);
        let parameters = self.parameter.map(|(name, value)| json!({ name: value })).unwrap_or_default();
        match kind {
            Kind::HttpApi2 => {
                // The API declares one route for all methods of this resource.
                let declared = if self.resource == "/profile" { "ANY" } else { self.method };
                event["routeKey"] = json!(format!("{declared} {}", self.resource));
                event["requestContext"]["http"]["method"] = json!(self.method);
                event["rawPath"] = json!(self.path);
                event["pathParameters"] = parameters;
            }
            Kind::RestToken => event["methodArn"] = json!(self.arn(kind)),
            _ => {
                event["methodArn"] = json!(self.arn(kind));
                event["resource"] = json!(self.resource);
                event["path"] = json!(self.path);
                event["httpMethod"] = json!(self.method);
                event["pathParameters"] = parameters;
                event["requestContext"]["resourcePath"] = json!(self.resource);
                event["requestContext"]["httpMethod"] = json!(self.method);
            }
        }
        event
    }

    /// Whether the gateway lets the request through after this answer: a policy is matched with its ARN.
    pub fn passes(&self, kind: Kind, outcome: &Result<Value, Value>) -> bool {
        let Ok(answer) = outcome else { return false };
        match kind {
            Kind::HttpApi2 => kind.lets_in(outcome),
            _ => policy::allows(&answer["policyDocument"], &self.arn(kind)),
        }
    }
}
