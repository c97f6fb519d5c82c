//! Replacing a ring in Secrets Manager, and what may happen in between.

use std::fs;

use latchkey::{
    domain::{Random, time::system_clock},
    ports::FindPublishedKeys,
    tokens::{
        Algorithm, Jwks,
        rings::{Change, Kind, Maker, change, list},
    },
};
use latchkey_tests::{
    deployment::Environment,
    rings::Rings,
    runtime_api::Function,
    secrets_manager::{SecretsManager, Swap},
    store::Store,
};
use serde_json::{Value, json};

use crate::folder::Folder;

/// What an operator is told who rotates the key that signs by force; the swap meets `swap`.
fn rotate(secrets: &SecretsManager, swap: Swap) -> Value {
    secrets.next_swap(swap);
    act(&Store::dynamodb(), secrets, &json!({ "action": "rotate", "kind": "sign", "force": true, "actor": "ada" }))
}

/// What an operator is told; the key that signs is in Secrets Manager.
fn act(store: &Store, secrets: &SecretsManager, event: &Value) -> Value {
    function(store, secrets).invoke(event.to_string().as_bytes()).unwrap()
}

fn function(store: &Store, secrets: &SecretsManager) -> Function {
    let environment = Environment::local()
        .with("LATCHKEY_SIGN_KEYS", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:SignKeys-a1b2c3")
        .with("LATCHKEY_EPHEMERA_TABLE", &store.tables().unwrap().ephemera)
        .with("LATCHKEY_SIGNING_ALGORITHM", "ES256")
        .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets.endpoint());
    environment.function("rotate-keys")
}

/// A deployment with a ring that may rotate, and is published.
fn published_ring() -> (Store, SecretsManager) {
    let (store, secrets) = (Store::dynamodb(), SecretsManager::holding(&Rings::generate(Algorithm::ES256).sign));
    act(&store, &secrets, &json!({ "action": "publish", "actor": "ada" }));
    (store, secrets)
}

/// The ring after a change by somebody else.
fn changed(ring: &str, what: Change<'_>) -> String {
    let maker = Maker { algorithm: Algorithm::ES256, random: Random::SYSTEM };
    change(Kind::Sign, ring, what, &maker, system_clock().unwrap()).unwrap().ring.unwrap()
}

/// The kids that are published.
async fn published(store: &Store) -> Vec<String> {
    let document = store.find_published_keys().await.unwrap().unwrap();
    Jwks::parse(&document).unwrap().key_ids(system_clock().unwrap()).map(str::to_owned).collect()
}

fn kids(ring: &str) -> Vec<String> {
    list(Kind::Sign, ring).unwrap().0.into_iter().map(|key| key.id).collect()
}

fn retired(ring: &str) -> usize {
    ring.matches("\"retired\"").count()
}

#[test]
fn a_ring_takes_the_place_of_the_version_that_was_read() {
    let secrets = SecretsManager::holding(&Rings::generate(Algorithm::ES256).sign);
    let answer = rotate(&secrets, Swap::Done);
    assert_eq!((&answer["changed"], retired(&secrets.ring())), (&json!(true), 1), "{answer}");
}

#[test]
fn whoever_is_beaten_says_so_and_rotates_no_second_time() {
    let secrets = SecretsManager::holding(&Rings::generate(Algorithm::ES256).sign);
    let theirs = Rings::generate(Algorithm::ES256).sign;
    let answer = rotate(&secrets, Swap::Beaten(theirs.clone()));
    assert_eq!((&answer["changed"], answer["keys"].is_array()), (&json!(false), true), "{answer}");
    assert_eq!(secrets.ring(), theirs);
}

#[test]
fn a_swap_whose_reply_was_lost_is_one_rotation() {
    let secrets = SecretsManager::holding(&Rings::generate(Algorithm::ES256).sign);
    let answer = rotate(&secrets, Swap::ReplyLost);
    assert_eq!((&answer["changed"], retired(&secrets.ring())), (&json!(true), 1), "{answer}");
}

#[test]
fn a_swap_that_is_refused_changes_nothing_and_says_why() {
    let ring = Rings::generate(Algorithm::ES256).sign;
    let secrets = SecretsManager::holding(&ring);
    let problem = rotate(&secrets, Swap::Refused)["problem"].clone();
    assert_eq!((&problem["status"], secrets.ring()), (&json!(503), ring));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("LATCHKEY_SIGN_KEYS") && detail.contains("DecryptionFailure"), "{detail}");
}

#[tokio::test]
async fn g5_a_late_reading_after_a_revocation_publishes_no_revoked_key_again() {
    let (store, secrets) = (Store::dynamodb(), SecretsManager::holding(&Rings::generate(Algorithm::ES256).sign));
    let leaked = kids(&secrets.ring()).remove(0);
    secrets.next_swap(Swap::Unseen);
    let revoke = json!({ "action": "revoke", "id": leaked, "actor": "ada", "reason": "a drill" });
    let answer = act(&store, &secrets, &revoke);
    assert_eq!(answer["changed"], json!(true), "{answer}");
    assert!(!answer.to_string().contains(&leaked) && !published(&store).await.contains(&leaked), "{answer}");
    assert_eq!(published(&store).await, kids(&secrets.ring()));
}

#[tokio::test]
async fn the_first_ring_is_published_although_it_is_not_seen_yet() {
    let (store, secrets) = (Store::dynamodb(), SecretsManager::empty());
    let answer = act(&store, &secrets, &json!({ "action": "publish", "actor": "ada" }));
    assert!(answer["keys"].is_array(), "{answer}");
    assert_eq!(published(&store).await, kids(&secrets.ring()));
}

#[test]
fn a_rotation_that_is_beaten_by_another_change_is_made_after_it_and_by_another_rotation_is_not() {
    let (store, secrets) = published_ring();
    let event = json!({ "action": "rotate", "kind": "sign", "actor": "ada" });
    let moved = changed(&secrets.ring(), Change::ValidFrom(system_clock().unwrap()));
    secrets.next_swap(Swap::Beaten(moved.clone()));
    let answer = act(&store, &secrets, &event);
    assert_eq!((&answer["changed"], retired(&secrets.ring())), (&json!(true), 1), "{answer}");
    assert_eq!(kids(&secrets.ring())[..2], kids(&moved), "theirs is kept");

    let (store, secrets) = published_ring();
    let theirs = changed(&secrets.ring(), Change::Rotate);
    secrets.next_swap(Swap::Beaten(theirs.clone()));
    let answer = act(&store, &secrets, &event);
    assert_eq!((&answer["changed"], secrets.ring()), (&json!(false), theirs), "{answer}");
}

#[tokio::test]
async fn a17_a_next_key_that_was_never_published_is_published_and_does_not_sign_yet() {
    let (store, secrets) = (Store::dynamodb(), SecretsManager::holding(&Rings::generate(Algorithm::ES256).sign));
    let (ring, event) = (secrets.ring(), json!({ "action": "rotate", "kind": "sign", "actor": "ada" }));
    let problem = act(&store, &secrets, &event)["problem"].clone();
    assert_eq!((&problem["status"], secrets.ring()), (&json!(409), ring.clone()), "{problem}");
    assert_eq!(published(&store).await, kids(&ring));
    // What was published is not what there is: a rotation whose publishing failed.
    let theirs = changed(&changed(&ring, Change::ForceRotate), Change::ForceRotate);
    let secrets = SecretsManager::holding(&theirs);
    assert_eq!(act(&store, &secrets, &event)["problem"]["status"], 409);
    assert_eq!((published(&store).await, secrets.ring()), (kids(&theirs), theirs));
}

#[test]
fn a_failure_that_nobody_reads_is_one_of_the_function_so_that_it_is_repeated() {
    let (store, secrets) = published_ring();
    let asked_by = |actor: &str| {
        secrets.next_swap(Swap::Refused);
        let event = json!({ "action": "rotate", "kind": "sign", "force": true, "actor": actor });
        function(&store, &secrets).invoke(event.to_string().as_bytes())
    };
    assert_eq!(asked_by("ada").unwrap()["problem"]["status"], 503);
    for actor in ["schedule", "deployment"] {
        let report = asked_by(actor).unwrap_err();
        assert!(report["errorMessage"].as_str().unwrap().contains("DecryptionFailure"), "{report}");
    }
    assert_eq!(
        function(&store, &secrets).invoke(br#"{"action":"rotate","actor":"schedule","kind":"sign"}"#).unwrap()["changed"],
        true
    );
}

#[test]
fn a_schedule_that_is_told_to_come_again_counts_as_a_failure_and_an_operator_does_not() {
    for (actor, event) in [("schedule", json!("keys-failed")), ("ada", json!(null))] {
        let secrets = SecretsManager::holding(&Rings::generate(Algorithm::ES256).sign);
        let function = function(&Store::dynamodb(), &secrets);
        let asked = json!({ "action": "rotate", "kind": "sign", "actor": actor });
        assert_eq!(function.invoke(asked.to_string().as_bytes()).unwrap()["problem"]["status"], 409, "never published");
        let line: Value = serde_json::from_str(function.stop().output.lines().next().unwrap()).unwrap();
        assert_eq!((&line["event"], &line["status"]), (&event, &json!(409)), "{line}");
    }
}

#[tokio::test]
async fn a_ring_that_nobody_can_use_is_made_anew_by_force_and_only_then() {
    let (store, _) = published_ring();
    for unusable in ["{", "lost", &Rings::generate(Algorithm::ES256).seal] {
        let secrets = SecretsManager::holding(unusable);
        let rotate = |force: bool| {
            let event = json!({ "action": "rotate", "kind": "sign", "force": force, "actor": "ada" });
            act(&store, &secrets, &event)
        };
        assert_eq!((&rotate(false)["problem"]["status"], secrets.ring().as_str()), (&json!(500), unusable));
        let answer = rotate(true);
        assert_eq!((&answer["changed"], kids(&secrets.ring()).len()), (&json!(true), 2), "{answer}");
        assert_eq!(published(&store).await, kids(&secrets.ring()));
    }
}

#[test]
fn peppers_that_nobody_can_read_are_never_made_anew() {
    let (folder, rings) = (Folder::new(), Rings::generate(Algorithm::ES256));
    let pepper = folder.file("lost");
    let environment = Environment::local()
        .with("LATCHKEY_SIGN_KEYS", &folder.file(&rings.sign))
        .with("LATCHKEY_SEAL_KEYS", &folder.file("lost"))
        .with("LATCHKEY_PEPPER_KEYS", &pepper)
        .with("LATCHKEY_EPHEMERA_TABLE", &Store::dynamodb().tables().unwrap().ephemera);
    let function = environment.function("rotate-keys");
    for kind in [None, Some("pepper")] {
        let event = json!({ "action": "rotate", "kind": kind, "force": true, "actor": "ada" });
        assert_eq!(function.invoke(event.to_string().as_bytes()).unwrap()["problem"]["status"], 500);
        assert_eq!(fs::read_to_string(pepper.strip_prefix("file:").unwrap()).unwrap(), "lost");
    }
}
