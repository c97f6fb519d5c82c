//! C1: whether an account exists cannot be told by how long a refusal takes.

use std::time::Instant;

use latchkey_tests::{
    api::{Api, Person},
    deployment::{Deployment, Environment},
};

/// How often each kind of request is timed.
const SAMPLES: usize = 80;

/// Standard deviations of the rank sum beyond which two distributions differ: reached by chance once in 15 000 runs.
const THRESHOLD: f64 = 4.0;

/// What a debug build and an emulated table may add to finding somebody over finding nobody.
const MARGIN: f64 = 1.05;

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

async fn timed(deployment: &Deployment, person: &Person) -> f64 {
    let started = Instant::now();
    assert_eq!(deployment.login(person).await.status, 401);
    started.elapsed().as_secs_f64()
}

#[tokio::test]
async fn c1_a_rank_test_cannot_separate_unknown_users_from_wrong_passwords() {
    let many =
        Environment::local().with("LATCHKEY_ATTEMPTS_PER_ACCOUNT", "1000").with("LATCHKEY_ATTEMPTS_PER_SOURCE", "1000");
    let deployment = Deployment::new(many);
    let known = Person::new();
    assert_eq!(deployment.register(&known).await.status, 201);
    let wrong = known.with_password("not their password, but as long");
    let unknown = Person { email: Person::new().email, ..wrong.clone() };
    for person in [&wrong, &unknown, &wrong, &unknown] {
        timed(&deployment, person).await; // the first touch of the memory
    }
    let (mut wrong_times, mut unknown_times) = (Vec::new(), Vec::new());
    for pair in 0..SAMPLES {
        // In turns, so that whatever else the machine does meets both alike.
        let order = if pair % 2 == 0 { [&wrong, &unknown] } else { [&unknown, &wrong] };
        for person in order {
            let times = if person.email == wrong.email { &mut wrong_times } else { &mut unknown_times };
            times.push(timed(&deployment, person).await);
        }
    }
    for (slow, quick) in [(&wrong_times, &unknown_times), (&unknown_times, &wrong_times)] {
        let told_apart = longer(slow, &scaled(quick, MARGIN));
        assert!(told_apart < THRESHOLD, "told apart by {told_apart:.1} standard deviations");
    }
    // The same test notices when a third of the work is missing: it can fail.
    let told_apart = longer(&wrong_times, &scaled(&unknown_times, MARGIN * 2.0 / 3.0));
    assert!(told_apart > THRESHOLD, "the machine is too noisy to tell anything: {told_apart:.1}");
}

#[test]
fn the_rank_test_tells_equal_from_different() {
    let first: Vec<f64> = (0..100).map(f64::from).collect();
    let second: Vec<f64> = (0..100).map(|n| f64::from(n) + 0.5).collect();
    assert!(longer(&first, &second).abs() < 1.0);
    let later: Vec<f64> = first.iter().map(|n| n + 50.0).collect();
    assert!(longer(&later, &first) > THRESHOLD && longer(&first, &later) < -THRESHOLD);
}
