//! Tokens at a guarded application.

use latchkey::tokens::Algorithm;
use latchkey_tests::{
    api::{Api, Person, Tokens},
    assert_answer,
    exchange::Call,
    forge::Forge,
    parallel::in_parallel,
    rings::Rings,
    world::Settings,
};
use serde_json::json;

use crate::app::{App, refusal, user};

#[tokio::test]
async fn an_access_token_passes_by_the_keys_alone_and_a_bad_one_is_401() {
    let app = App::new();
    let (_, tokens) = app.world.registered().await;
    let answer = app.send(Call::get("/notes").bearer(&tokens.access)).await;
    assert_eq!(user(&answer), (200, tokens.user_id.clone()));
    assert_eq!(answer.json()["expires_at"], app.world.now().plus(900).seconds());
    let answer = app.send(Call::get("/notes").header("x-auth-token", &tokens.access)).await;
    assert_eq!(user(&answer), (200, tokens.user_id.clone()));
    app.world.advance(899);
    assert_eq!(app.send(Call::get("/notes").bearer(&tokens.access)).await.status, 200);
    app.world.advance(1);
    assert_answer!(app.send(Call::get("/notes").bearer(&tokens.access)).await, @r#"
    401
    cache-control: no-store
    content-length: 112
    content-type: application/problem+json
    www-authenticate: Bearer error="invalid_token"
    x-content-type-options: nosniff

    {
      "status": 401,
      "title": "The token is missing, expired or not valid.",
      "type": "urn:latchkey:problem:invalid-token"
    }
    "#);
    assert_eq!(app.asked().len(), 0);
}

#[tokio::test]
async fn g8_a_token_makes_the_cookie_ignored_and_two_tokens_are_none() {
    let app = App::new();
    let browser = app.browser().await;
    let (_, tokens) = app.world.registered().await;
    let answer = app.send(browser.with(Call::get("/notes")).bearer(&tokens.access)).await;
    assert_eq!(user(&answer), (200, tokens.user_id.clone()));
    for call in [
        browser.with(Call::get("/notes")).bearer("x"),
        browser.with(Call::get("/notes")).header("authorization", "Basic eDp5"),
        Call::get("/notes").bearer(&tokens.access).header("x-auth-token", &tokens.access),
        Call::get("/notes").bearer(&tokens.refresh),
        Call::get("/notes").bearer("lks_x"),
        Call::get("/notes").bearer(&format!("lks_{}", "A".repeat(9000))),
    ] {
        assert_eq!(app.send(call.clone()).await.status, 401, "{call:?}");
    }
    assert_eq!(app.asked().len(), 0);
}

#[tokio::test]
async fn g8_what_a_caller_says_about_themselves_reaches_no_application() {
    let app = App::new();
    let (_, tokens) = app.world.registered().await;
    let mut call = Call::get("/notes").header("x-auth-token", &tokens.access);
    for name in ["x-auth-sub", "x-auth-sid", "x-auth-roles", "x-auth-scope", "x-auth-exp", "x-auth-anything"] {
        call = call.header(name, "admin");
    }
    let answer = app.send(call).await;
    assert_eq!((user(&answer), &answer.json()["told"]), ((200, tokens.user_id), &json!(["x-auth-token"])));
    let claims = Call::get("/notes").header("x-auth-sub", "admin").header("x-auth-exp", "9999999999");
    assert_eq!(app.send(claims).await.status, 401);
}

#[tokio::test]
async fn a_session_token_is_judged_by_check_at_every_request() {
    let app = App::new();
    let person = Person::new();
    app.world.register(&person).await;
    let tokens = Tokens::from(app.world.login_for_session_token(&person).await);
    let answer = app.send(Call::get("/notes").bearer(&tokens.session)).await;
    assert_eq!(user(&answer), (200, tokens.user_id.clone()));
    let asked = app.front.asked().remove(0);
    assert_eq!((asked.path.as_str(), asked.query.as_str(), asked.cookies.len()), ("/auth/check", "", 0));
    let body = json!({ "session_token": tokens.session });
    assert_eq!(app.world.send(Call::post("/auth/logout", &body)).await.status, 204);
    let page = Call::get("/notes").bearer(&tokens.session).header("accept", "text/html");
    assert_eq!(refusal(&app.send(page).await), (401, "invalid-token".to_owned(), json!("logout")));
}

#[tokio::test]
async fn without_keys_in_the_environment_they_are_fetched_once_and_unknown_keys_cost_one_fetch() {
    let app = App::without_keys();
    let (_, tokens) = app.world.registered().await;
    let calls = (0..20).map(|_| app.send(Call::get("/notes").bearer(&tokens.access)));
    let answers = in_parallel(calls).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(app.asked(), ["/.well-known/jwks.json"]);
    let forge = Forge::new(&Rings::generate(Algorithm::ES256));
    app.world.advance(30);
    let calls = (0..20).map(|_| app.send(Call::get("/notes").bearer(&forge.good())));
    let answers = in_parallel(calls.collect::<Vec<_>>()).await;
    assert!(answers.iter().all(|answer| answer.status == 401), "{answers:?}");
    assert_eq!(app.asked(), ["/.well-known/jwks.json"]);
}

#[tokio::test]
async fn a13_where_revocation_is_bounded_an_access_token_ends_with_its_session() {
    let app = App::with(Settings::default(), &[("LATCHKEY_REVOCATION", "bounded")]);
    let (_, tokens) = app.world.registered().await;
    assert_eq!(app.send(Call::get("/notes").bearer(&tokens.access)).await.status, 200);
    assert_eq!(app.world.logout(&tokens.refresh).await.status, 204);
    app.world.advance(8);
    assert_eq!(refusal(&app.send(Call::get("/notes").bearer(&tokens.access)).await).0, 401);
    app.front.line(latchkey_tests::front::Line::Says(500, Vec::new(), String::new()));
    let (_, tokens) = app.world.registered().await;
    app.world.advance(8);
    assert_eq!(app.send(Call::get("/notes").bearer(&tokens.access)).await.status, 503);
}
