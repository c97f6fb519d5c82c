//! A disabled user loses every way in, and gets it back only by signing in anew.

use latchkey::domain::EndCause;
use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::Call,
    world::World,
};
use serde_json::{Value, json};

use crate::{
    admin::{ask, problem},
    refresh::cause,
    refused::assert_refused,
};

async fn disable(world: &World, user_id: &str) -> Value {
    ask(world, "disable-user", json!({ "user_id": user_id })).await
}

async fn enable(world: &World, user_id: &str) -> Value {
    ask(world, "enable-user", json!({ "user_id": user_id })).await
}

/// Asserts that none of `person`'s credentials opens anything that looks the user up.
async fn assert_no_way_in(world: &World, tokens: &Tokens, session_token: &str) {
    assert_refused(&world.refresh(&tokens.refresh).await);
    for token in [tokens.access.as_str(), session_token] {
        assert_refused(&world.me(token).await);
        assert_refused(&world.send(Call::patch("/auth/me", &json!({ "name": "Eve" })).bearer(token)).await);
        assert_refused(&world.send(Call::delete("/auth/me").bearer(token)).await);
        assert_refused(&world.send(Call::delete("/auth/sessions").bearer(token)).await);
    }
    assert_refused(&world.sessions(session_token).await);
    assert_eq!(world.authorize_session(session_token).await, None);
}

#[tokio::test]
async fn a13_a_disabled_user_loses_every_way_in_and_after_enabling_must_sign_in_anew() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        let answer = disable(&world, &tokens.user_id).await;
        assert_eq!((&answer["user"]["disabled"], &answer["user"]["epoch"]), (&json!(true), &json!(2)));
        assert_no_way_in(&world, &tokens, &session).await;
        assert_eq!(cause(&world, &tokens).await, Some(EndCause::RevokedByAdmin));
        let sessions = ask(&world, "list-sessions", json!({ "user_id": tokens.user_id })).await;
        assert_eq!(sessions, json!({ "sessions": [] }));

        let answer = enable(&world, &tokens.user_id).await;
        assert_eq!((&answer["user"]["disabled"], &answer["user"]["epoch"]), (&json!(false), &json!(2)));
        assert_no_way_in(&world, &tokens, &session).await;
        let anew = Tokens::from(world.login(&person).await);
        assert_eq!(anew.user_id, tokens.user_id);
        assert_eq!(world.me(&anew.access).await.status, 200);
        assert_eq!(world.refresh(&anew.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn c1_a_disabled_user_is_answered_like_a_wrong_password_and_like_nobody() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        disable(&world, &tokens.user_id).await;
        let disabled = world.login(&person).await;
        assert_eq!(disabled.problem(), "invalid-credentials");
        assert_eq!(world.login(&person.with_password("not their password")).await, disabled);
        assert_eq!(world.login(&Person::new()).await, disabled);
        assert_eq!(world.register(&person).await.problem(), "email-taken", "the account is still there");
    }
}

#[tokio::test]
async fn disabling_and_enabling_twice_is_doing_it_once() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        assert_eq!(enable(&world, &tokens.user_id).await["user"]["epoch"], 1, "nothing to enable");
        assert_eq!(world.refresh(&tokens.refresh).await.status, 200);
        let once = disable(&world, &tokens.user_id).await;
        assert_eq!(disable(&world, &tokens.user_id).await, once);
        let once = enable(&world, &tokens.user_id).await;
        let anew = Tokens::from(world.login(&person).await);
        assert_eq!(enable(&world, &tokens.user_id).await, once);
        assert_eq!(world.refresh(&anew.refresh).await.status, 200, "enabling ends nothing");
    }
}

#[tokio::test]
async fn others_do_not_notice() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let (_, other) = world.registered().await;
        disable(&world, &other.user_id).await;
        assert_eq!(world.login(&person).await.status, 200);
        assert_eq!(world.refresh(&tokens.refresh).await.status, 200);
        let roles = json!({ "user_id": other.user_id, "roles": ["editor"] });
        let answer = ask(&world, "set-roles", roles).await;
        assert_eq!((&answer["user"]["disabled"], &answer["user"]["roles"]), (&json!(true), &json!(["editor"])));
        assert_eq!(problem(&ask(&world, "find-user", json!({})).await), "invalid-input");
    }
}
