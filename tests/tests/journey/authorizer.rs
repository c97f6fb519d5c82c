//! What the stateless authorizer tells a protected function. Hostile tokens and events: `tests/built`.

use latchkey::{
    config::Env,
    domain::{Lifetimes, time::BrokenClock},
    http::authorizer::Authorizer,
    tokens::Algorithm,
};
use latchkey_tests::{
    api::{Api, Tokens},
    authorizer_event::KINDS,
    rings::Rings,
    store::Store,
    world::{START, Settings, World},
};
use serde_json::json;

#[tokio::test]
async fn the_protected_function_learns_who_is_calling() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        world.advance(100);
        let tokens = Tokens::from(world.refresh(&tokens.refresh).await);
        let expected = json!({
            "sub": tokens.user_id,
            "sid": tokens.session_id,
            "auth_time": START.seconds().to_string(),
            "amr": "pwd",
            "epoch": "1",
            "exp": (START.seconds() + 1000).to_string(),
            "client_id": "latchkey",
            "scope": "",
            "roles": "",
        });
        assert_eq!(world.authorize(&tokens.access), Some(expected));
    }
}

#[tokio::test]
async fn an_access_token_is_good_until_a_second_before_it_expires_and_costs_no_read() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let before = world.store.all_calls();
        world.advance(899);
        assert!(world.authorize(&tokens.access).is_some());
        world.advance(1);
        assert_eq!(world.authorize(&tokens.access), None);
        world.set_clock(START.minus(1));
        assert_eq!(world.authorize(&tokens.access), None, "issued in the future");
        assert_eq!(world.store.all_calls(), before);
    }
}

#[tokio::test]
async fn every_algorithm_signs_tokens_that_its_own_keys_verify_and_no_others() {
    let worlds = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA].map(|algorithm| {
        World::new(Store::memory(), Settings { rings: Rings::generate(algorithm), ..Settings::default() })
    });
    for (number, world) in worlds.iter().enumerate() {
        let tokens = world.registered().await.1;
        let verified = worlds.iter().map(|world| world.authorize(&tokens.access).is_some());
        assert_eq!(verified.collect::<Vec<_>>(), [0, 1, 2].map(|other| other == number));
    }
}

#[tokio::test]
async fn a7_a_token_of_a_sibling_audience_is_refused() {
    let store = Store::memory();
    let here = World::new(store.clone(), Settings::default());
    let there = World::new(store, Settings { audience: "latchkey-staging".to_owned(), ..Settings::default() });
    let tokens = there.registered().await.1;
    assert!(there.authorize(&tokens.access).is_some());
    assert_eq!(here.authorize(&tokens.access), None);
}

#[tokio::test]
async fn the_lifetime_is_the_one_that_is_configured() {
    let lifetimes = Lifetimes { access_token: 300, ..Lifetimes::default() };
    let world = World::new(Store::memory(), Settings { lifetimes, ..Settings::default() });
    let (person, tokens) = world.registered().await;
    assert_eq!(world.login(&person).await.json()["expires_in"], 300);
    world.advance(300);
    assert_eq!(world.authorize(&tokens.access), None);
}

#[tokio::test]
async fn a18_with_a_clock_that_cannot_be_right_no_kind_of_api_gets_an_answer() {
    let authorizer = Authorizer::from_env("test", &Env::new([]).unwrap()).unwrap();
    for kind in KINDS {
        let event = kind.about("x.y.z").to_string();
        let judge = |_: &str, _| unreachable!("nothing is judged");
        let outcome = authorizer.decide("request", event.as_bytes(), || Err(BrokenClock), judge);
        assert_eq!(outcome, Err("a dependency is unavailable"), "{kind:?}");
    }
}
