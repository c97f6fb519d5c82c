//! Who fetches what a guard does not hold, and who waits for it.

use std::time::{Duration, Instant};

use latchkey_tests::{
    exchange::Call,
    forge::Forge,
    front::Line,
    parallel::in_parallel,
    rings::Rings,
    world::{START, World},
};

use crate::app::{App, refusal, router, send};

/// A guard without keys whose clock goes on, and its issuer.
fn without_keys(app: &App) -> axum::Router {
    let started = Instant::now();
    router(&app.front.url(), &[], move || START.plus(started.elapsed().as_secs()))
}

async fn token(world: &World) -> String {
    world.registered().await.1.access
}

#[tokio::test]
async fn f1_whoever_waits_for_keys_that_do_not_come_waits_for_one_fetch_and_not_for_each_others() {
    let app = App::without_keys();
    let (guarded, token) = (without_keys(&app), token(&app.world).await);
    app.front.line(Line::Silent);
    let calls = (0..20).map(|_| send(&guarded, Call::get("/notes").bearer(&token)));
    let answers = in_parallel(calls.collect::<Vec<_>>()).await;
    assert!(answers.iter().all(|answer| refusal(answer).1 == "unavailable"), "{answers:?}");
    assert_eq!(app.asked(), ["/.well-known/jwks.json"], "twenty fetches would take twenty seconds");

    app.front.line(Line::Up);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(send(&guarded, Call::get("/notes").bearer(&token)).await.status, 200);
}

#[tokio::test]
async fn f1_whoever_goes_away_while_keys_are_fetched_leaves_the_next_one_no_second_fetch() {
    let app = App::new();
    let unknown = Forge::new(&Rings::generate(latchkey::tokens::Algorithm::ES256)).good();
    let jwks = app.world.settings.rings.public_jwks();
    let guarded = router(&app.front.url(), &[("LATCHKEY_JWKS", &jwks)], || START);
    app.front.line(Line::Silent);
    for _ in 0..5 {
        let call = send(&guarded, Call::get("/notes").bearer(&unknown));
        let gone = tokio::time::timeout(Duration::from_millis(100), call).await;
        assert!(gone.is_err(), "it waits for the keys");
    }
    assert_eq!(app.asked(), ["/.well-known/jwks.json"]);
}
