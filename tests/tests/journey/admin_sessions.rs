//! Ending sessions of others: one, all, and very many.

use std::time::{Duration, Instant};

use latchkey::{
    domain::{EndCause, SeedHash, Session, SessionId, UserId},
    ports::{CreateSession, FindSession},
};
use latchkey_tests::{
    api::{Api, Tokens},
    store::Store,
    world::{Settings, World},
};
use serde_json::{Value, json};

use crate::{
    admin::{NOBODY, ask, problem},
    refresh::cause,
    refused::assert_refused,
};

async fn end_all(world: &World, user_id: &str, after: Option<&str>) -> Value {
    let mut members = json!({ "user_id": user_id });
    if let Some(after) = after {
        members["after"] = json!(after);
    }
    ask(world, "end-sessions", members).await
}

#[tokio::test]
async fn one_session_is_ended_once_and_says_who_did_it() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let second = Tokens::from(world.login(&person).await);
        let end = |id: &str| ask(&world, "end-session", json!({ "user_id": first.user_id, "session_id": id }));
        assert_eq!(end(&first.session_id).await, json!({ "ended": 1 }));
        for over_or_unknown in [first.session_id.as_str(), NOBODY] {
            assert_eq!(end(over_or_unknown).await, json!({ "ended": 0 }));
        }
        assert_eq!(cause(&world, &first).await, Some(EndCause::RevokedByAdmin));
        assert_refused(&world.refresh(&first.refresh).await);
        assert_eq!(world.refresh(&second.refresh).await.status, 200);
        let (_, other) = world.registered().await;
        let crossed = json!({ "user_id": other.user_id, "session_id": second.session_id });
        assert_eq!(ask(&world, "end-session", crossed).await, json!({ "ended": 0 }), "a session of somebody else");
        assert_eq!(world.me(&second.access).await.status, 200);
    }
}

#[tokio::test]
async fn all_sessions_end_at_once_and_say_who_did_it() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await);
        let (_, other) = world.registered().await;
        assert_eq!(end_all(&world, &first.user_id, None).await, json!({ "ended": 2 }));
        assert_refused(&world.refresh(&first.refresh).await);
        assert_refused(&world.me(&first.access).await);
        assert_eq!(world.authorize_session(&session.session).await, None);
        assert_eq!(cause(&world, &session).await, Some(EndCause::RevokedByAdmin));
        assert_eq!(world.login(&person).await.status, 200, "the way in stays open");
        assert_eq!(world.refresh(&other.refresh).await.status, 200);
        assert_eq!(problem(&end_all(&world, &first.user_id, Some("x")).await), "invalid-input");
    }
}

/// Sessions as they are after many sign-ins.
async fn stored_sessions(world: &World, tokens: &Tokens, count: u32) -> Vec<SessionId> {
    let (user_id, session_id): (UserId, SessionId) =
        (tokens.user_id.parse().unwrap(), tokens.session_id.parse().unwrap());
    let model = world.store.find_session(user_id, session_id).await.unwrap().0.unwrap();
    let mut ids = Vec::new();
    for number in 0..count {
        let mut bytes = [7; 16];
        bytes[..4].copy_from_slice(&number.wrapping_mul(0x9E37_79B9).to_be_bytes());
        let id = SessionId::from_random(bytes);
        world.store.create_session(&Session { id, seed_hash: SeedHash([1; 32]), ..model.clone() }).await.unwrap();
        ids.push(id);
    }
    ids
}

/// Goes on until nothing is left; gives how many calls that took and how many sessions were ended.
async fn finish(world: &World, user_id: &str, first: Value) -> (u64, u64) {
    let (mut calls, mut ended, mut answer) = (1, first["ended"].as_u64().unwrap(), first);
    while let Some(next) = answer["next"].as_str().map(str::to_owned) {
        answer = end_all(world, user_id, Some(&next)).await;
        ended += answer["ended"].as_u64().unwrap();
        calls += 1;
    }
    (calls, ended)
}

#[tokio::test]
async fn g11_ending_more_sessions_than_one_call_may_is_in_force_after_the_first_and_finishes() {
    for (store, count) in [(Store::memory(), 100_000), (Store::dynamodb(), 1_010)] {
        let world = World::new(store, Settings::default());
        let (person, tokens) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        let ids = stored_sessions(&world, &tokens, count).await;

        let first = end_all(&world, &tokens.user_id, None).await;
        assert_eq!(first["ended"], 1000, "the work of one call is bounded");
        assert_refused(&world.refresh(&tokens.refresh).await);
        assert_refused(&world.me(&tokens.access).await);
        assert_eq!(world.authorize_session(&session).await, None);
        let anew = Tokens::from(world.login(&person).await);

        let (calls, ended) = finish(&world, &tokens.user_id, first).await;
        let all = u64::from(count) + 2;
        assert_eq!((calls, ended), (all.div_ceil(1000), all));
        assert_eq!(world.refresh(&anew.refresh).await.status, 200, "who signed in meanwhile stays");
        let user_id = tokens.user_id.parse().unwrap();
        for id in [ids[0], ids[ids.len() / 2], ids[ids.len() - 1]] {
            let found = world.store.find_session(user_id, id).await.unwrap().0.unwrap();
            assert_eq!(found.ended.unwrap().cause, EndCause::RevokedByAdmin);
        }
    }
}

#[tokio::test]
async fn g11_a_hundred_thousand_sessions_are_listed_in_pages() {
    let world = World::new(Store::memory(), Settings::default());
    let (_, tokens) = world.registered().await;
    stored_sessions(&world, &tokens, 100_000).await;
    let (mut pages, mut count, mut after, started) = (0, 0, json!(null), Instant::now());
    loop {
        let page = ask(&world, "list-sessions", json!({ "user_id": tokens.user_id, "after": after })).await;
        let sessions = page["sessions"].as_array().unwrap().len();
        assert!(sessions <= 50 && page.to_string().len() < 32 * 1024);
        (pages, count) = (pages + 1, count + sessions);
        match page.get("next") {
            Some(next) => after = next.clone(),
            None => break,
        }
    }
    assert_eq!((pages, count), (2001, 100_001));
    assert!(started.elapsed() < Duration::from_secs(60));
}
