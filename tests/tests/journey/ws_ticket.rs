//! Asking for a ticket.

use latchkey::tokens::Algorithm;
use latchkey_tests::{
    api::{Api, Tokens},
    exchange::{Answer, Call},
    forge::decode,
    rings::Rings,
    world::{LIVE_URL, ORIGIN, Settings, World},
};
use serde_json::{Value, json};

use crate::cookie::Browser;

pub(crate) fn ask() -> Call {
    Call::new("POST", "/auth/ws-ticket")
}

fn claims(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer}");
    serde_json::from_slice(&decode(answer.text("/ticket").split('.').nth(1).unwrap())).unwrap()
}

#[tokio::test]
async fn every_kind_of_credential_gets_a_ticket_of_its_own_session() {
    for world in World::on_each_store() {
        let (person, pair) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await);
        let browser = Browser::of(world.login_for_cookie(&person).await);
        let asked = [
            (ask().bearer(&pair.access), &pair.session_id),
            (ask().bearer(&session.session), &session.session_id),
            (browser.with(ask().same_origin(ORIGIN)), &browser.tokens.session_id),
        ];
        for (call, session_id) in asked {
            let answer = world.send(call).await;
            let claims = claims(&answer);
            assert_eq!((&claims["sid"], &claims["sub"]), (&json!(session_id), &json!(pair.user_id)));
            assert_eq!(answer.json()["expires_in"], 30);
            assert_eq!(answer.text("/url"), LIVE_URL);
            assert_eq!(answer.headers["cache-control"], "no-store");
        }
    }
}

#[tokio::test]
async fn a_ticket_lives_for_thirty_seconds_and_says_until_when_the_connection_may_be_used_and_from_which_page() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let now = world.now().seconds();
        let anybody = claims(&world.send(ask().bearer(&tokens.access)).await);
        assert_eq!((&anybody["exp"], &anybody["until"]), (&json!(now + 30), &json!(now + 900)));
        assert_eq!(anybody.get("origin"), None);
        let page = claims(&world.send(ask().bearer(&tokens.access).header("origin", ORIGIN)).await);
        assert_eq!(page["origin"], ORIGIN);
        assert_ne!(page["jti"], anybody["jti"]);
    }
}

#[tokio::test]
async fn a_connection_ends_with_its_session_at_the_latest() {
    let lifetimes = latchkey::domain::Lifetimes { session_absolute: 1000, ..Default::default() };
    for world in World::on_each_store_with(Settings { lifetimes, ..Settings::default() }) {
        let (_, tokens) = world.registered().await;
        let began = world.now().seconds();
        world.advance(500);
        assert_eq!(claims(&world.send(ask().bearer(&tokens.access)).await)["until"], began + 1000);
    }
}

#[tokio::test]
async fn e5_an_ended_session_gets_no_ticket_although_its_access_token_is_good() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        assert_eq!(world.logout(&tokens.refresh).await.status, 204);
        let answer = world.send(ask().bearer(&tokens.access)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (401, "invalid-token"), "{answer}");
        assert_eq!(answer.text("/cause"), "logout");
    }
}

#[tokio::test]
async fn e5_no_other_site_gets_a_ticket_by_the_cookie() {
    for world in World::on_each_store() {
        let browser = Browser::signed_in(&world).await;
        for call in [
            ask(),
            ask().header("origin", "https://evil.example.com"),
            ask().header("origin", ORIGIN).header("sec-fetch-site", "same-site"),
        ] {
            let answer = world.send(browser.with(call)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (403, "cross-site-request"), "{answer}");
        }
    }
}

#[tokio::test]
async fn a4_a_ticket_is_no_access_token() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let settings = Settings { rings: Rings::generate(algorithm), ..Settings::default() };
        for world in World::on_each_store_with(settings) {
            let (_, tokens) = world.registered().await;
            let ticket = world.send(ask().bearer(&tokens.access)).await.text("/ticket");
            assert!(!world.lets_in(&ticket).await);
            assert_eq!(world.me(&ticket).await.problem(), "invalid-token");
            assert_eq!(world.send(ask().bearer(&ticket)).await.problem(), "invalid-token");
        }
    }
}
