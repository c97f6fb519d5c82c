//! The session cookie at a guarded application.

use latchkey::domain::{Lifetimes, Session};
use latchkey_tests::{
    api::Api,
    assert_answer,
    exchange::Call,
    front::Line,
    parallel::in_parallel,
    world::{ORIGIN, Settings},
};
use serde_json::{Value, json};

use crate::app::{App, Browser, refusal, renewed, user};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
const NOTHING: [&str; 0] = [];

fn page(path: &str) -> Call {
    Call::get(path).header("accept", "text/html,*/*;q=0.8")
}

async fn session(app: &App, browser: &Browser) -> Session {
    use latchkey::ports::FindSession;
    let (user, session) = (browser.tokens.user_id.parse().unwrap(), browser.tokens.session_id.parse().unwrap());
    app.world.store.find_session(user, session).await.unwrap().0.unwrap()
}

async fn sign_out(app: &App, browser: &Browser) {
    let call = browser.with(Call::new("POST", "/auth/logout")).same_origin(ORIGIN);
    assert_eq!(app.world.send(call).await.status, 204);
}

#[tokio::test]
async fn a_fresh_cookie_passes_without_any_io() {
    let app = App::new();
    let mut browser = app.browser().await;
    app.world.advance(HOUR - 1);
    let answer = browser.get(&app).await;
    assert_eq!(
        (user(&answer), app.asked()),
        ((200, browser.tokens.user_id.clone()), NOTHING.map(String::from).to_vec())
    );
    assert_eq!(answer.text("/session"), browser.tokens.session_id);
    assert_eq!(
        (answer.headers["cache-control"].as_str(), answer.headers["set-cookie"].as_str()),
        ("max-age=60", "theme=dark")
    );
}

#[tokio::test]
async fn a_stale_cookie_passes_and_is_replaced_in_an_answer_that_nobody_may_keep() {
    let app = App::new();
    let mut browser = app.browser().await;
    app.world.advance(HOUR);
    let before = browser.cookie.clone();
    let answer = browser.get(&app).await;
    assert_eq!((user(&answer), app.asked()), ((200, browser.tokens.user_id.clone()), vec!["/auth/check".to_owned()]));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.headers["set-cookie"].starts_with("theme=dark\n__Host-latchkey=ey"), "the application's stays");
    assert_ne!(browser.cookie, before);
    assert_eq!((browser.get(&app).await.status, app.asked().len()), (200, 0), "the new one is fresh");
}

#[tokio::test]
async fn an_expired_cookie_passes_by_a_rotation_of_its_session() {
    let app = App::new();
    let mut browser = app.browser().await;
    app.world.advance(DAY);
    let answer = browser.get(&app).await;
    assert_eq!((user(&answer), app.asked().len()), ((200, browser.tokens.user_id.clone()), 1));
    assert_eq!(session(&app, &browser).await.generation, 2);
    app.world.advance(HOUR - 1);
    assert_eq!((browser.get(&app).await.status, app.asked().len()), (200, 0));
}

#[tokio::test]
async fn b1_fifty_requests_with_one_expired_cookie_all_pass_by_one_rotation() {
    let app = App::new();
    let browser = app.browser().await;
    app.world.advance(DAY);
    let answers = in_parallel((0..50).map(|_| app.send(browser.with(Call::get("/notes"))))).await;
    for answer in &answers {
        assert_eq!(user(answer), (200, browser.tokens.user_id.clone()), "{answer}");
    }
    assert_eq!(session(&app, &browser).await.generation, 2);
    app.world.advance(DAY);
    let mut tab = Browser { cookie: renewed(&answers[7]).unwrap(), ..browser };
    assert_eq!(tab.get(&app).await.status, 200);
}

#[tokio::test]
async fn a_session_that_has_ended_is_told_with_its_cause_and_a_browser_is_sent_to_sign_in() {
    let app = App::new();
    let browser = app.browser().await;
    sign_out(&app, &browser).await;
    app.world.advance(DAY);
    let answer = app.send(browser.with(Call::get("/notes"))).await;
    assert_answer!(answer, @r#"
    401
    cache-control: no-store
    content-length: 129
    content-type: application/problem+json
    set-cookie: __Host-latchkey=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0
    www-authenticate: Bearer error="invalid_token"
    x-content-type-options: nosniff

    {
      "cause": "logout",
      "status": 401,
      "title": "The token is missing, expired or not valid.",
      "type": "urn:latchkey:problem:invalid-token"
    }
    "#);
    let answer = app.send(browser.with(page("/notes?a=b&c=%20"))).await;
    assert_answer!(answer, @"
    302
    cache-control: no-store
    content-length: 0
    location: https://app.example.com/auth/login?return_to=%2Fnotes%3Fa%3Db%26c%3D%2520&cause=logout
    set-cookie: __Host-latchkey=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0
    x-content-type-options: nosniff
    ");
}

#[tokio::test]
async fn e1_nobody_without_a_good_cookie_passes_and_no_io_is_spent_on_garbage() {
    let app = App::new();
    let (browser, other) = (app.browser().await, app.browser().await);
    let (jwt, sealed) = browser.cookie.split_once('~').unwrap();
    let (message, _) = jwt.rsplit_once('.').unwrap();
    let (_, other_signature) = other.cookie.split('~').next().unwrap().rsplit_once('.').unwrap();
    let cookies = [
        String::new(),
        "x".to_owned(),
        jwt.to_owned(),
        sealed.to_owned(),
        format!("~{sealed}"),
        format!("{}~{sealed}", other.tokens.access),
        format!("{message}.{other_signature}~{sealed}"),
        format!("\"{}\"", browser.cookie),
        format!("{}{}", browser.cookie, "A".repeat(4096)),
    ];
    for cookie in cookies {
        let call = Call::get("/notes").cookie(&format!("__Host-latchkey={cookie}"));
        let answer = app.send(call.clone()).await;
        assert_eq!((answer.status, answer.cookie().as_deref()), (401, Some("")), "{cookie}");
        let answer = app.send(call.header("accept", "text/html")).await;
        assert_eq!((answer.status, answer.cookie().as_deref()), (302, Some("")), "{cookie}");
    }
    for call in [browser.with(browser.with(page("/x"))), browser.with(page("/x")).cookie("__host-latchkey=x")] {
        let answer = app.send(call).await;
        assert_eq!((answer.status, answer.cookie().as_deref()), (302, Some("")), "two cookies");
    }
    let answer = app.send(page("//evil.example/x")).await;
    assert_eq!((answer.status, answer.headers["location"].as_str()), (302, "https://app.example.com/auth/login"));
    assert_eq!((app.send(Call::get("/notes")).await.status, app.asked().len()), (401, 0));
}

#[tokio::test]
async fn e1_no_other_site_changes_anything_by_the_cookie_at_a_guarded_application() {
    let app = App::new();
    let browser = app.browser().await;
    let post = || browser.with(Call::post("/notes", &json!({})));
    let site = |value: &str| post().header("sec-fetch-site", value);
    for refused in [
        post(),
        site("cross-site"),
        site("same-site"),
        site("none"),
        site("same-site").header("origin", ORIGIN),
        post().header("origin", "https://evil.example"),
        post().header("origin", "null"),
        browser.with(Call::delete("/notes/1")),
        browser.with(Call::new("OPTIONS", "/notes")),
        post().bearer(&app.world.registered().await.1.access),
    ] {
        assert_eq!(refusal(&app.send(refused).await), (403, "cross-site-request".to_owned(), Value::Null));
    }
    for passes in [site("same-origin"), post().header("origin", ORIGIN), browser.with(Call::new("HEAD", "/notes"))] {
        assert_eq!(app.send(passes).await.status, 200);
    }
    assert_eq!(app.asked(), NOTHING);
}

#[tokio::test]
async fn check_is_told_the_cookie_whether_a_page_is_wanted_and_which_and_nothing_else() {
    let app = App::new();
    let browser = app.browser().await;
    app.world.advance(HOUR);
    let call =
        browser.with(page("/notes?a=b&c=%2F")).header("x-auth-sub", "me").header("referer", "https://app.example.com/");
    assert_eq!(app.send(call).await.status, 200);
    let asked = app.front.asked().remove(0);
    assert_eq!((asked.path.as_str(), asked.query.as_str()), ("/auth/check", "return_to=%2Fnotes%3Fa%3Db%26c%3D%252F"));
    assert_eq!(asked.cookies, [format!("__Host-latchkey={}", browser.cookie)]);
    let mut names: Vec<_> = asked.headers.keys().map(String::as_str).collect();
    names.retain(|name| !["host", "user-agent"].contains(name));
    assert_eq!((names, asked.headers["accept"].as_str()), (vec!["accept"], "text/html"));
}

#[tokio::test]
async fn whatever_a_browser_adds_to_its_request_check_can_be_asked() {
    let app = App::new();
    let browser = app.browser().await;
    app.world.advance(8 * HOUR);
    let long =
        page(&format!("/notes?{}", "&".repeat(2000))).header("accept", &format!("text/html{}", ";".repeat(20_000)));
    assert_eq!(app.send(browser.with(long.clone())).await.status, 200, "renewed");
    let asked = app.front.asked().remove(0);
    assert_eq!((asked.query.as_str(), asked.headers["accept"].as_str()), ("", "text/html"));
    app.world.advance(DAY);
    sign_out(&app, &browser).await;
    let answer = app.send(browser.with(long)).await;
    let login = "https://app.example.com/auth/login?cause=logout";
    assert_eq!((answer.status, answer.headers["location"].as_str()), (302, login));
}

#[tokio::test]
async fn a_good_cookie_passes_unrenewed_while_check_is_down_and_an_expired_one_does_not() {
    let app = App::new();
    let mut browser = app.browser().await;
    app.world.advance(HOUR);
    app.front.line(Line::Says(503, Vec::new(), String::new()));
    let before = browser.cookie.clone();
    assert_eq!((user(&browser.get(&app).await).1, &browser.cookie), (browser.tokens.user_id.clone(), &before));
    app.world.advance(7 * HOUR);
    let answer = browser.get(&app).await;
    assert_answer!(answer, @r#"
    503
    cache-control: no-store
    content-length: 123
    content-type: application/problem+json
    retry-after: 2
    x-content-type-options: nosniff

    {
      "retry_after": 2,
      "status": 503,
      "title": "The service is not available. Try again.",
      "type": "urn:latchkey:problem:unavailable"
    }
    "#);
}

/// `check` of these deployments is stateless: it is the guard that wants to hear of endings.
const BOUNDED: [(&str, &str); 1] = [("LATCHKEY_REVOCATION", "bounded")];

#[tokio::test]
async fn g1_where_revocation_is_bounded_an_ended_cookie_is_refused_within_the_bound() {
    let app = App::with(Settings::default(), &BOUNDED);
    let (mut browser, mut other) = (app.browser().await, app.browser().await);
    assert_eq!(browser.get(&app).await.status, 200);
    assert_eq!(app.asked(), ["/.well-known/revocations"]);
    sign_out(&app, &browser).await;
    app.world.advance(5 + 1 + 2);
    let answer = browser.get(&app).await;
    assert_eq!(refusal(&answer), (401, "invalid-token".to_owned(), json!("logout")));
    assert_eq!(app.asked(), ["/.well-known/revocations", "/auth/check"]);
    assert_eq!((other.get(&app).await.status, app.asked().len()), (200, 0), "one feed for all");
}

#[tokio::test]
async fn g1_where_revocation_is_bounded_the_table_is_asked_when_the_feed_cannot_tell() {
    let settings = Settings::default();
    let lifetimes = Lifetimes { cookie_fresh: 2 * HOUR, ..settings.lifetimes };
    let app = App::with(Settings { lifetimes, ..settings }, &BOUNDED);
    let (mut browser, mut ended) = (app.browser().await, app.browser().await);
    app.world.advance(HOUR - 1);
    assert_eq!((browser.get(&app).await.status, app.asked()), (200, vec!["/.well-known/revocations".to_owned()]));
    app.world.advance(1);
    assert_eq!((browser.get(&app).await.status, app.asked()), (200, vec!["/auth/check".to_owned()]));
    assert_eq!((browser.get(&app).await.status, app.asked().len()), (200, 0), "asked a moment ago");
    sign_out(&app, &ended).await;
    assert_eq!(refusal(&ended.get(&app).await).2, "logout", "an hour without the table, whatever the feed says");
    app.asked();
    app.front.line(Line::Says(503, Vec::new(), String::new()));
    app.world.advance(10);
    assert_eq!(browser.get(&app).await.status, 503);
    assert_eq!(app.asked(), ["/.well-known/revocations", "/auth/check"]);
}
