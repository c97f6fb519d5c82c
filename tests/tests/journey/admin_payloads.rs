//! Payloads that are wrong: each is answered with a problem that says where, and does nothing.

use latchkey_tests::{api::Api, world::World};
use serde_json::{Value, json};

use crate::admin::{NOBODY, ask, problem};

#[tokio::test]
async fn a_payload_that_is_not_understood_is_told_what_is_wrong_with_it() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let id = tokens.user_id;
        for (payload, words) in [
            (String::new(), "not a JSON object"),
            ("null".to_owned(), "not a JSON object"),
            (format!("[\"delete-user\",\"grace\",\"ticket 7\",\"{id}\"]"), "not a JSON object"),
            ("{".to_owned(), "EOF"),
            ("{}".to_owned(), "missing field `action`"),
            (json!({ "action": "make-coffee" }).to_string(), "unknown variant `make-coffee`"),
            (json!({ "action": 7 }).to_string(), "invalid type"),
            (json!({ "action": "delete-user", "actor": "grace", "user_id": id }).to_string(), "missing field `reason`"),
            (json!({ "action": "delete-user", "reason": "x", "user_id": id }).to_string(), "missing field `actor`"),
            (json!({ "action": "find-user", "user_id": id }).to_string(), "missing field `actor`"),
            (
                json!({ "action": "delete-user", "actor": "grace", "reason": "x" }).to_string(),
                "missing field `user_id`",
            ),
            (
                json!({ "action": "set-roles", "actor": "grace", "reason": "x", "user_id": id, "rolse": [] })
                    .to_string(),
                "unknown field `rolse`",
            ),
            (
                json!({ "action": "delete-user", "actor": "grace", "reason": "x", "user_id": id, "roles": [] })
                    .to_string(),
                "unknown field `roles`",
            ),
            (
                format!(r#"{{"action":"delete-user","actor":"grace","reason":"x","user_id":"{id}","user_id":"{id}"}}"#),
                "duplicate field `user_id`",
            ),
            (
                format!(
                    r#"{{"action":"find-user","action":"delete-user","actor":"grace","reason":"x","user_id":"{id}"}}"#
                ),
                "duplicate field `action`",
            ),
            (json!({ "action": "delete-user", "actor": 7, "reason": "x", "user_id": id }).to_string(), "invalid type"),
            (
                json!({ "action": "delete-user", "actor": "g", "reason": null, "user_id": id }).to_string(),
                "invalid type: null",
            ),
            (format!("{{\"x\":{}", "[".repeat(1000)), "recursion limit"),
        ] {
            let answer = world.invoke_admin(&payload).await;
            assert_eq!(problem(&answer), "malformed-body", "{payload}");
            let detail = answer["problem"]["detail"].as_str().unwrap();
            assert!(detail.contains(words), "{payload}: {detail}");
        }
        let huge = json!({ "action": "find-user", "actor": "grace", "email": "x".repeat(40_000) }).to_string();
        assert_eq!(problem(&world.invoke_admin(&huge).await), "body-too-large");
        assert_eq!(world.refresh(&tokens.refresh).await.status, 200, "nothing was done");
    }
}

#[tokio::test]
async fn every_field_that_is_not_acceptable_is_named() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let id = &tokens.user_id;
        let cases: [(&str, Value, &[&str]); 14] = [
            ("find-user", json!({}), &["/user_id"]),
            ("find-user", json!({ "user_id": id, "email": "ada@example.com" }), &["/user_id"]),
            ("find-user", json!({ "email": "no address" }), &["/email"]),
            ("find-user", json!({ "user_id": id.to_uppercase() }), &["/user_id"]),
            ("find-user", json!({ "user_id": "../../etc/passwd" }), &["/user_id"]),
            ("disable-user", json!({ "user_id": id, "actor": "" }), &["/actor"]),
            ("disable-user", json!({ "user_id": id, "actor": "a\nb" }), &["/actor"]),
            ("disable-user", json!({ "user_id": id, "reason": "x".repeat(201) }), &["/reason"]),
            ("disable-user", json!({ "user_id": id, "reason": "  " }), &["/reason"]),
            ("find-user", json!({ "user_id": id, "reason": "\u{1b}[2J" }), &["/reason"]),
            ("end-session", json!({ "user_id": id, "session_id": "x" }), &["/session_id"]),
            ("end-sessions", json!({ "user_id": "x", "after": "y" }), &["/after", "/user_id"]),
            ("list-sessions", json!({ "user_id": id, "after": "y" }), &["/after"]),
            (
                "set-roles",
                json!({ "user_id": "x", "roles": [""], "actor": "", "reason": "" }),
                &["/actor", "/reason", "/roles", "/user_id"],
            ),
        ];
        for (action, members, pointers) in cases {
            let answer = ask(&world, action, members.clone()).await;
            assert_eq!(problem(&answer), "invalid-input", "{action} {members}");
            let errors = answer["problem"]["errors"].as_array().unwrap();
            let named: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
            assert_eq!(named, pointers, "{action} {members}");
        }
        let user = ask(&world, "find-user", json!({ "user_id": id })).await;
        assert_eq!((&user["user"]["disabled"], &user["user"]["epoch"]), (&json!(false), &json!(1)));
        assert_eq!(problem(&ask(&world, "find-user", json!({ "user_id": NOBODY })).await), "not-found");
    }
}

#[tokio::test]
async fn a18_a_clock_that_cannot_be_right_administers_nothing() {
    use latchkey::{config::Env, domain::time::BrokenClock, telemetry::Telemetry};
    let world = World::on_each_store().next().unwrap();
    let (_, tokens) = world.registered().await;
    let quiet = Telemetry::from_env("admin", &Env::new([]).unwrap()).unwrap();
    let payload = json!({ "action": "delete-user", "actor": "grace", "reason": "x", "user_id": tokens.user_id });
    let answer = latchkey_admin::answer(&world.store, &quiet, "request", &payload.to_string(), Err(BrokenClock)).await;
    let answer: Value = serde_json::from_str(answer.get()).unwrap();
    assert_eq!((problem(&answer), &answer["problem"]["status"]), ("unavailable", &json!(503)));
    assert_eq!(world.refresh(&tokens.refresh).await.status, 200);
}
