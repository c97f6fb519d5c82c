//! What is sent to the functions of a development server, and what is made of their answers.

use serde_json::{Value, json};

use crate::server::{Reply, Server};
use crate::{dev, latchkey};

const USER: &str = r#"{"user":{"id":"0b9f","email":"ada@example.com","created_at":"2026-01-01T12:00:00Z","disabled":false,"epoch":0,"roles":["admin"]}}"#;

fn answering(answer: &'static str) -> Server {
    Server::start(move |_, _| Reply::json(200, answer))
}

fn sent(server: &Server) -> Vec<(String, Value)> {
    let requests = server.requests().into_iter();
    requests.map(|request| (request.path, serde_json::from_str(&request.body).unwrap())).collect()
}

#[test]
fn keys_are_listed_as_a_table() {
    let server = answering(
        r#"{"keys":[{"kind":"sign","id":"k1","state":"active","algorithm":"RS256","created_at":1767225600}],"valid_from":0,"changed":false}"#,
    );
    let said = dev(&server, &["keys", "list"]);
    let table = "KIND  ID  STATE   ALGORITHM  CREATED               REFUSED FROM\n\
                 sign  k1  active  RS256      2026-01-01T00:00:00Z  -\n";
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(0), table, ""));
    let path = "/2015-03-31/functions/rotate-keys/invocations".to_owned();
    assert_eq!(sent(&server), [(path, json!({ "action": "list", "actor": "ada" }))]);
}

#[test]
fn a_user_is_shown_and_what_is_sent_says_who_and_why() {
    let server = answering(USER);
    let said = dev(&server, &["users", "roles", "0b9f", "admin", "--reason", "hired"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("roles     admin\n"), "{}", said.out);
    let path = "/2015-03-31/functions/admin/invocations".to_owned();
    let payload =
        json!({ "action": "set-roles", "user_id": "0b9f", "roles": ["admin"], "reason": "hired", "actor": "ada" });
    assert_eq!(sent(&server), [(path, payload)]);
}

#[test]
fn json_is_the_answer_as_it_came() {
    let said = dev(&answering(USER), &["users", "find", "ada@example.com", "--json"]);
    let printed: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(printed, serde_json::from_str::<Value>(USER).unwrap());
}

#[test]
fn a_refusal_is_told_with_title_and_detail_and_exit_code_1() {
    let problem = r#"{"problem":{"type":"urn:latchkey:problem:not-found","title":"There is no such user.","status":404,"detail":"Look at the id."}}"#;
    let said = dev(&answering(problem), &["users", "find", "0b9f"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert_eq!(said.err, "refused: There is no such user. Look at the id.\n");
    let said = dev(&answering(problem), &["users", "find", "0b9f", "--json"]);
    assert_eq!(said.code, Some(1));
    assert!(serde_json::from_str::<Value>(&said.out).unwrap()["problem"]["status"] == 404);
}

#[test]
fn what_cannot_be_undone_is_not_done_without_a_yes() {
    let server = answering("{}");
    for words in [
        &["users", "delete", "0b9f", "--reason", "asked"][..],
        &["keys", "revoke", "k1", "--reason", "leaked"],
        &["keys", "valid-from", "--reason", "restored"],
    ] {
        let said = dev(&server, words);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.contains("--yes"), "{}", said.err);
    }
    assert!(server.requests().is_empty());
    assert_eq!(dev(&server, &["users", "delete", "0b9f", "--reason", "asked", "--yes"]).out, "done\n");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn every_page_of_sessions_is_asked_for() {
    let session = |id: &str| json!({ "id": id, "created_at": "c", "last_used_at": "u", "expires_at": "e" });
    let server = Server::start(move |request, _| {
        let payload: Value = serde_json::from_str(&request.body).unwrap();
        Reply::json(
            200,
            match payload.get("after") {
                None => json!({ "sessions": [session("s1")], "next": "s1" }),
                Some(after) => json!({ "sessions": [session(&format!("after-{}", after.as_str().unwrap()))] }),
            },
        )
    });
    let said = dev(&server, &["users", "sessions", "0b9f"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("\ns1") && said.out.contains("\nafter-s1"), "{}", said.out);
}

#[test]
fn a_command_that_is_not_understood_is_exit_code_2() {
    for words in [
        &["keys"][..],
        &["users", "rename", "0b9f"],
        &["keys", "rotate", "--kind", "salt"],
        &["users", "disable", "0b9f"],
    ] {
        assert_eq!(latchkey(words).code, Some(2), "{words:?}");
    }
}
