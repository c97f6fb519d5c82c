//! The main journey through the gateway, and what the gateway makes of our answers.

use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::Call,
    journey::main_journey,
};
use serde_json::{Value, json};

use crate::stack::Stack;

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a_person_registers_signs_in_renews_and_leaves_through_the_gateway() {
    main_journey(&Stack::from_env()).await;
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn the_protected_api_refuses_whoever_shows_no_token_or_garbage() {
    let stack = Stack::from_env();
    assert_eq!(stack.http_api(&Call::get("/notes")).status, 401);
    assert_eq!(stack.http_api(&Call::get("/live-notes")).status, 401);
    for token in ["garbage", "a.b.c", "lkr_AAAA", "lks_AAAA", "eyJhbGciOiJub25lIn0.e30."] {
        assert!(!stack.lets_in(token).await, "{token}");
        assert_eq!(stack.live_notes(token).status, 403, "{token}");
    }
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn the_session_authorizer_takes_session_tokens_and_refuses_an_ended_session_at_once() {
    let stack = Stack::from_env();
    let person = Person::new();
    let access = Tokens::from(stack.register(&person).await).access;
    let tokens = Tokens::from(stack.login_for_session_token(&person).await);
    let notes = stack.live_notes(&tokens.session);
    assert_eq!((notes.status, notes.text("/identity/sub")), (200, tokens.user_id), "{notes}");
    assert_eq!(stack.live_notes(&access).status, 403, "an access token is no session token");
    assert!(!stack.lets_in(&tokens.session).await, "a session token is no access token");
    let logout = stack.send(Call::post("/auth/logout", &json!({ "session_token": tokens.session }))).await;
    assert_eq!(logout.status, 204, "{logout}");
    assert_eq!(stack.live_notes(&tokens.session).status, 403, "the session has ended");
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn the_published_documents_belong_together() {
    let stack = Stack::from_env();
    let metadata = stack.send(Call::get("/.well-known/openid-configuration")).await;
    let keys = stack.send(Call::get("/.well-known/jwks.json")).await.json();
    assert_eq!((metadata.status, metadata.headers["cache-control"].as_str()), (200, "public, max-age=300"));
    assert!(metadata.text("/jwks_uri").starts_with(&metadata.text("/issuer")));
    assert!(
        keys["keys"]
            .as_array()
            .is_some_and(|keys| keys.iter().all(|key| key["kid"].is_string() && key.get("d").is_none()))
    );
    assert_eq!(stack.send(Call::get("/openapi.json")).await.json()["openapi"], "3.1.0");
    assert_eq!(stack.send(Call::get("/nothing/here")).await.problem(), "not-found");
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn refusals_reach_the_client_as_problem_documents() {
    let stack = Stack::from_env();
    let answer = stack.send(Call::new("POST", "/auth/login").text("application/json", "{")).await;
    assert_eq!((answer.status, answer.headers["content-type"].as_str()), (400, "application/problem+json"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    let refused = stack.me("garbage").await;
    assert_eq!((refused.status, refused.problem().as_str()), (401, "invalid-token"));
    let weak = stack.send(Call::post("/auth/register", &json!({ "email": "x", "password": "short" }))).await;
    assert_eq!(weak.json().pointer("/errors/0/pointer").and_then(Value::as_str), Some("/email"));
}
