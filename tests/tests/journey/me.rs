//! `GET`, `PATCH` and `DELETE /auth/me`.

use latchkey_tests::{
    api::{Api, Person, Tokens},
    assert_answer,
    exchange::Call,
    world::World,
};
use serde_json::json;

use crate::refused::assert_refused;

#[tokio::test]
async fn the_profile_is_read_with_either_kind_of_token_and_either_header() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let profile = world.me(&tokens.access).await;
        assert_answer!(profile, @r#"
        200
        cache-control: no-store
        content-type: application/json
        x-content-type-options: nosniff

        {
          "created_at": "2096-10-02T07:06:40Z",
          "email": "[email]",
          "id": "[id]",
          "roles": [],
          "scopes": []
        }
        "#);
        assert_eq!(profile.text("/email"), person.email);
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        assert_eq!(world.me(&session).await, profile);
        assert_eq!(world.send(Call::get("/auth/me").header("x-auth-token", &tokens.access)).await, profile);
    }
}

#[tokio::test]
async fn a_name_is_set_and_removed() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let rename = |name: serde_json::Value| {
            world.send(Call::patch("/auth/me", &json!({ "name": name })).bearer(&tokens.access))
        };
        let renamed = rename(json!("  Grace Hopper ")).await;
        assert_eq!((renamed.status, renamed.text("/name")), (200, "Grace Hopper".to_owned()));
        assert_eq!(world.me(&tokens.access).await.body, renamed.body);
        for bad in ["", "a\nb", &"x".repeat(201)] {
            let answer = rename(json!(bad)).await;
            assert_eq!((answer.status, answer.text("/errors/0/pointer")), (422, "/name".to_owned()), "{bad}");
        }
        assert_eq!(world.me(&tokens.access).await.body, renamed.body);
        assert_eq!(rename(json!(null)).await.json().get("name"), None);
        let empty = world.send(Call::patch("/auth/me", &json!({})).bearer(&tokens.access)).await;
        assert_eq!(empty.problem(), "malformed-body");
    }
}

#[tokio::test]
async fn c13_a_patch_changes_the_name_and_nothing_else() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let body = json!({ "name": "Ada", "roles": ["admin"], "email": "other@example.com", "epoch": 7, "id": "x", "disabled": true });
        world.send(Call::patch("/auth/me", &body).bearer(&tokens.access)).await;
        let mut profile = world.me(&tokens.access).await.json();
        assert_eq!((&profile["name"], &profile["roles"]), (&json!("Ada"), &json!([])));
        assert!(profile["email"].take().as_str().unwrap().starts_with("person-"));
    }
}

#[tokio::test]
async fn an_account_is_deleted_with_its_password_and_nothing_of_it_works_afterwards() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        world.advance(601);
        let delete = |password: &str| {
            world.send(Call::delete("/auth/me").json(&json!({ "password": password })).bearer(&tokens.access))
        };
        let wrong = delete("not their password").await;
        assert_eq!((wrong.status, wrong.problem().as_str()), (401, "invalid-credentials"));
        assert_answer!(delete(&person.password).await, @"
        204
        cache-control: no-store
        x-content-type-options: nosniff
        ");
        for token in [&tokens.access, &session] {
            assert_refused(&world.me(token).await);
            assert_refused(&world.send(Call::patch("/auth/me", &json!({ "name": "Ada" })).bearer(token)).await);
            assert_refused(&world.send(Call::delete("/auth/me").bearer(token)).await);
        }
        assert_refused(&world.refresh(&tokens.refresh).await);
        assert_eq!(world.login(&person).await.problem(), "invalid-credentials");
        let again = Tokens::from(world.register(&person).await);
        assert_ne!(again.user_id, tokens.user_id, "the email is free, the old user is gone for ever");
        assert_refused(&world.refresh(&tokens.refresh).await);
    }
}

#[tokio::test]
async fn a_sign_in_within_ten_minutes_stands_for_the_password_and_one_second_later_does_not() {
    for (seconds, status) in [(600, 204), (601, 401)] {
        for world in World::on_each_store() {
            let (_, tokens) = world.registered().await;
            world.advance(seconds);
            let answer = world.send(Call::delete("/auth/me").bearer(&tokens.access)).await;
            assert_eq!(answer.status, status);
            if status == 401 {
                assert_answer!(answer, @r#"
                401
                cache-control: no-store
                content-type: application/problem+json
                www-authenticate: Bearer error="insufficient_user_authentication", max_age="600"
                x-content-type-options: nosniff

                {
                  "status": 401,
                  "title": "Sign in again, or send the current password.",
                  "type": "urn:latchkey:problem:reauthentication-required"
                }
                "#);
            }
        }
    }
}

#[tokio::test]
async fn renewing_is_no_recent_sign_in() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        world.advance(601);
        let tokens = Tokens::from(world.refresh(&tokens.refresh).await);
        let answer = world.send(Call::delete("/auth/me").bearer(&tokens.access)).await;
        assert_eq!(answer.problem(), "reauthentication-required");
    }
}

#[tokio::test]
async fn guessing_the_password_of_a_stolen_token_is_limited_together_with_signing_in() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        for _ in 0..10 {
            let call =
                Call::delete("/auth/me").json(&json!({ "password": "not their password" })).bearer(&tokens.access);
            assert_eq!(world.send(call).await.status, 401);
        }
        let call = Call::delete("/auth/me").json(&json!({ "password": person.password })).bearer(&tokens.access);
        assert_eq!(world.send(call).await.status, 429);
        assert_eq!(world.login(&person).await.status, 429);
        assert_eq!(world.login(&Person::new()).await.status, 401);
    }
}
