//! What API Gateway asks a Lambda authorizer of an HTTP API (payload 2.0, type REQUEST).

use serde_json::{Value, json};

use crate::exchange::Call;

const ROUTE: &str = "GET /notes";

/// The question about a request whose `Authorization` header, the one declared identity source, was `authorization`.
pub fn authorizer_event(authorization: &str) -> Value {
    let call = Call::get("/notes").header("authorization", authorization);
    json!({
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/$default/GET/notes",
        "identitySource": [authorization],
        "routeKey": ROUTE,
        "rawPath": call.path,
        "rawQueryString": call.query,
        "headers": call.headers,
        "requestContext": call.request_context(ROUTE),
    })
}

/// The question about a request with this bearer token.
pub fn about(token: &str) -> Value {
    authorizer_event(&format!("Bearer {token}"))
}
