//! `GET /.well-known/revocations`: what it tells, and what it costs.

use latchkey::{
    domain::{SessionId, UserId, feed::name_of},
    ports::PublishKeys,
    published::document::Document,
    tokens::Algorithm,
};
use latchkey_tests::{
    api::{Api, Tokens},
    exchange::{Answer, Call},
    forge::encode,
    rings::Rings,
    world::World,
};
use serde_json::{Value, json};

use crate::changes;

async fn feed(world: &World, after: &str) -> Answer {
    world.send(Call::get(&format!("/.well-known/revocations{after}"))).await
}

/// All that is told of sessions, and of users with their least good epoch, whatever the bucket.
async fn told(world: &World) -> (Vec<[u8; 8]>, Vec<([u8; 8], u64)>) {
    world.advance(2);
    let body = feed(world, "").await.body;
    let document: Document<'_> = serde_json::from_str(&body).unwrap();
    let sessions = document.buckets.iter().flat_map(|bucket| bucket.sessions().unwrap());
    (sessions.collect(), document.buckets.iter().flat_map(|bucket| bucket.users().unwrap()).collect())
}

fn session(tokens: &Tokens) -> [u8; 8] {
    name_of(tokens.session_id.parse::<SessionId>().unwrap().as_bytes())
}

fn user(tokens: &Tokens) -> [u8; 8] {
    name_of(tokens.user_id.parse::<UserId>().unwrap().as_bytes())
}

#[tokio::test]
async fn the_feed_tells_when_it_was_read_what_is_trusted_and_what_has_ended() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        world.logout(&tokens.refresh).await;
        let answer = feed(&world, "").await;
        assert_eq!((answer.status, answer.headers["cache-control"].as_str()), (200, "public, max-age=1"));
        let jwks: Value = serde_json::from_str(&world.settings.rings.public_jwks()).unwrap();
        let expected = json!({
            "now": 4_000_000_000_u64,
            "bucket_seconds": 10,
            "valid_from": 0,
            "kids": [jwks["keys"][0]["kid"], jwks["keys"][1]["kid"]],
            "after": 0,
            "closed": 399_999_996,
            "buckets": [{ "bucket": 400_000_000, "sessions": encode(session(&tokens)) }],
        });
        assert_eq!(answer.json(), expected);
    }
}

#[tokio::test]
async fn every_way_a_session_ends_reaches_the_feed() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let login = async || Tokens::from(world.login(&person).await);
        let (second, third, fourth) = (login().await, login().await, login().await);

        world.logout(&first.refresh).await;
        assert_eq!(told(&world).await, (vec![session(&first)], vec![]), "signing out");

        let path = format!("/auth/sessions/{}", second.session_id);
        world.send(Call::delete(&path).bearer(&fourth.access)).await;
        let (sessions, _) = told(&world).await;
        assert!(sessions.contains(&session(&second)), "ending one's session from another");

        let renewed = Tokens::from(world.refresh(&third.refresh).await);
        world.advance(31);
        assert_eq!(world.refresh(&third.refresh).await.status, 401);
        let (sessions, _) = told(&world).await;
        assert!(sessions.contains(&session(&renewed)), "a token used twice");

        let fifth = login().await;
        world.send(Call::delete("/auth/sessions?keep=current").bearer(&fourth.access)).await;
        let (sessions, users) = told(&world).await;
        assert!(sessions.contains(&session(&fifth)) && !sessions.contains(&session(&fourth)), "ending all others");
        assert_eq!(users, []);

        world.send(Call::delete("/auth/sessions").bearer(&fourth.access)).await;
        let (_, users) = told(&world).await;
        assert_eq!(users, [(user(&fourth), 2)], "signing out everywhere");

        let hash = changes::hash(&world.settings, &person, "another long password");
        changes::change_password(&world.store, &person, &hash, world.now()).await;
        let (_, users) = told(&world).await;
        assert!(users.contains(&(user(&fourth), 3)), "a changed password: {users:?}");

        let person = person.with_password("another long password");
        let last = Tokens::from(world.login(&person).await);
        let body = json!({ "password": person.password });
        let answer = world.send(Call::delete("/auth/me").bearer(&last.access).json(&body)).await;
        assert_eq!(answer.status, 204, "{answer}");
        let (_, users) = told(&world).await;
        assert!(users.contains(&(user(&last), 4)), "a deleted account: {users:?}");
    }
}

#[tokio::test]
async fn however_many_sessions_a_user_had_signing_out_everywhere_is_one_entry() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        for _ in 0..5 {
            world.login(&person).await;
        }
        assert_eq!(world.send(Call::delete("/auth/sessions").bearer(&first.access)).await.status, 204);
        assert_eq!(told(&world).await, (vec![], vec![(user(&first), 2)]));
    }
}

#[tokio::test]
async fn a_closed_bucket_is_told_once_to_who_asks_for_what_is_new() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        world.logout(&tokens.refresh).await;
        let buckets = async |after: u64| feed(&world, &format!("?after={after}")).await.json()["buckets"].clone();
        world.advance(38);
        let open = feed(&world, "").await.json();
        assert_eq!(open["closed"], 399_999_999_u64, "not yet: what began in it may still be on its way");
        let entry = json!([{ "bucket": 400_000_000, "sessions": encode(session(&tokens)) }]);
        assert_eq!(buckets(399_999_999).await, entry);
        world.advance(2);
        assert_eq!(feed(&world, "").await.json()["closed"], 400_000_000_u64);
        assert_eq!((buckets(400_000_000).await, buckets(399_999_999).await), (json!([]), entry.clone()));
        // Until the last token of that session has expired.
        world.advance(3630 - 41);
        assert_eq!(buckets(0).await, entry);
        world.advance(11);
        assert_eq!(buckets(0).await, json!([]));
    }
}

#[tokio::test]
async fn the_tables_are_read_every_other_second_however_many_ask_and_closed_buckets_never_again() {
    for world in World::on_each_store() {
        let reads = || (world.store.calls("read_feed"), world.store.calls("find_published_keys"));
        for second in 0..2 {
            for _ in 0..20 {
                feed(&world, "").await;
                feed(&world, "?after=399999990").await;
            }
            assert_eq!(reads(), (1, 1), "{second}");
            world.advance(1);
        }
        feed(&world, "").await;
        assert_eq!(reads(), (2, 2));

        let (_, tokens) = world.registered().await;
        world.logout(&tokens.refresh).await;
        world.advance(100);
        feed(&world, "").await;
        let Some(store) = world.store.as_dynamodb() else { continue };
        world.advance(2);
        let before = store.meter().snapshot();
        let (_, told) = (feed(&world, "").await, told(&world).await.0);
        let used = store.meter().snapshot().since(before);
        // Two refreshes, each of the shards of this hour and of the keys; the entry is known without being read.
        assert_eq!((used.reads, used.read_units, told), (34, 34.0, vec![session(&tokens)]));
    }
}

#[tokio::test]
async fn g5_a_revoked_key_is_missing_within_two_seconds() {
    for world in World::on_each_store() {
        let kids = async || feed(&world, "").await.json()["kids"].clone();
        let before = kids().await;
        let others = Rings::generate(Algorithm::ES256);
        world.store.publish_keys(&others.public_jwks(), 1).await.unwrap();
        world.advance(1);
        assert_eq!(kids().await, before, "what was read a second ago");
        world.advance(1);
        let jwks: Value = serde_json::from_str(&others.public_jwks()).unwrap();
        assert_eq!(kids().await, json!([jwks["keys"][0]["kid"], jwks["keys"][1]["kid"]]));
    }
}

#[tokio::test]
async fn a_place_in_the_feed_is_a_number() {
    for world in World::on_each_store() {
        for after in ["x", "-1", "1.5", "", "18446744073709551616", "0x10"] {
            let answer = feed(&world, &format!("?after={after}")).await;
            assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid-input"), "{after}");
            assert_eq!(answer.json()["errors"][0]["pointer"], "/after");
        }
        for after in ["0", "18446744073709551615"] {
            assert_eq!(feed(&world, &format!("?after={after}")).await.status, 200, "{after}");
        }
    }
}
