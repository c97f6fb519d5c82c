//! C1: whether an account exists cannot be told by how long a refusal takes.

use std::time::Instant;

use latchkey_tests::{
    api::{Api, Person},
    client_hash::{Spelling, client_hash},
    deployment::{Deployment, Environment},
    exchange::Call,
};
use serde_json::Value;

/// How often each kind of request is timed.
const SAMPLES: usize = 80;

/// How often before that, for the first touch of the memory.
const WARM_UP: usize = 2;

/// Standard deviations of the rank sum beyond which two distributions differ: reached by chance once in 15 000 runs.
const THRESHOLD: f64 = 4.0;

/// What a debug build and an emulated table may add to finding somebody over finding nobody.
const MARGIN: f64 = 1.05;

/// The same beside a client hash, which costs next to nothing: four milliseconds are the table and a debug build.
const MARGIN_WITHOUT_A_HASH: f64 = 1.15;

/// By how many standard deviations the rank sum says that `first` takes longer than `second` (Mann and Whitney, ties left
/// aside); negative if it takes less.
fn longer(first: &[f64], second: &[f64]) -> f64 {
    let (n, m) = (first.len() as f64, second.len() as f64);
    let wins: usize = first.iter().map(|x| second.iter().filter(|y| x > y).count()).sum();
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    (wins as f64 - n * m / 2.0) / deviation
}

fn scaled(times: &[f64], factor: f64) -> Vec<f64> {
    times.iter().map(|time| time * factor).collect()
}

async fn timed(deployment: &Deployment, body: &Value) -> f64 {
    let started = Instant::now();
    assert_eq!(deployment.send(Call::post("/auth/login", body)).await.status, 401);
    started.elapsed().as_secs_f64()
}

/// Times each of these, in turns that begin with another one each time, so that whatever else the machine does meets all alike.
async fn in_turns<const N: usize>(deployment: &Deployment, bodies: &[Value; N]) -> [Vec<f64>; N] {
    let mut times = [const { Vec::new() }; N];
    for turn in 0..SAMPLES + WARM_UP {
        for which in (0..N).map(|place| (turn + place) % N) {
            let time = timed(deployment, &bodies[which]).await;
            if turn >= WARM_UP {
                times[which].push(time);
            }
        }
    }
    times
}

/// Asserts that no two of these take times that a rank test tells apart.
fn assert_alike(times: &[Vec<f64>], margin: f64, what: &str) {
    for (slow, quick) in times.iter().flat_map(|slow| times.iter().map(move |quick| (slow, quick))) {
        let told_apart = longer(slow, &scaled(quick, margin));
        assert!(told_apart < THRESHOLD, "{what}: told apart by {told_apart:.1} standard deviations");
    }
}

fn many_attempts() -> Environment {
    Environment::local().with("LATCHKEY_ATTEMPTS_PER_ACCOUNT", "1000").with("LATCHKEY_ATTEMPTS_PER_SOURCE", "1000")
}

#[tokio::test]
async fn c1_a_rank_test_cannot_separate_unknown_users_from_wrong_passwords() {
    let deployment = Deployment::new(many_attempts());
    let known = Person::new();
    assert_eq!(deployment.register(&known).await.status, 201);
    let wrong =
        [known, Person::new()].map(|person| person.with_password("not their password, but as long").credentials());
    let times = in_turns(&deployment, &wrong).await;
    assert_alike(&times, MARGIN, "a password");
    // The same test notices when a third of the work is missing: it can fail.
    let told_apart = longer(&times[0], &scaled(&times[1], MARGIN * 2.0 / 3.0));
    assert!(told_apart > THRESHOLD, "the machine is too noisy to tell anything: {told_apart:.1}");
}

#[tokio::test]
async fn c1_a_rank_test_cannot_tell_who_moved_to_a_client_hash_from_who_did_not_and_from_nobody() {
    let off = Deployment::new(many_attempts());
    let transition = Deployment::new(many_attempts().with("LATCHKEY_CLIENT_HASHING", "transition"));
    let people = [(); 3].map(|()| Person::new());
    assert_eq!(off.register(&people[0]).await.status, 201);
    assert_eq!(transition.register(&people[1]).await.status, 201);
    let guess = client_hash(&transition, &people[2]).await;
    for (spelling, margin) in [(Spelling::Password, MARGIN), (Spelling::ClientHash, MARGIN_WITHOUT_A_HASH)] {
        let wrong = people
            .each_ref()
            .map(|person| spelling.credentials(&person.with_password("not their password, but as long"), &guess));
        let times = in_turns(&transition, &wrong).await;
        assert_alike(&times, margin, &format!("{spelling:?}"));
    }
}

#[test]
fn the_rank_test_tells_equal_from_different() {
    let first: Vec<f64> = (0..100).map(f64::from).collect();
    let second: Vec<f64> = (0..100).map(|n| f64::from(n) + 0.5).collect();
    assert!(longer(&first, &second).abs() < 1.0);
    let later: Vec<f64> = first.iter().map(|n| n + 50.0).collect();
    assert!(longer(&later, &first) > THRESHOLD && longer(&first, &later) < -THRESHOLD);
}
