//! Replacing a ring in Secrets Manager, and what may happen in between.

use latchkey::tokens::Algorithm;
use latchkey_tests::{
    deployment::Environment,
    rings::Rings,
    secrets_manager::{SecretsManager, Swap},
    store::Store,
};
use serde_json::{Value, json};

/// What an operator is told who rotates the key that signs by force; the swap meets `swap`.
fn rotate(secrets: &SecretsManager, swap: Swap) -> Value {
    let store = Store::dynamodb();
    let environment = Environment::local()
        .with("LATCHKEY_SIGN_KEYS", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:SignKeys-a1b2c3")
        .with("LATCHKEY_EPHEMERA_TABLE", &store.tables().unwrap().ephemera)
        .with("LATCHKEY_SIGNING_ALGORITHM", "ES256")
        .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets.endpoint());
    secrets.next_swap(swap);
    let event = json!({ "action": "rotate", "kind": "sign", "force": true });
    environment.function("rotate-keys").invoke(event.to_string().as_bytes()).unwrap()
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
