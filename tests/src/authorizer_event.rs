//! What API Gateway asks a Lambda authorizer of an HTTP API (payload 2.0, type REQUEST).

use serde_json::{Value, json};

/// The question about a request whose `Authorization` header, the one declared identity source, was `authorization`.
pub fn authorizer_event(authorization: &str) -> Value {
    json!({
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/$default/GET/notes",
        "identitySource": [authorization],
        "routeKey": "GET /notes",
        "rawPath": "/notes",
        "rawQueryString": "",
        "headers": { "authorization": authorization, "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": "abcdef1234.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abcdef1234",
            "http": {
                "method": "GET",
                "path": "/notes",
                "protocol": "HTTP/1.1",
                "sourceIp": "198.51.100.7",
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64)"
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "GET /notes",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1_583_348_638_390_u64
        }
    })
}

/// The question about a request with this bearer token.
pub fn about(token: &str) -> Value {
    authorizer_event(&format!("Bearer {token}"))
}
