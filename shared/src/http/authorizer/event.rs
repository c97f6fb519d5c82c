//! What asks the authorizers, read once and told apart. Sources of the shapes:
//!
//! - HTTP API, payloads 2.0 and 1.0:
//!   <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>
//! - REST API, TOKEN and REQUEST:
//!   <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html>
//! - WebSocket API:
//!   <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html>
//! - AppSync: <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html>

use std::fmt;

use serde::Deserialize;

use super::{
    headers::Headers,
    text::{Pairs, Text, Texts},
};
use crate::error::Refusal;

/// Who asks, and so in which form the answer has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// HTTP API, payload 2.0, simple responses on: the event does not say whether they are.
    HttpApi2,
    /// HTTP API, payload 1.0.
    HttpApi1,
    /// REST API, type TOKEN.
    RestToken,
    /// REST API, type REQUEST.
    RestRequest,
    /// WebSocket API, route `$connect`: the only one with an authorizer.
    WebSocket,
    /// AppSync, GraphQL.
    AppSync,
}

/// The members of all kinds that decide something. Everything else in an event is the caller's and is not even looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event<'a> {
    #[serde(borrow)]
    version: Option<Text<'a>>,
    #[serde(borrow)]
    r#type: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) identity_source: Option<Texts<'a>>,
    #[serde(borrow)]
    pub(super) authorization_token: Option<Text<'a>>,
    #[serde(borrow)]
    route_key: Option<Text<'a>>,
    #[serde(borrow)]
    method_arn: Option<Text<'a>>,
    #[serde(borrow, alias = "requestHeaders")]
    pub(super) headers: Option<Headers<'a>>,
    #[serde(borrow)]
    pub(super) multi_value_headers: Option<Headers<'a>>,
    #[serde(borrow)]
    pub(super) cookies: Option<Texts<'a>>,
    #[serde(borrow)]
    path_parameters: Option<Pairs<'a>>,
    #[serde(borrow, default)]
    request_context: RequestContext<'a>,
}

/// What the gateway says about the request, of all kinds.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    #[serde(borrow)]
    api_id: Option<Text<'a>>,
    #[serde(borrow)]
    route_key: Option<Text<'a>>,
    #[serde(borrow)]
    event_type: Option<Text<'a>>,
    #[serde(borrow)]
    connection_id: Option<Text<'a>>,
    #[serde(borrow)]
    resource_path: Option<Text<'a>>,
    #[serde(borrow)]
    http_method: Option<Text<'a>>,
    #[serde(borrow, default)]
    http: Http<'a>,
}

/// The same of HTTP APIs, payload 2.0.
#[derive(Default, Deserialize)]
struct Http<'a> {
    #[serde(borrow)]
    method: Option<Text<'a>>,
}

/// The route that the gateway chose: never the path, which the caller wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Route<'a> {
    /// `GET`, or `ANY` where an API declares it so; empty for names that have none, such as `$connect`.
    pub(super) method: &'a str,
    /// `/notes/{id}`, `$connect`, `$default`, `AppSync`.
    pub(super) resource: &'a str,
}

impl<'a> Route<'a> {
    /// Reads `GET /notes/{id}` or `$default`.
    pub(super) fn parse(key: &'a str) -> Self {
        let (method, resource) = key.split_once(' ').unwrap_or(("", key));
        Self { method, resource }
    }
}

impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.method.is_empty() { "" } else { " " };
        write!(f, "{}{space}{}", self.method, self.resource)
    }
}

impl<'a> Event<'a> {
    /// Reads an event of any kind.
    pub(super) fn read(event: &'a [u8]) -> Result<Self, Refusal> {
        const NOT_UNDERSTOOD: Refusal = Refusal("event not understood");
        // As text: serde would not look at the encoding of what it ignores, and would take a list of the values for the object.
        let event = std::str::from_utf8(event).map_err(|_| NOT_UNDERSTOOD)?;
        if !event.trim_ascii_start().starts_with('{') {
            return Err(NOT_UNDERSTOOD);
        }
        serde_json::from_str(event).map_err(|_| NOT_UNDERSTOOD)
    }

    /// Tells the kinds apart. What is a little of one and a little of another is none.
    pub(super) fn kind(&self) -> Option<Kind> {
        let context = &self.request_context;
        let is_app_sync = context.api_id.is_some() && self.authorization_token.is_some() && self.method_arn.is_none();
        let is_socket = context.connection_id.is_some() || context.event_type.is_some();
        match (self.r#type.as_deref(), self.version.as_deref()) {
            (Some("REQUEST"), Some("2.0")) if self.method_arn.is_none() => Some(Kind::HttpApi2),
            (Some("REQUEST"), Some("1.0")) if self.method_arn.is_some() => Some(Kind::HttpApi1),
            (Some("REQUEST"), None) if is_socket => self.as_connect(),
            (Some("REQUEST"), None) if self.method_arn.is_some() => Some(Kind::RestRequest),
            (Some("TOKEN"), None) if self.method_arn.is_some() => Some(Kind::RestToken),
            (None, None) if is_app_sync => Some(Kind::AppSync),
            _ => None,
        }
    }

    /// A WebSocket API asks for `$connect` and nothing else.
    fn as_connect(&self) -> Option<Kind> {
        let context = &self.request_context;
        let connects = context.event_type.as_deref() == Some("CONNECT")
            && context.route_key.as_deref() == Some("$connect")
            && context.connection_id.is_some();
        connects.then_some(Kind::WebSocket)
    }

    /// The route as the API declares it; a TOKEN event names none.
    pub(super) fn declared_route(&self, kind: Kind) -> Option<Route<'_>> {
        let context = &self.request_context;
        let of_resource = || {
            let (method, resource) = (context.http_method.as_deref()?, context.resource_path.as_deref()?);
            Some(Route { method, resource })
        };
        match kind {
            Kind::HttpApi2 => self.route_key.as_deref().map(Route::parse),
            Kind::HttpApi1 => context.route_key.as_deref().map(Route::parse).or_else(of_resource),
            Kind::RestRequest => of_resource(),
            Kind::RestToken => None,
            Kind::WebSocket => Some(Route::parse("$connect")),
            Kind::AppSync => Some(Route::parse("AppSync")),
        }
    }

    /// The route with the method of the request, also where the API declares it for any.
    pub(super) fn route(&self, kind: Kind) -> Option<Route<'_>> {
        let declared = self.declared_route(kind)?;
        if declared.method != "ANY" {
            return Some(declared);
        }
        let context = &self.request_context;
        let method = if kind == Kind::HttpApi2 { &context.http.method } else { &context.http_method };
        Some(Route { method: method.as_deref()?, ..declared })
    }

    /// The value of a path parameter, as the gateway read it from the path.
    pub(super) fn path_parameter(&self, name: &str) -> Option<&str> {
        self.path_parameters.as_ref()?.get(name)
    }

    /// The ARN of the request, for kinds that are answered with a policy.
    pub(super) fn method_arn(&self) -> &str {
        self.method_arn.as_deref().unwrap_or_default()
    }
}
