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
    /// An administrator is told this, which is nothing but one member, or nothing.
    Done(&'static str),
    /// The same of a problem with this status and slug.
    Undone(u64, &'static str),
    /// CloudFormation is told this.
    Told(&'static str),
    /// An operator is told the keys, and whether they changed.
    Keys(bool),
    /// An operator is told this problem.
    Refused(u64, &'static str),
    /// A stream is told how many records have to be said again.
    Again(usize),
    /// A schedule is told that a look was taken.
    Looked,
}

use Expected::{Again, Authorized, Done, Keys, Looked, Problem, Refused, Status, Told, Undone};

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
    ("register_form", Status(303)),
    ("register_ok", Status(201)),
    ("admin_find-user", Done("user")),
    ("admin_find-user_by-id", Done("user")),
    ("admin_find-user_unknown", Undone(404, "not-found")),
    ("admin_set-roles", Done("user")),
    ("admin_set-roles_no-word", Undone(422, "invalid-input")),
    ("admin_set-scopes", Done("user")),
    ("admin_disable-user", Done("user")),
    ("admin_enable-user", Done("user")),
    ("admin_list-sessions", Done("sessions")),
    ("admin_end-session", Done("ended")),
    ("admin_end-sessions", Done("ended")),
    ("admin_put-room", Done("room")),
    ("admin_add-member", Done("")),
    ("admin_add-member_unknown-room", Undone(404, "unknown-room")),
    ("admin_remove-member", Done("")),
    ("admin_delete-user", Done("")),
    ("admin_misspelt", Undone(400, "malformed-body")),
    ("admin_without-reason", Undone(400, "malformed-body")),
    ("check_ok", Status(204)),
    ("check_page", Status(302)),
    ("check_two_cookies", Problem(401, "invalid-token")),
    ("check_without_cookie", Problem(401, "invalid-token")),
    ("login_bad_base64", Problem(400, "malformed-body")),
    ("login_malformed", Problem(400, "malformed-body")),
    ("login_unknown_user", Problem(401, "invalid-credentials")),
    ("login_ok", Status(200)),
    ("login_cookie", Status(200)),
    ("login_salt", Status(200)),
    ("login_client-hash_wrong", Problem(401, "invalid-credentials")),
    ("login_form_cross-site", Problem(403, "cross-site-request")),
    ("login_form_unknown_user", Status(401)),
    ("login_cookie_cross-site", Problem(403, "cross-site-request")),
    ("refresh_garbage", Problem(401, "invalid-token")),
    ("refresh_ok", Status(200)),
    ("logout_form", Status(303)),
    ("logout_garbage", Status(204)),
    ("logout_nothing", Status(204)),
    ("logout_ok", Status(204)),
    ("me_change-password", Status(200)),
    ("me_change-password_cross-site", Problem(403, "cross-site-request")),
    ("me_change-password_weak", Problem(422, "invalid-input")),
    ("me_change-password_wrong", Problem(401, "invalid-credentials")),
    ("me_ok", Status(200)),
    ("me_two_tokens", Problem(401, "invalid-token")),
    ("me_without_token", Problem(401, "invalid-token")),
    ("pages_account", Status(200)),
    ("pages_account_signed-out", Status(302)),
    ("pages_change-password_wrong", Status(401)),
    ("pages_end-others", Status(303)),
    ("pages_form_cross-site", Problem(403, "cross-site-request")),
    ("pages_login", Status(200)),
    ("pages_login_signed-in", Status(302)),
    ("pages_register", Status(200)),
    ("pages_stylesheet", Status(200)),
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
    ("well-known_revocations", Status(200)),
    ("well-known_revocations_malformed", Problem(422, "invalid-input")),
    ("well-known_unknown_path", Problem(404, "not-found")),
    ("well-known_wrong_method", Problem(405, "method-not-allowed")),
    ("ws-authorizer_ok", Authorized(true)),
    ("ws-connect_ok", Status(200)),
    ("ws-connect_without_authorizer", Status(401)),
    ("ws-message_ping", Status(200)),
    ("ws-message_malformed", Status(200)),
    ("ws-message_join", Status(200)),
    ("ws-message_send", Status(200)),
    ("ws-message_resume", Status(200)),
    ("ws-fanout_message", Again(0)),
    ("ws-fanout_member", Again(0)),
    ("session-ended_user-changed", Again(0)),
    ("session-ended_unreachable", Again(1)),
    ("ws-expire_schedule", Looked),
    ("ws-disconnect_ok", Status(200)),
    ("ws-ticket_ok", Status(200)),
    ("ws-ticket_without_token", Problem(401, "invalid-token")),
    ("rotate-keys_create", Told("SUCCESS")),
    ("rotate-keys_update", Told("SUCCESS")),
    ("rotate-keys_delete", Told("SUCCESS")),
    ("rotate-keys_list", Keys(false)),
    ("rotate-keys_publish", Keys(false)),
    ("rotate-keys_misspelt", Refused(400, "malformed-body")),
    ("rotate-keys_rotate", Keys(false)),
    ("rotate-keys_rotate_one", Refused(409, "conflict")),
    ("rotate-keys_rotate_force", Keys(true)),
    ("rotate-keys_revoke", Keys(true)),
    ("rotate-keys_revoke_unknown", Refused(422, "invalid-input")),
    ("rotate-keys_revoke_without_reason", Refused(400, "malformed-body")),
    ("rotate-keys_valid-from", Keys(true)),
    ("rotate-keys_valid-from_future", Refused(422, "invalid-input")),
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
    // Somebody registers and signs in twice for most of the events.
    let environment = Environment::local().with("LATCHKEY_ATTEMPTS_PER_SOURCE", "1000");
    let deployment = Deployment::new(environment.with("LATCHKEY_CLIENT_HASHING", "transition"));
    for (name, expected) in EVENTS {
        let text = fs::read_to_string(folder("events").join(name).with_extension("json")).unwrap();
        let event = with_fresh_tokens(&deployment, text).await;
        assert!(!event.contains("{{"), "{name} has a placeholder that this test does not know");
        let given = match expected {
            Told(_) => told(&deployment, function_of(name), &event),
            Done(_) | Undone(..) => administered(&deployment.invoke("admin", event.as_bytes()).unwrap()),
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
    let cookie = deployment.login_for_cookie(&person).await.cookie().unwrap();
    let event = event.replace("{{cookie}}", &cookie).replace("{{password}}", &person.password);
    let event = event.replace("{{user_id}}", &tokens.user_id).replace("{{session_id}}", &tokens.session_id);
    let event = event.replace("{{access_token}}", &tokens.access).replace("{{refresh_token}}", &tokens.refresh);
    event.replace("{{session_token}}", &session).replace("{{kid}}", &tokens.kid())
}

/// What an answer amounts to.
fn given(response: &Value) -> Expected {
    if let Some(authorized) = response["isAuthorized"].as_bool() {
        return Authorized(authorized);
    }
    if let Some(changed) = response["changed"].as_bool() {
        assert!(response["keys"].as_array().unwrap().len() >= 6 && response["valid_from"].is_u64(), "{response}");
        return Keys(changed);
    }
    if let Some(problem) = response.get("problem") {
        return Refused(problem["status"].as_u64().unwrap(), slug(problem).unwrap());
    }
    if let Some(effect) = response["policyDocument"]["Statement"][0]["Effect"].as_str() {
        return Authorized(effect == "Allow");
    }
    if let Some(failures) = response["batchItemFailures"].as_array() {
        return Again(failures.len());
    }
    if response["closed"].is_u64() {
        return Looked;
    }
    let status = response["statusCode"].as_u64().unwrap();
    let body: Value = serde_json::from_str(response["body"].as_str().unwrap_or_default()).unwrap_or_default();
    slug(&body).map_or(Status(status), |slug| Problem(status, slug))
}

/// The slug of a problem document, which some event must expect.
fn slug(document: &Value) -> Option<&'static str> {
    let slug = document["type"].as_str()?.strip_prefix("urn:latchkey:problem:")?;
    let known = EVENTS.iter().find_map(|(_, expected)| match expected {
        Problem(_, known) | Refused(_, known) if *known == slug => Some(*known),
        _ => None,
    });
    Some(known.unwrap_or_else(|| panic!("{slug} is not expected of any event")))
}

/// What an answer of the function `admin` amounts to.
fn administered(answer: &Value) -> Expected {
    if let Some(problem) = answer.get("problem") {
        let slug = problem["type"].as_str().and_then(|kind| kind.strip_prefix("urn:latchkey:problem:"));
        let known = ["not-found", "unknown-room", "invalid-input", "malformed-body"]
            .into_iter()
            .find(|known| slug == Some(*known));
        return Undone(problem["status"].as_u64().unwrap(), known.unwrap());
    }
    let members: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    let known = ["user", "sessions", "ended", "room"].into_iter().find(|known| members == [*known]);
    known.map_or_else(|| if members.is_empty() { Done("") } else { panic!("{answer} is not expected") }, Done)
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
    assert_eq!(
        answer["PhysicalResourceId"],
        event.get("PhysicalResourceId").unwrap_or(&"latchkey-keys".into()).clone()
    );
    if answer["Status"] == "SUCCESS" { Told("SUCCESS") } else { panic!("CloudFormation is told {answer}") }
}
