//! Every event of `events/` through its built function: what `cargo lambda invoke --data-file` and `sam local invoke` show.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers that tests call, not tests themselves")]

use std::{collections::BTreeSet, fs, path::PathBuf, thread};

use latchkey_tests::{
    api::{Api, Person, Tokens},
    deployment::{Deployment, Environment},
    local_dynamodb::workspace,
};
use serde_json::Value;
use tiny_http::{Response, Server};

/// What a function must make of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    /// An answer of this status.
    Status(u64),
    /// A problem document of this status and slug.
    Problem(u64, &'static str),
    /// The authorizer lets it in, or does not.
    Authorized(bool),
    /// CloudFormation is told this.
    Told(&'static str),
}

use Expected::{Authorized, Problem, Status, Told};

/// Every event there is, in the order in which they are handled: Ada registers before she signs in.
const EVENTS: &[(&str, Expected)] = &[
    ("authorizer_appsync", Authorized(true)),
    ("authorizer_garbage", Authorized(false)),
    ("authorizer_http-api-1", Authorized(true)),
    ("authorizer_missing-source", Authorized(false)),
    ("authorizer_ok", Authorized(true)),
    ("authorizer_rest-request", Authorized(true)),
    ("authorizer_rest-token", Authorized(true)),
    ("authorizer_two_headers", Authorized(false)),
    ("authorizer_websocket", Authorized(true)),
    ("register_bad_email", Problem(422, "invalid-input")),
    ("register_weak_password", Problem(422, "invalid-input")),
    ("register_wrong_media_type", Problem(415, "unsupported-media-type")),
    ("register_ok", Status(201)),
    ("login_bad_base64", Problem(400, "malformed-body")),
    ("login_malformed", Problem(400, "malformed-body")),
    ("login_unknown_user", Problem(401, "invalid-credentials")),
    ("login_ok", Status(200)),
    ("refresh_garbage", Problem(401, "invalid-token")),
    ("refresh_ok", Status(200)),
    ("logout_garbage", Status(204)),
    ("logout_nothing", Status(204)),
    ("logout_ok", Status(204)),
    ("me_ok", Status(200)),
    ("me_two_tokens", Problem(401, "invalid-token")),
    ("me_without_token", Problem(401, "invalid-token")),
    ("sessions_end_without_token", Problem(401, "invalid-token")),
    ("sessions_ok", Status(200)),
    ("sessions_without_token", Problem(401, "invalid-token")),
    ("session-authorizer_access_token", Authorized(false)),
    ("session-authorizer_appsync", Authorized(true)),
    ("session-authorizer_garbage", Authorized(false)),
    ("session-authorizer_http-api-1", Authorized(true)),
    ("session-authorizer_ok", Authorized(true)),
    ("session-authorizer_rest-request", Authorized(true)),
    ("session-authorizer_rest-token", Authorized(true)),
    ("session-authorizer_websocket", Authorized(true)),
    ("well-known_hostile_host", Status(200)),
    ("well-known_jwks", Status(200)),
    ("well-known_openapi", Status(200)),
    ("well-known_openid-configuration", Status(200)),
    ("well-known_unknown_path", Problem(404, "not-found")),
    ("well-known_wrong_method", Problem(405, "method-not-allowed")),
    ("rotate-keys_create", Told("SUCCESS")),
    ("rotate-keys_update", Told("SUCCESS")),
    ("rotate-keys_delete", Told("SUCCESS")),
];

fn folder(name: &str) -> PathBuf {
    workspace().join(name)
}

fn names(folder: &PathBuf) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    files.map(|name| name.trim_end_matches(".json").to_owned()).collect()
}

/// The function an event is for: what precedes the first underscore.
fn function_of(event: &'static str) -> &'static str {
    event.split('_').next().unwrap()
}

#[test]
fn every_event_has_an_expectation_and_every_function_an_event() {
    let expected: BTreeSet<_> = EVENTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&folder("events")), expected);
    let with_events: BTreeSet<_> = EVENTS.iter().map(|(name, _)| function_of(name).to_owned()).collect();
    assert_eq!(names(&folder("functions")), with_events);
}

#[tokio::test]
async fn every_event_gets_the_answer_that_is_expected() {
    let deployment = Deployment::new(Environment::local());
    for (name, expected) in EVENTS {
        let text = fs::read_to_string(folder("events").join(name).with_extension("json")).unwrap();
        let event = with_fresh_tokens(&deployment, text).await;
        assert!(!event.contains("{{"), "{name} has a placeholder that this test does not know");
        let given = match expected {
            Told(_) => told(&deployment, function_of(name), &event),
            _ => given(&deployment.invoke(function_of(name), event.as_bytes()).unwrap()),
        };
        assert_eq!(given, *expected, "{name}");
    }
}

/// Puts the tokens of a person who has just registered where the event has placeholders.
async fn with_fresh_tokens(deployment: &Deployment, event: String) -> String {
    if !event.contains("{{") {
        return event;
    }
    let person = Person::new();
    let tokens = Tokens::from(deployment.register(&person).await);
    let session = Tokens::from(deployment.login_for_session_token(&person).await).session;
    let event = event.replace("{{access_token}}", &tokens.access).replace("{{refresh_token}}", &tokens.refresh);
    event.replace("{{session_token}}", &session)
}

/// What an answer amounts to.
fn given(response: &Value) -> Expected {
    if let Some(authorized) = response["isAuthorized"].as_bool() {
        return Authorized(authorized);
    }
    if let Some(effect) = response["policyDocument"]["Statement"][0]["Effect"].as_str() {
        return Authorized(effect == "Allow");
    }
    let status = response["statusCode"].as_u64().unwrap();
    let body: Value = serde_json::from_str(response["body"].as_str().unwrap_or_default()).unwrap_or_default();
    let slug = body["type"].as_str().and_then(|kind| kind.strip_prefix("urn:latchkey:problem:"));
    let known = EVENTS.iter().map(|(_, expected)| *expected);
    let mut problems = known.filter(|expected| matches!(expected, Problem(_, known) if slug == Some(*known)));
    match (slug, problems.next()) {
        (None, _) => Status(status),
        (Some(_), Some(Problem(_, slug))) => Problem(status, slug),
        (Some(slug), _) => panic!("{slug} is not expected of any event"),
    }
}

/// What CloudFormation is told at the URL of the event, which is not the one in the file here.
fn told(deployment: &Deployment, function: &'static str, event: &str) -> Expected {
    let cloudformation = Server::http("127.0.0.1:0").unwrap();
    let mut event: Value = serde_json::from_str(event).unwrap();
    event["ResponseURL"] = format!("http://{}/answer?signature=x", cloudformation.server_addr()).into();
    let heard = thread::spawn(move || {
        let mut request = cloudformation.recv().unwrap();
        assert_eq!((request.method().as_str(), request.url()), ("PUT", "/answer?signature=x"));
        let answer: Value = serde_json::from_reader(request.as_reader()).unwrap();
        request.respond(Response::empty(200)).unwrap();
        answer
    });
    deployment.invoke(function, event.to_string().as_bytes()).unwrap();
    let answer = heard.join().unwrap();
    let same = |member: &str| assert_eq!(answer[member], event[member], "{member}");
    ["StackId", "RequestId", "LogicalResourceId"].into_iter().for_each(same);
    if event["RequestType"] != "Delete" {
        let jwks: Value = serde_json::from_str(answer["Data"]["Jwks"].as_str().unwrap()).unwrap();
        assert_eq!(jwks["keys"][0]["kty"], "RSA");
    }
    if answer["Status"] == "SUCCESS" { Told("SUCCESS") } else { panic!("CloudFormation is told {answer}") }
}
