//! The doctor, in front of a whole account: what it reads is what AWS says.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::aws::stack;
use crate::doctor::{in_order as issuer, key, now};
use crate::gateways::{FUNCTION, gateway};
use crate::server::{Reply, Request, Server};

const RESOURCES: [(&str, &str); 6] = [
    ("Users", "AWS::DynamoDB::Table"),
    ("Sessions", "AWS::DynamoDB::Table"),
    ("Ephemera", "AWS::DynamoDB::Table"),
    ("Authorizer", "AWS::Lambda::Function"),
    ("RotateKeys", "AWS::Lambda::Function"),
    ("Api", "AWS::ApiGatewayV2::Api"),
];

/// Whether everything in the account is as it should be, or nothing is.
#[derive(Clone, Copy, PartialEq)]
enum Health {
    Good,
    Bad,
}

fn account(health: Health) -> Server {
    Server::start(move |request, url| answer(request, url, health))
}

fn answer(request: &Request, url: &str, health: Health) -> Reply {
    let target = request.headers.get("x-amz-target").map_or("", String::as_str);
    let action = request.body.split('&').find_map(|field| field.strip_prefix("Action="));
    match (action, target.rsplit('.').next().unwrap_or_default(), request.path.as_str()) {
        (Some(action), ..) => cloudformation(action, &request.body, url),
        (_, "", path) if path.starts_with("/20") => lambda(request, health),
        (_, "", path) if path.contains("apis") => gateway(path, health == Health::Good),
        (_, "", _) => issuer(request, url),
        (_, operation, _) => table_or_log(operation, &request.body, health),
    }
}

fn cloudformation(action: &str, body: &str, url: &str) -> Reply {
    let member = |inner: String| format!("<member>{inner}</member>");
    let ids = |id: &str| {
        format!("<LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>latchkey-{id}-1X</PhysicalResourceId>")
    };
    let result = match action {
        "DescribeStacks" => {
            let output = format!("<OutputKey>Issuer</OutputKey><OutputValue>{url}</OutputValue>");
            let parameter =
                "<ParameterKey>KeyRotationDays</ParameterKey><ParameterValue>30</ParameterValue>".to_owned();
            let (output, parameter) = (member(output), member(parameter));
            let stack = format!("<Outputs>{output}</Outputs><Parameters>{parameter}</Parameters>");
            format!("<Stacks>{}</Stacks>", member(stack))
        }
        "ListStackResources" => {
            let all = RESOURCES.map(|(id, kind)| member(format!("{}<ResourceType>{kind}</ResourceType>", ids(id))));
            format!("<StackResourceSummaries>{}</StackResourceSummaries>", all.concat())
        }
        _ => {
            let id = body.split('&').find_map(|field| field.strip_prefix("LogicalResourceId=")).unwrap();
            format!("<StackResourceDetail>{}</StackResourceDetail>", ids(id))
        }
    };
    let xmlns = r#"xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/""#;
    let body = format!("<{action}Response {xmlns}><{action}Result>{result}</{action}Result></{action}Response>");
    Reply::of(200, "text/xml", body)
}

fn lambda(request: &Request, health: Health) -> Reply {
    if request.path.ends_with("/invocations") {
        let age = if health == Health::Good { 1 } else { 40 };
        let key = |kind: &str, state: &str| json!({ "kind": kind, "id": "1", "state": state, "created_at": now() - age * 86_400 });
        let keys = ["sign", "seal", "pepper"].into_iter().flat_map(|kind| [key(kind, "active"), key(kind, "next")]);
        return Reply::json(200, json!({ "keys": keys.collect::<Vec<_>>(), "valid_from": 0 }));
    }
    let keys = if health == Health::Good { vec![key("k1"), key("k2")] } else { vec![key("k1"), key("revoked")] };
    let environment = json!({ "LATCHKEY_JWKS": json!({ "keys": keys }).to_string(), "LATCHKEY_RULES": rules(health) });
    Reply::json(
        200,
        json!({
            "FunctionArn": if request.path.contains("Authorizer") { FUNCTION } else { "arn:aws:lambda:another" },
            "Environment": { "Variables": environment },
            "LoggingConfig": { "LogGroup": "/aws/lambda/latchkey-authorizer" },
        }),
    )
}

/// Of an ill account one is about no route. That of `/live` fits by its path alone, behind the authorizer of type TOKEN.
fn rules(health: Health) -> String {
    let names = ["GET /notes", "PUT /notes", "GET /old", "GET /live/{id}", "AppSync"];
    let mut routes: BTreeMap<_, _> = names.into_iter().map(|name| (name, "authenticated")).collect();
    if health == Health::Bad {
        routes.insert("DELETE /notes/{id}", "deny");
    }
    json!({ "default": "deny", "routes": routes }).to_string()
}

fn table_or_log(operation: &str, body: &str, health: Health) -> Reply {
    let on = if health == Health::Good { "ENABLED" } else { "DISABLED" };
    assert!(operation == "DescribeLogGroups" || body.contains("latchkey-"), "{body}");
    Reply::json(
        200,
        match operation {
            "DescribeTimeToLive" => json!({ "TimeToLiveDescription": { "TimeToLiveStatus": on } }),
            "DescribeContinuousBackups" => json!({ "ContinuousBackupsDescription": {
                "ContinuousBackupsStatus": "ENABLED",
                "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": on },
            }}),
            "DescribeTable" => json!({ "Table": { "DeletionProtectionEnabled": health == Health::Good } }),
            "DescribeLogGroups" if health == Health::Good => {
                json!({ "logGroups": [{ "logGroupName": "/aws/lambda/latchkey-authorizer", "retentionInDays": 30 }] })
            }
            _ => json!({ "logGroups": [{ "logGroupName": "/aws/lambda/latchkey-authorizer" }] }),
        },
    )
}

/// Every check as it is reported, and the exit code.
fn checks(server: &Server) -> (Option<i32>, Vec<Value>) {
    let said = stack(server, &["doctor", "--json", "--timeout", "5"]);
    let report: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}{}", said.out, said.err));
    (said.code, report["checks"].as_array().unwrap().clone())
}

/// What one check says.
fn found(checks: &[Value], name: &str) -> Vec<String> {
    let of = checks.iter().filter(|check| check["check"] == name);
    of.map(|check| format!("{} {}", check["level"].as_str().unwrap(), check["found"].as_str().unwrap())).collect()
}

/// The worst level of each check of the deployment, and the exit code.
fn levels(health: Health) -> (Option<i32>, BTreeMap<String, String>) {
    let (code, checks) = checks(&account(health));
    let mut levels = BTreeMap::new();
    for check in &checks {
        let (name, level) = (check["check"].as_str().unwrap(), check["level"].as_str().unwrap());
        let worst: &mut String = levels.entry(name.to_owned()).or_default();
        if ["ok", "warn", "fail"].iter().position(|it| *it == level)
            >= ["ok", "warn", "fail"].iter().position(|it| it == worst)
        {
            *worst = level.to_owned();
        }
    }
    (code, levels)
}

#[test]
fn an_account_in_order_is_found_in_order() {
    let (code, levels) = levels(Health::Good);
    let not_ok: Vec<_> = levels.iter().filter(|(_, level)| *level != "ok").collect();
    // The small server sends no Date.
    assert_eq!(not_ok, [(&"clock".to_owned(), &"warn".to_owned())]);
    assert_eq!((code, levels.len()), (Some(0), 29));
}

#[test]
fn everything_that_is_wrong_in_an_account_is_found() {
    let (code, levels) = levels(Health::Bad);
    assert_eq!(code, Some(1));
    for (check, level) in [
        ("expiry", "fail"),
        ("backups", "fail"),
        ("deletion", "fail"),
        ("rings", "ok"),
        ("rotation", "fail"),
        ("authorizer's keys", "fail"),
        ("kept answers", "fail"),
        ("route rules", "warn"),
        ("simple responses", "fail"),
        ("open gateways", "warn"),
        ("logs", "warn"),
    ] {
        assert_eq!(levels[check], level, "{check}");
    }
}

#[test]
fn what_gateways_allow_pages_of_every_origin_and_which_rule_has_no_route_is_said() {
    let (_, of_good) = checks(&account(Health::Good));
    assert_eq!(
        found(&of_good, "open gateways"),
        ["ok none of 3 is itself set to allow every origin; what functions and templates answer was not looked at"]
    );
    assert_eq!(found(&of_good, "route rules"), ["ok 4 for routes, each of which is declared"]);
    let (_, of_bad) = checks(&account(Health::Bad));
    assert_eq!(
        found(&of_bad, "open gateways"),
        [
            "warn notes (notes) allows pages of * in its CORS settings",
            "warn old (rest) allows pages of * in OPTIONS /old, * in gateway response DEFAULT_4XX",
        ]
    );
    assert_eq!(
        found(&of_bad, "route rules"),
        ["warn these rules decide nothing, for no route behind our authorizers has their name: DELETE /notes/{id}"]
    );
}

#[test]
fn what_may_not_be_read_of_an_api_is_said_with_the_permission_that_is_missing() {
    for (path, check, of) in [
        ("/apis/notes/routes", "route rules", "the routes of notes (notes)"),
        ("/restapis/rest/resources", "route rules", "the routes of old (rest)"),
        ("/restapis/rest/resources", "open gateways", "which pages old (rest) allows"),
        ("/restapis/rest/gatewayresponses", "open gateways", "which pages old (rest) allows"),
        ("/apis/notes/authorizers", "kept answers", "the APIs of this account and region"),
    ] {
        let server = Server::start(move |request, url| match request.path.contains(path) {
            true => Reply::json(403, json!({ "message": "no" })).with("x-amzn-errortype", "AccessDeniedException"),
            false => answer(request, url, Health::Good),
        });
        let (code, checks) = checks(&server);
        let reason = format!("AccessDeniedException: no (it takes apigateway:GET on {path})");
        assert_eq!(found(&checks, check), [format!("fail {of} cannot be looked at: {reason}")]);
        assert_eq!(code, Some(1));
    }
}
