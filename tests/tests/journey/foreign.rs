//! Tokens that are not ours, not of this kind, or not of this deployment.

use latchkey::{
    domain::{EndCause, Timestamp},
    ports::FindSession,
    tokens::{RefreshToken, Seed, SessionToken},
};
use latchkey_tests::{
    api::{Api, Tokens},
    rings::Rings,
    store::Store,
    world::{ISSUER, Settings, World},
};

use crate::{refresh::cause, refused::assert_refused};

/// Spellings of `token` that are not it.
fn misspellings(token: &str) -> Vec<String> {
    let (label, body) = token.split_once('_').unwrap();
    let swapped: String = body
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    let flipped = |at: usize| {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &token[..at], &token[at + 1..])
    };
    let mut spellings: Vec<_> = (4..token.len()).step_by(7).map(flipped).collect();
    spellings.extend([
        String::new(),
        label.to_owned(),
        format!("{label}_"),
        body.to_owned(),
        token[..token.len() - 1].to_owned(),
        token[..token.len() - 4].to_owned(),
        format!("{token}A"),
        format!("{token}AAAA"),
        format!("{token}="),
        format!("{token}=="),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{token}\0"),
        format!("{label}_{swapped}"),
        format!("{}_{body}", label.to_uppercase()),
        format!("{label}-{body}"),
        token.replace(['-', '_'], "+"),
        format!("{token}{token}"),
        "x".repeat(20_000),
    ]);
    spellings.retain(|spelling| spelling != token);
    spellings
}

#[tokio::test]
async fn b8_truncated_padded_and_respelled_refresh_tokens_are_refused_before_any_read() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let before = world.store.all_calls();
        for spelling in misspellings(&tokens.refresh) {
            assert_refused(&world.refresh(&spelling).await);
        }
        assert_eq!(world.store.all_calls(), before);
        assert_eq!(world.refresh(&tokens.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn b8_truncated_padded_and_respelled_session_tokens_are_refused_before_any_read() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        let before = world.store.all_calls();
        for spelling in misspellings(&session) {
            assert_refused(&world.me(&spelling).await);
            assert_eq!(world.authorize_session(&spelling).await, None);
        }
        assert_eq!(world.store.all_calls(), before);
        assert!(world.authorize_session(&session).await.is_some());
    }
}

#[tokio::test]
async fn b8_tokens_of_another_issuer_or_other_keys_are_refused_before_any_read() {
    let foreign = [
        Settings { issuer: "https://auth.example.com/".to_owned(), ..Settings::default() },
        Settings { issuer: "https://AUTH.example.com".to_owned(), ..Settings::default() },
        Settings { rings: Rings::generate(latchkey::tokens::Algorithm::ES256), ..Settings::default() },
    ];
    for settings in foreign {
        let store = Store::memory();
        let (here, there) = (World::new(store.clone(), Settings::default()), World::new(store.clone(), settings));
        let (person, tokens) = there.registered().await;
        let session = Tokens::from(there.login_for_session_token(&person).await).session;
        let before = store.all_calls();
        assert_refused(&here.refresh(&tokens.refresh).await);
        assert_refused(&here.me(&tokens.access).await);
        assert_refused(&here.me(&session).await);
        assert_eq!(here.authorize_session(&session).await, None);
        assert_eq!(store.all_calls(), before);
    }
}

#[tokio::test]
async fn g2_a_token_of_one_kind_is_none_of_another_whatever_its_label() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        let relabelled = |token: &str, label: &str| format!("{label}_{}", &token[4..]);
        for token in [&session, &relabelled(&session, "lkr"), &tokens.access, &relabelled(&tokens.refresh, "lks")] {
            assert_refused(&world.refresh(token).await);
        }
        for token in [&tokens.refresh, &relabelled(&tokens.refresh, "lks"), &relabelled(&session, "lkr")] {
            assert_refused(&world.me(token).await);
            assert_refused(&world.sessions(token).await);
            assert_eq!((world.authorize(token), world.authorize_session(token).await), (None, None));
        }
        assert_eq!((world.authorize(&session), world.authorize_session(&tokens.access).await), (None, None));
        assert_eq!((cause(&world, &tokens).await, world.me(&session).await.status), (None, 200));
    }
}

#[tokio::test]
async fn g2_a_sealed_token_of_a_generation_that_was_never_issued_ends_the_session() {
    for world in World::on_each_store() {
        for generation in [2, 3, 1000, u32::MAX, 0] {
            let (_, tokens) = world.registered().await;
            let ring = world.settings.rings.seal();
            let token = RefreshToken::open(&tokens.refresh, &ring, ISSUER, world.now()).unwrap();
            let future = token.at_generation(generation).seal(&ring, ISSUER).unwrap();
            assert_refused(&world.refresh(future.reveal()).await);
            assert_eq!(cause(&world, &tokens).await, Some(EndCause::ReuseDetected), "generation {generation}");
            assert_refused(&world.refresh(&tokens.refresh).await);
        }
    }
}

#[tokio::test]
async fn a_sealed_token_with_another_seed_is_refused_and_harms_nobody() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let ring = world.settings.rings.seal();
        let token = RefreshToken::open(&tokens.refresh, &ring, ISSUER, world.now()).unwrap();
        let guessed = RefreshToken { seed: Seed::from_random([7; 16]), ..token }.seal(&ring, ISSUER).unwrap();
        assert_refused(&world.refresh(guessed.reveal()).await);
        let (user_id, session_id, key_id) = (token.user_id, token.session_id, token.key_id);
        let session =
            SessionToken { user_id, session_id, seed: Seed::from_random([7; 16]), key_id }.seal(&ring, ISSUER).unwrap();
        assert_refused(&world.me(session.reveal()).await);
        assert_eq!(world.refresh(&tokens.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn b13_a_dump_of_the_tables_holds_no_credential_and_makes_none() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let (user_id, session_id) = (tokens.user_id.parse().unwrap(), tokens.session_id.parse().unwrap());
        let session = world.store.find_session(user_id, session_id).await.unwrap().0.unwrap();
        let ring = world.settings.rings.seal(); // even the MAC key makes no token of what the table holds
        for seed in session.seed_hash.0.chunks_exact(16) {
            let seed = Seed::from_random(seed.try_into().unwrap());
            let rebuilt = RefreshToken { user_id, session_id, generation: 1, seed, key_id: ring.active_id() };
            assert_refused(&world.refresh(rebuilt.seal(&ring, ISSUER).unwrap().reveal()).await);
            let rebuilt = SessionToken { user_id, session_id, seed, key_id: ring.active_id() };
            assert_refused(&world.me(rebuilt.seal(&ring, ISSUER).unwrap().reveal()).await);
        }
        assert_eq!(session.ended, None);
        assert_eq!(session.created_at, Timestamp::from_seconds(4_000_000_000));
    }
}
