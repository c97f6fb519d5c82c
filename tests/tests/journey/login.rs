//! `POST /auth/login`.

use latchkey::passwords::HashWork;
use latchkey_tests::{
    api::{Api, Person, Tokens},
    assert_answer,
    exchange::Call,
    world::{ORIGIN, Settings, World},
};

use crate::changes::{disable, stored};

#[tokio::test]
async fn signing_in_answers_with_a_token_set_of_a_new_session() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        world.advance(60);
        let answer = world.login(&person).await;
        assert_answer!(answer, @r#"
        200
        cache-control: no-store
        content-type: application/json
        x-content-type-options: nosniff

        {
          "access_token": "[access token]",
          "expires_in": 900,
          "refresh_expires_in": 1209600,
          "refresh_token": "[refresh token]",
          "session": {
            "created_at": "2096-10-02T07:07:40Z",
            "expires_at": "2096-10-16T07:07:40Z",
            "id": "[id]"
          },
          "token_type": "Bearer",
          "user": {
            "created_at": "2096-10-02T07:06:40Z",
            "email": "[email]",
            "id": "[id]",
            "roles": [],
            "scopes": []
          }
        }
        "#);
        let second = Tokens::from(answer);
        assert_eq!(second.user_id, first.user_id);
        assert_ne!(second.session_id, first.session_id);
        assert_ne!(second.refresh, first.refresh);
    }
}

#[tokio::test]
async fn the_email_may_be_spelled_in_any_case() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        assert_eq!(world.login(&Person { email: person.email.to_uppercase(), ..person }).await.status, 200);
    }
}

#[tokio::test]
async fn c1_unknown_user_wrong_password_and_disabled_user_get_the_same_bytes() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let wrong = world.login(&person.with_password("not their password")).await;
        let unknown = world.login(&Person::new()).await;
        let short = world.login(&person.with_password("")).await;
        disable(&world.store, &person, world.now()).await;
        let disabled = world.login(&person).await;
        assert_eq!([&unknown, &short, &disabled], [&wrong; 3]);
        assert_answer!(wrong, @r#"
        401
        cache-control: no-store
        content-type: application/problem+json
        x-content-type-options: nosniff

        {
          "status": 401,
          "title": "Email or password is wrong.",
          "type": "urn:latchkey:problem:invalid-credentials"
        }
        "#);
    }
}

#[tokio::test]
async fn b10_whatever_the_caller_brings_along_the_session_is_new() {
    for world in World::on_each_store() {
        let (_, attacker) = world.registered().await;
        let (victim, _) = world.registered().await;
        let mut body = victim.credentials();
        for (member, value) in
            [("session_id", &attacker.session_id), ("refresh_token", &attacker.refresh), ("sid", &attacker.session_id)]
        {
            body[member] = value.as_str().into();
        }
        let call = Call::post("/auth/login", &body)
            .bearer(&attacker.access)
            .header("x-auth-session", &attacker.session_id)
            .cookie(&format!("__Host-latchkey={}", attacker.access))
            .same_origin(ORIGIN);
        let tokens = Tokens::from(world.send(call).await);
        assert_ne!(tokens.session_id, attacker.session_id);
        assert_ne!(tokens.user_id, attacker.user_id);
        assert_eq!(world.me(&attacker.access).await.text("/id"), attacker.user_id);
    }
}

#[tokio::test]
async fn c11_a_hash_is_made_again_with_todays_work_and_only_after_success() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let work = HashWork { memory_kib: 128, iterations: 2 };
        let stronger = World::new(world.store.clone(), Settings { work, ..Settings::default() });
        let before = stored_hash(&world, &person).await;
        assert_eq!(stronger.login(&person.with_password("not their password")).await.status, 401);
        assert_eq!(stored_hash(&world, &person).await, before);
        assert_eq!(stronger.login(&person).await.status, 200);
        let after = stored_hash(&world, &person).await;
        assert!(before.starts_with("$argon2id$v=19$m=64,t=1,p=1,"), "{before}");
        assert!(after.starts_with("$argon2id$v=19$m=128,t=2,p=1,"), "{after}");
        assert_eq!(stronger.login(&person).await.status, 200);
        assert_eq!(stored_hash(&world, &person).await, after);
        assert_eq!(world.store.calls("replace_password_hash"), 1);
    }
}

async fn stored_hash(world: &World, person: &Person) -> String {
    stored(&world.store, person).await.password_hash
}
