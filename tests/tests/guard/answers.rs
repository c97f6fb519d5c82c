//! Answers that are none of `check`: nobody gets in by them, and they say nothing to anybody.

use latchkey_tests::{
    exchange::Call,
    front::Line,
    world::{ORIGIN, START},
};

use crate::app::{App, refusal, renewed, router, send};

const DAY: u64 = 24 * 3600;

fn says(status: u16, headers: &[(&'static str, &str)], body: &str) -> Line {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned()));
    Line::Says(status, headers.collect(), body.to_owned())
}

#[tokio::test]
async fn f1_what_is_no_answer_of_check_lets_nobody_in() {
    let app = App::new();
    let browser = app.browser().await;
    app.world.advance(DAY);
    let (huge, ids) = ("x".repeat(20_000), "6d1e5f9a-0f0e-4b7d-9f53-2f6a1c0b9e11");
    let set = "__Host-latchkey=forged; Path=/";
    let most: &[(&str, &str)] =
        &[("x-auth-sub", ids), ("x-auth-sid", ids), ("x-auth-auth-time", "1"), ("x-auth-epoch", "1")];
    let lines = [
        says(204, &[], ""),
        says(204, most, ""),
        says(204, &[most, &[("x-auth-exp", "soon")]].concat(), ""),
        says(204, &[most, &[("x-auth-exp", "9"), ("x-auth-sub", ids)]].concat(), ""),
        says(204, &[most, &[("x-auth-exp", "9"), ("x-auth-roles", &huge)]].concat(), ""),
        says(200, &[most, &[("x-auth-exp", "9"), ("set-cookie", set)]].concat(), "<html>"),
        says(302, &[], ""),
        says(302, &[("location", "https://evil.example/auth/login"), ("set-cookie", set)], ""),
        says(302, &[("location", "//evil.example/")], ""),
        says(302, &[("location", "javascript:alert(1)")], ""),
        says(301, &[("location", ORIGIN)], ""),
        says(307, &[("location", "/elsewhere")], ""),
        says(401, &[("x-huge", &huge)], ""),
        says(401, &[], &huge),
        says(403, &[], ""),
        says(404, &[], ""),
        says(429, &[], ""),
        says(500, &[], ""),
    ];
    for line in lines {
        app.front.line(line.clone());
        let answer = app.send(browser.with(Call::get("/notes")).header("accept", "text/html")).await;
        assert_eq!(refusal(&answer).1, "unavailable", "{line:?}");
        assert_eq!((answer.status, answer.headers["retry-after"].as_str(), renewed(&answer)), (503, "2", None));
        assert_eq!(app.asked(), ["/auth/check"], "no redirect is followed");
    }
}

#[tokio::test]
async fn of_all_that_check_says_only_the_session_cookie_and_a_page_of_ours_are_handed_on() {
    let app = App::new();
    let browser = app.browser().await;
    app.world.advance(DAY);
    let sets = [
        ("set-cookie", "other=1"),
        ("set-cookie", "__Host-latchkey-token=1"),
        ("set-cookie", "__Host-latchkey=; Max-Age=0"),
    ];
    let headers = [&sets[..], &[("x-anything", "1"), ("location", "/auth/login?cause=idle")]].concat();
    app.front.line(says(302, &headers, "<html>"));
    let answer = app.send(browser.with(Call::get("/notes"))).await;
    let mut names: Vec<_> = answer.headers.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["cache-control", "content-length", "location", "set-cookie", "x-content-type-options"]);
    assert_eq!((answer.status, answer.body.as_str()), (302, ""));
    assert_eq!(answer.headers["location"], "https://app.example.com/auth/login?cause=idle");
    assert_eq!(answer.headers["set-cookie"], "__Host-latchkey=; Max-Age=0");
    app.front.line(says(401, &headers, r#"{"cause":"<script>","detail":"<script>"}"#));
    let answer = app.send(browser.with(Call::get("/notes"))).await;
    assert_eq!((answer.status, answer.headers["set-cookie"].as_str()), (401, "__Host-latchkey=; Max-Age=0"));
    assert!(!answer.body.contains("script"), "{answer}");
}

#[tokio::test]
async fn f1_an_issuer_that_is_silent_or_not_there_is_503_in_time_and_a_good_cookie_passes() {
    let app = App::new();
    let browser = app.browser().await;
    app.front.line(Line::Silent);
    app.world.advance(3600);
    let started = std::time::Instant::now();
    assert_eq!(app.send(browser.with(Call::get("/notes"))).await.status, 200);
    assert!(started.elapsed().as_secs() < 3, "a renewal is waited for a second");

    let (rings, now) = (&app.world.settings.rings.public_jwks(), START.plus(DAY));
    let deaf = router("http://127.0.0.1:9", &[("LATCHKEY_JWKS", rings)], move || now);
    let session = format!("lks_{}", "A".repeat(114));
    let answer = send(&deaf, Call::get("/notes").bearer(&session)).await;
    assert_eq!(refusal(&answer).1, "unavailable");
    assert_eq!(send(&deaf, Call::get("/notes").bearer("x")).await.status, 401);
}
