//! Limits of attempts at signing in and at registering.

use latchkey::domain::{AttemptLimits, ClientHashing};
use latchkey_tests::{
    api::{Api, Person},
    assert_answer,
    client_hash::{Spelling, client_hash},
    exchange::{Answer, Call},
    parallel::in_parallel,
    world::{Settings, World},
};

const LIMITS: AttemptLimits = AttemptLimits { per_account: 10, per_source: 25, window: 900 };

fn worlds() -> impl Iterator<Item = World> {
    World::on_each_store_with(Settings { limits: LIMITS, ..Settings::default() })
}

async fn login_from(world: &World, source: &str, person: &Person) -> Answer {
    world.send(Call::post("/auth/login", &person.credentials()).from(source)).await
}

fn statuses(answers: &[Answer]) -> (usize, usize) {
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(401) + count(429), answers.len());
    (count(401), count(429))
}

#[tokio::test]
async fn c9_of_two_hundred_parallel_guesses_at_most_the_limit_reach_the_hash() {
    for world in worlds() {
        let (person, _) = world.registered().await;
        let guesses: Vec<_> =
            (0..200).map(|number| person.with_password(&format!("a guess, number {number}"))).collect();
        let mut answers = Vec::new();
        for (batch, guesses) in guesses.chunks(50).enumerate() {
            let source = format!("203.0.113.{batch}");
            answers.extend(in_parallel(guesses.iter().map(|guess| login_from(&world, &source, guess))).await);
        }
        assert_eq!(statuses(&answers), (10, 190));
        assert_eq!(
            world.store.calls("find_account"),
            10,
            "whoever is refused is not even looked up, and so never hashed"
        );
    }
}

#[tokio::test]
async fn c8_guesses_by_client_hash_are_counted_with_those_by_password() {
    let settings = Settings { limits: LIMITS, client_hashing: ClientHashing::Transition, ..Settings::default() };
    for world in World::on_each_store_with(settings) {
        let (person, _) = world.registered().await;
        let hash = client_hash(&world, &person).await;
        let by_hash = |hash: &str| Call::post("/auth/login", &Spelling::ClientHash.credentials(&person, hash));
        let mut answers = Vec::new();
        for _ in 0..5 {
            answers.push(world.login(&person.with_password("not their password")).await);
            answers.push(world.send(by_hash(&"A".repeat(43))).await);
        }
        answers.push(world.send(by_hash(&hash)).await);
        assert_eq!((statuses(&answers), answers[10].status), ((10, 1), 429));
        assert_eq!(world.store.calls("find_account"), 10, "whoever is refused is not even looked up");
    }
}

#[tokio::test]
async fn c8_one_account_is_limited_whatever_addresses_the_guesses_come_from() {
    for world in worlds() {
        let (person, _) = world.registered().await;
        let guess = person.with_password("not their password");
        let mut answers = Vec::new();
        for host in 0..=100 {
            answers.push(login_from(&world, &format!("203.0.113.{host}"), &guess).await);
        }
        assert_eq!(statuses(&answers), (10, 91));
        assert_answer!(answers[100], @r#"
        429
        cache-control: no-store
        content-type: application/problem+json
        retry-after: 500
        x-content-type-options: nosniff

        {
          "retry_after": 500,
          "status": 429,
          "title": "Too many attempts. Try again later.",
          "type": "urn:latchkey:problem:too-many-attempts"
        }
        "#);
        world.advance(499);
        assert_eq!(world.login(&person).await.status, 429);
        world.advance(1);
        assert_eq!(world.login(&person).await.status, 200);
    }
}

#[tokio::test]
async fn c8_one_address_is_limited_whatever_accounts_it_guesses_at() {
    for world in worlds() {
        let mut answers = Vec::new();
        for number in 0..40 {
            let call = Call::post("/auth/login", &Person::new().credentials()).from("203.0.113.9");
            answers.push(world.send(call.header("x-forwarded-for", &format!("192.0.2.{number}"))).await);
        }
        assert_eq!(statuses(&answers), (25, 15), "forged X-Forwarded-For makes no other source");
        let (person, _) = world.registered().await;
        assert_eq!(login_from(&world, "203.0.113.9", &person).await.status, 429);
        assert_eq!(login_from(&world, "203.0.113.10", &person).await.status, 200);
    }
}

#[tokio::test]
async fn an_unknown_account_is_limited_like_one_that_exists() {
    for world in worlds() {
        let (known, unknown) = (world.registered().await.0.with_password("not their password"), Person::new());
        for _ in 0..12 {
            let (one, other) = (world.login(&known).await, world.login(&unknown).await);
            assert_eq!(one, other);
        }
    }
}

#[tokio::test]
async fn signing_in_often_never_limits_the_owner() {
    let limits = AttemptLimits { per_source: 1000, ..LIMITS };
    for world in World::on_each_store_with(Settings { limits, ..Settings::default() }) {
        let (person, _) = world.registered().await;
        for number in 0..40 {
            assert_eq!(world.login(&person).await.status, 200, "sign-in {number}");
        }
        assert_eq!(world.store.calls("clear_attempts"), 8, "the counter is cleared only once it is half used");
    }
}

#[tokio::test]
async fn a_body_that_is_refused_costs_no_attempt() {
    for world in worlds() {
        let (person, _) = world.registered().await;
        for _ in 0..30 {
            assert_eq!(world.login(&person.with_password(&"x".repeat(257))).await.status, 422);
        }
        assert_eq!(world.login(&person).await.status, 200);
    }
}

#[tokio::test]
async fn registering_is_limited_before_any_hash() {
    let limits = AttemptLimits { per_account: 3, ..AttemptLimits::default() };
    for world in World::on_each_store_with(Settings { limits, ..Settings::default() }) {
        let (person, _) = world.registered().await;
        for _ in 0..2 {
            assert_eq!(world.register(&person).await.status, 409);
        }
        assert_answer!(world.register(&person).await, @r#"
        429
        cache-control: no-store
        content-type: application/problem+json
        retry-after: 500
        x-content-type-options: nosniff

        {
          "retry_after": 500,
          "status": 429,
          "title": "Too many attempts. Try again later.",
          "type": "urn:latchkey:problem:too-many-attempts"
        }
        "#);
        assert_eq!(world.store.calls("create_user"), 3);
        world.advance(500);
        assert_eq!(world.register(&person).await.status, 409);
    }
}
