//! The main journey against the deployed stack: real functions behind an emulated gateway, with IAM enforced; and its keys.

#![expect(clippy::expect_used, reason = "the words given say what is missing")]

#[path = "e2e/account.rs"]
mod account;

use std::thread;

use account::Account;
use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::{Answer, Call},
    forge::decode,
    journey::main_journey,
};
use serde_json::{Value, json};

/// A deployment behind a gateway.
struct Stack {
    agent: ureq::Agent,
    url: String,
    protected_url: String,
}

impl Stack {
    /// The one that `cargo xtask stack up` made.
    fn from_env() -> Self {
        let url = |name: &str| {
            let url = std::env::var(name).expect(
                "LATCHKEY_E2E_URL and LATCHKEY_E2E_PROTECTED_URL name the stack: `cargo xtask stack url` prints them",
            );
            url.trim_end_matches('/').to_owned()
        };
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self { agent: agent.into(), url: url("LATCHKEY_E2E_URL"), protected_url: url("LATCHKEY_E2E_PROTECTED_URL") }
    }

    /// The protected API behind the session-authorizer.
    fn live_notes(&self, token: &str) -> Answer {
        self.request(&self.protected_url, &Call::get("/live-notes").bearer(token))
    }

    fn request(&self, base: &str, call: &Call) -> Answer {
        let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
        let mut request =
            ureq::http::Request::builder().method(call.method.as_str()).uri(format!("{base}{}{query}", call.path));
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let request = request.body(call.body.clone().unwrap_or_default()).expect("the call is a request");
        let mut response = self.agent.run(request).expect("the stack answers");
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        Answer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response.body_mut().read_to_string().expect("answers are text"),
        }
    }
}

impl Api for Stack {
    async fn lets_in(&self, access_token: &str) -> bool {
        let call = Call::get("/notes").bearer(access_token);
        let answer = self.request(&self.protected_url, &call);
        assert!(matches!(answer.status, 200 | 401 | 403), "{answer}");
        answer.status == 200
    }

    async fn send(&self, call: Call) -> Answer {
        self.request(&self.url, &call)
    }
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a_person_registers_signs_in_renews_and_leaves_through_the_gateway() {
    main_journey(&Stack::from_env()).await;
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn the_protected_api_refuses_whoever_shows_no_token_or_garbage() {
    let stack = Stack::from_env();
    assert_eq!(stack.request(&stack.protected_url, &Call::get("/notes")).status, 401);
    assert_eq!(stack.request(&stack.protected_url, &Call::get("/live-notes")).status, 401);
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

/// The key that signed a token.
fn kid_of(access: &str) -> Option<String> {
    let header: Value = serde_json::from_slice(&decode(access.split('.').next()?)).ok()?;
    header["kid"].as_str().map(str::to_owned)
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a17_keys_rotate_are_revoked_and_outlive_a_deployment() {
    let stack = Stack::from_env();
    let account = Account::behind(&stack.url);
    let person = Person::new();
    let before = Tokens::from(stack.register(&person).await);
    let leaked = kid_of(&before.access).expect("a token names its key");
    assert!(
        stack.lets_in(&before.access).await,
        "the authorizer of a second deployment, which has taken its keys away"
    );
    // On AWS a rule does this at the end of a deployment.
    let publish = json!({ "action": "publish", "actor": "deployment" });
    account.act(&publish);
    assert!(account.told("Authorizer").contains(&leaked), "the authorizer has its keys without asking for them");

    let rotated = account.act(&json!({ "action": "rotate", "kind": "sign", "force": true, "actor": "e2e" }));
    assert_eq!(rotated["changed"], true, "{rotated}");
    assert!(stack.lets_in(&before.access).await, "a token from before the rotation");
    assert_eq!(stack.me(&before.access).await.status, 200);

    let revoke = json!({ "action": "revoke", "id": leaked, "actor": "e2e", "reason": "a drill" });
    let revoked = account.act(&revoke);
    assert_eq!(revoked["changed"], true, "{revoked}");
    assert!(!stack.lets_in(&before.access).await, "a token of a revoked key");
    assert_eq!(stack.me(&before.access).await.problem(), "invalid-token");
    let after = Tokens::from(stack.refresh(&before.refresh).await);
    assert_ne!(kid_of(&after.access), Some(leaked.clone()));
    assert!(stack.lets_in(&after.access).await && stack.me(&after.access).await.status == 200);

    account.deploy(&[("LogLevel", "warn")]);
    let listed = account.act(&json!({ "action": "list" }));
    assert_eq!((&listed["keys"], &listed["changed"]), (&revoked["keys"], &json!(false)), "no deployment changes a key");
    assert!(stack.lets_in(&after.access).await, "the authorizer of the new deployment");
    assert!(!stack.lets_in(&before.access).await, "and no deployment brings a revoked key back");
    assert_eq!(account.told("Authorizer"), "", "a deployment only takes keys away");
    account.act(&publish);
    assert!(account.told("Authorizer").contains(&kid_of(&after.access).expect("a token names its key")));
    assert!(stack.lets_in(&after.access).await);
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn of_two_who_rotate_at_once_nobody_loses_a_key() {
    let account = Account::behind(&Stack::from_env().url);
    let count = |answer: &Value, state: &str| {
        let keys = answer["keys"].as_array().into_iter().flatten();
        keys.filter(|key| key["kind"] == "seal" && key["state"] == state).count()
    };
    let before = account.act(&json!({ "action": "list" }));
    let rotate = || account.act(&json!({ "action": "rotate", "kind": "seal", "force": true, "actor": "e2e" }));
    let answers = thread::scope(|scope| {
        let running = [(); 3].map(|()| scope.spawn(rotate));
        running.map(|thread| thread.join().expect("it answers"))
    });
    let rotated = answers.iter().filter(|answer| answer["changed"] == true).count();
    assert!(rotated >= 1 && answers.iter().all(|answer| answer["problem"].is_null()), "{answers:?}");
    let after = account.act(&json!({ "action": "list" }));
    assert_eq!(count(&after, "retired"), count(&before, "retired") + rotated);
    assert_eq!((count(&after, "active"), count(&after, "next")), (1, 1));
}
