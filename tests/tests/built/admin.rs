//! The built function `admin`: whatever it is sent it answers, nothing of it opens anything, and its log says who and why.

use latchkey_tests::{
    api::{Api, Person, Tokens},
    deployment::{Deployment, Environment},
    exchange::Call,
};
use serde_json::{Value, json};

fn payload(action: &str, user_id: &str) -> Value {
    json!({ "action": action, "actor": "grace", "reason": "ticket 7", "user_id": user_id })
}

fn ask(deployment: &Deployment, payload: &Value) -> Value {
    deployment.invoke("admin", payload.to_string().as_bytes()).unwrap_or_else(|report| panic!("{payload}: {report}"))
}

#[tokio::test]
async fn a16_whatever_is_sent_is_answered_with_a_problem_and_the_next_payload_is_fine() {
    let deployment = Deployment::new(Environment::local());
    let tokens = Tokens::from(deployment.register(&Person::new()).await);
    let good = payload("find-user", &tokens.user_id);
    let mut payloads = vec![
        json!(null),
        json!(true),
        json!(7),
        json!("delete-user"),
        json!([]),
        json!({}),
        json!({ "action": null }),
        json!({ "action": {} }),
        json!(["delete-user", "grace", "ticket 7", tokens.user_id]),
        json!({ "Records": [{ "body": payload("delete-user", &tokens.user_id).to_string() }] }),
        Call::delete("/auth/me").json(&payload("delete-user", &tokens.user_id)).event(),
        json!({ "RequestType": "Delete", "ResourceProperties": payload("delete-user", &tokens.user_id) }),
        json!({ "requestContext": {}, "body": payload("delete-user", &tokens.user_id) }),
    ];
    for action in ["find-user", "delete-user", "DELETE-USER", "deleteUser", "delete_user", "", "constructor"] {
        for member in ["action", "actor", "reason", "user_id", "roles", "__proto__"] {
            for value in [
                json!(null),
                json!(-1),
                json!(1e300),
                json!([]),
                json!({}),
                json!(""),
                json!("\0"),
                json!("x".repeat(9000)),
            ] {
                let mut odd = payload(action, "00000000-0000-4000-8000-000000000000");
                odd[member] = value;
                payloads.push(odd);
            }
        }
    }
    for odd in payloads {
        let answer = ask(&deployment, &odd);
        let status = answer["problem"]["status"].as_u64().unwrap();
        assert!([400, 404, 422].contains(&status), "{odd}: {answer}");
        assert!(!answer.to_string().contains("panicked"), "{answer}");
    }
    assert_eq!(ask(&deployment, &good)["user"]["id"], tokens.user_id);
    assert_eq!(deployment.me(&tokens.access).await.status, 200, "nothing was done");
}

#[tokio::test]
async fn a16_bytes_that_are_no_json_fail_one_invocation_and_no_more() {
    let deployment = Deployment::new(Environment::local());
    let tokens = Tokens::from(deployment.register(&Person::new()).await);
    let doubled = format!(
        r#"{{"action":"find-user","action":"delete-user","actor":"grace","reason":"x","user_id":"{}"}}"#,
        tokens.user_id
    );
    assert_eq!(deployment.invoke("admin", doubled.as_bytes()).unwrap()["problem"]["status"], 400);
    for bytes in [&b""[..], b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b"{\"action\":\"\xff\"}", b"\0"] {
        let answer = deployment.invoke("admin", bytes);
        let told = answer
            .as_ref()
            .map_or_else(|report| report["errorMessage"].is_string(), |answer| answer["problem"].is_object());
        assert!(told, "{bytes:?}: {answer:?}");
        assert_eq!(ask(&deployment, &payload("find-user", &tokens.user_id))["user"]["id"], tokens.user_id);
    }
}

#[tokio::test]
async fn e6_every_action_is_one_line_that_says_who_and_why_and_names_no_email() {
    let deployment = Deployment::new(Environment::local().with("LATCHKEY_LOG_LEVEL", "error"));
    let person = Person::new();
    let tokens = Tokens::from(deployment.register(&person).await);
    let name = json!({ "name": "Ada Lovelace" });
    deployment.send(Call::patch("/auth/me", &name).bearer(&tokens.access)).await;
    let by_email = json!({ "action": "find-user", "actor": "grace", "email": person.email });
    ask(&deployment, &by_email);
    let with = |action: &str, member: &str, value: Value| {
        let mut payload = payload(action, &tokens.user_id);
        payload[member] = value;
        payload
    };
    ask(&deployment, &with("set-roles", "roles", json!(["editor"])));
    ask(&deployment, &with("set-scopes", "scopes", json!(["notes:read"])));
    ask(&deployment, &payload("list-sessions", &tokens.user_id));
    ask(&deployment, &with("end-session", "session_id", json!(tokens.session_id)));
    ask(&deployment, &payload("end-sessions", &tokens.user_id));
    ask(&deployment, &payload("disable-user", &tokens.user_id));
    ask(&deployment, &payload("enable-user", &tokens.user_id));
    ask(&deployment, &with("delete-user", "reason", json!("\u{2028}\u{202e}{\"level\":\"info\"} \u{1f511}")));
    ask(&deployment, &payload("delete-user", &tokens.user_id));
    ask(&deployment, &with("delete-user", "actor", json!("grace\n{\"level\":\"info\"}")));
    ask(&deployment, &with("delete-user", "user_id", json!("no id")));

    let log = deployment.stop().remove("admin").unwrap();
    assert!(log.trim_end().chars().all(|c| c == '\n' || c == ' ' || c.is_ascii_graphic()), "{log}");
    for personal in [person.email.as_str(), "person-", "Ada", "Lovelace"] {
        assert!(!log.contains(personal), "{log}");
    }
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    let expected = [
        "user-read",
        "roles-changed",
        "scopes-changed",
        "sessions-read",
        "session-revoked",
        "sessions-revoked",
        "user-disabled",
        "user-enabled",
        "user-deleted",
        "administration-refused",
        "administration-refused",
        "administration-refused",
    ];
    assert_eq!(events, expected);
    assert!(lines[..10].iter().all(|line| line["user_id"] == tokens.user_id.as_str()), "{log}");
    let said = |line: usize| ["path", "actor", "purpose", "session_id"].map(|member| lines[line][member].clone());
    assert_eq!(said(0), [json!("find-user"), json!("grace"), json!(null), json!(null)]);
    let with_session = [json!("end-session"), json!("grace"), json!("ticket 7"), json!(tokens.session_id)];
    assert_eq!(said(4), with_session);
    assert_eq!(lines[8]["purpose"], "\u{2028}\u{202e}{\"level\":\"info\"} \u{1f511}");
    assert_eq!(
        (&lines[9]["problem"], &lines[9]["status"], &lines[9]["level"]),
        (&json!("not-found"), &json!(404), &json!("warn"))
    );
    assert_eq!(lines[10].get("actor"), None, "words that cannot be logged are not");
    assert_eq!(lines[11]["actor"], "grace", "who asked is known though what they asked is not acceptable");
}

#[tokio::test]
async fn f4_a_store_that_is_down_is_told_as_503_and_nothing_is_done() {
    let environment = Environment::local().with("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9");
    let deployment = Deployment::new(environment);
    let answer = ask(&deployment, &payload("delete-user", "00000000-0000-4000-8000-000000000000"));
    let problem = &answer["problem"];
    let told = ["type", "status", "retry_after"].map(|member| problem[member].clone());
    assert_eq!(told, [json!("urn:latchkey:problem:unavailable"), json!(503), json!(2)]);
    assert!(problem["detail"].as_str().unwrap().contains("GetItem"), "whoever operates it is told the cause: {answer}");
}
