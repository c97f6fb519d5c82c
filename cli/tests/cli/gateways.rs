//! API Gateway: an HTTP API and a REST API before the authorizer, beside the stack's own.

use serde_json::json;

use crate::server::Reply;

/// The authorizer.
pub const FUNCTION: &str = "arn:aws:lambda:eu-central-1:123456789012:function:latchkey-Authorizer-1X";

/// Some lists have two pages: nothing on the second may be missed.
pub fn gateway(path: &str, good: bool) -> Reply {
    let uri = format!("arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations");
    let origin = if good { "https://app.example.com" } else { "*" };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let is_second = query.contains("nextToken=2") || query.contains("position=2");
    let answer = match (path, is_second) {
        ("/v2/apis", _) => json!({ "items": [
            { "apiId": "latchkey-Api-1X", "name": "latchkey", "protocolType": "HTTP" },
            { "apiId": "notes", "name": "notes", "protocolType": "HTTP", "corsConfiguration": { "allowOrigins": [origin] } },
        ]}),
        ("/v2/apis/notes/authorizers", _) => json!({ "items": [{
            "authorizerId": "a1", "name": "Latchkey", "authorizerUri": uri, "authorizerResultTtlInSeconds": if good { 0 } else { 300 },
            "identitySource": ["$request.header.Authorization"],
            "authorizerPayloadFormatVersion": "2.0", "enableSimpleResponses": good,
        }]}),
        ("/v2/apis/notes/routes", false) => json!({ "nextToken": "2", "items": [
            { "routeKey": "GET /notes", "authorizerId": "a1" },
            { "routeKey": "GET /health" },
            { "routeKey": "GET /native", "authorizerId": "another" },
        ]}),
        ("/v2/apis/notes/routes", true) => json!({ "items": [{ "routeKey": "ANY /notes", "authorizerId": "a1" }] }),
        ("/restapis", _) => json!({ "item": [{ "id": "rest", "name": "old" }] }),
        ("/restapis/rest/authorizers", _) => {
            let kept = if good { json!(0) } else { json!(null) };
            let authorizer = |id: &str, kind: &str| json!({ "id": id, "name": "Latchkey", "type": kind, "authorizerUri": uri, "authorizerResultTtlInSeconds": kept });
            json!({ "item": [authorizer("a2", "REQUEST"), authorizer("a3", "TOKEN")] })
        }
        ("/restapis/rest/resources", false) => {
            json!({ "position": "2", "item": [{ "id": "live", "path": "/live/{name}", "resourceMethods": {
                "GET": { "httpMethod": "GET", "authorizerId": "a3" },
            }}]})
        }
        ("/restapis/rest/resources", true) if query.contains("embed=methods") => {
            json!({ "item": [{ "id": "old", "path": "/old", "resourceMethods": {
                "GET": { "httpMethod": "GET", "authorizerId": "a2", "methodIntegration": { "type": "AWS_PROXY" } },
                "OPTIONS": { "httpMethod": "OPTIONS", "authorizationType": "NONE", "methodIntegration": {
                    "type": "MOCK", "integrationResponses": { "200": { "statusCode": "200", "responseParameters": {
                        "method.response.header.Access-Control-Allow-Origin": format!("'{origin}'"),
                    }}},
                }},
            }}]})
        }
        ("/restapis/rest/gatewayresponses", _) => json!({ "item": [
            { "responseType": "DEFAULT_4XX", "defaultResponse": false, "responseParameters": {
                "gatewayresponse.header.Access-Control-Allow-Origin": format!("'{origin}'"),
            }},
            { "responseType": "UNAUTHORIZED", "defaultResponse": true, "responseParameters": {
                "gatewayresponse.header.Access-Control-Allow-Origin": format!("'{origin}'"),
            }},
        ]}),
        _ => json!({ "items": [] }),
    };
    Reply::json(200, answer)
}
