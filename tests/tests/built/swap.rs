//! Replacing a ring in Secrets Manager, and what may happen in between.

use latchkey::{
    domain::time::system_clock,
    ports::FindPublishedKeys,
    tokens::{
        Algorithm, Jwks,
        rings::{Kind, list},
    },
};
use latchkey_tests::{
    deployment::Environment,
    rings::Rings,
    secrets_manager::{SecretsManager, Swap},
    store::Store,
};
use serde_json::{Value, json};

/// What an operator is told who rotates the key that signs by force; the swap meets `swap`.
fn rotate(secrets: &SecretsManager, swap: Swap) -> Value {
    secrets.next_swap(swap);
    act(&Store::dynamodb(), secrets, &json!({ "action": "rotate", "kind": "sign", "force": true }))
}

/// What an operator is told; the key that signs is in Secrets Manager.
fn act(store: &Store, secrets: &SecretsManager, event: &Value) -> Value {
    let environment = Environment::local()
        .with("LATCHKEY_SIGN_KEYS", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:SignKeys-a1b2c3")
        .with("LATCHKEY_EPHEMERA_TABLE", &store.tables().unwrap().ephemera)
        .with("LATCHKEY_SIGNING_ALGORITHM", "ES256")
        .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets.endpoint());
    environment.function("rotate-keys").invoke(event.to_string().as_bytes()).unwrap()
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
    let answer = act(&store, &secrets, &json!({ "action": "revoke", "id": leaked, "reason": "a drill" }));
    assert_eq!(answer["changed"], json!(true), "{answer}");
    assert!(!answer.to_string().contains(&leaked) && !published(&store).await.contains(&leaked), "{answer}");
    assert_eq!(published(&store).await, kids(&secrets.ring()));
}

#[tokio::test]
async fn the_first_ring_is_published_although_it_is_not_seen_yet() {
    let (store, secrets) = (Store::dynamodb(), SecretsManager::empty());
    let answer = act(&store, &secrets, &json!({ "action": "publish" }));
    assert!(answer["keys"].is_array(), "{answer}");
    assert_eq!(published(&store).await, kids(&secrets.ring()));
}
