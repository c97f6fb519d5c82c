//! What the tables hold, and where secrets come from.

use base64::{Engine, engine::general_purpose::STANDARD};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    deployment::{Deployment, Environment},
    forge::{decode, encode},
    local_dynamodb::local_dynamodb,
};

#[tokio::test]
async fn b13_a_dump_of_all_tables_holds_no_token_no_seed_and_no_password() {
    let deployment = Deployment::new(Environment::local());
    let person = Person::new();
    let tokens = Tokens::from(deployment.register(&person).await);
    let session = Tokens::from(deployment.login_for_session_token(&person).await);
    let renewed = Tokens::from(deployment.refresh(&tokens.refresh).await);
    deployment.logout(&renewed.refresh).await;
    let tables = local_dynamodb().tables();
    let items = [&tables.users, &tables.sessions, &tables.ephemera].map(|table| local_dynamodb().scan(table));
    assert!(items.iter().all(|items| !items.is_empty()));
    let dump: String = items.iter().flatten().map(ToString::to_string).collect();
    assert!(dump.contains(&tokens.session_id) && dump.contains(&person.email), "this is the dump of what was done");

    let session_token = session.session;
    let (refresh, session) = (decode(&renewed.refresh[4..]), decode(&session_token[4..]));
    let (refresh_seed, session_seed) = (&refresh[37..53], &session[33..49]);
    for seed in [refresh_seed, session_seed] {
        let hex: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
        for form in [STANDARD.encode(seed), encode(seed), hex, STANDARD.encode(&seed[..15])] {
            assert!(!dump.contains(form.trim_end_matches('=')), "a seed");
        }
    }
    let hash = latchkey::tokens::Seed::from_random(session_seed.try_into().unwrap()).hash();
    assert!(dump.contains(&STANDARD.encode(hash.0)), "the hash of the seed is what is looked for here");
    // What follows the label of a sealed token, and the signature of a JWT: base64url itself has underscores.
    let signature = tokens.access.rsplit('.').next().unwrap();
    for secret in
        [&tokens.refresh[4..], &renewed.refresh[4..], &session_token[4..], signature, &tokens.access, &person.password]
    {
        assert!(secret.len() > 15 && !dump.contains(secret), "a credential");
    }
}

#[tokio::test]
async fn b14_two_processes_that_start_alike_make_different_secrets() {
    let deployments = [(); 2].map(|()| Deployment::new(Environment::local()));
    let person = Person::new();
    deployments[0].register(&person).await;
    let mut seeds = Vec::new();
    for _ in 0..3 {
        for deployment in &deployments {
            let tokens = Tokens::from(deployment.login(&person).await);
            let token = decode(&tokens.refresh[4..]);
            let jti = decode(tokens.access.split('.').nth(1).unwrap());
            let claims: serde_json::Value = serde_json::from_slice(&jti).unwrap();
            seeds.extend([token[37..53].to_vec(), token[17..33].to_vec(), claims["jti"].as_str().unwrap().into()]);
        }
    }
    let count = seeds.len();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!((count, seeds.len()), (18, 18));
}
