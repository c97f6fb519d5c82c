//! `POST /auth/register`.

use latchkey::domain::AttemptLimits;
use latchkey_tests::{
    api::{Api, Person, Tokens},
    assert_answer,
    exchange::Call,
    parallel::in_parallel,
    world::{Settings, World},
};
use serde_json::json;

#[tokio::test]
async fn registering_answers_with_a_token_set() {
    for world in World::on_each_store() {
        let body = json!({ "email": "Ada.Lovelace@EXAMPLE.com", "password": "violet steam anchor", "name": " Ada " });
        assert_answer!(world.send(Call::post("/auth/register", &body)).await, @r#"
        201
        cache-control: no-store
        content-type: application/json
        x-content-type-options: nosniff

        {
          "access_token": "[access token]",
          "expires_in": 900,
          "refresh_expires_in": 1209600,
          "refresh_token": "[refresh token]",
          "session": {
            "created_at": "2096-10-02T07:06:40Z",
            "expires_at": "2096-10-16T07:06:40Z",
            "id": "[id]"
          },
          "token_type": "Bearer",
          "user": {
            "created_at": "2096-10-02T07:06:40Z",
            "email": "Ada.Lovelace@example.com",
            "id": "[id]",
            "name": "Ada",
            "roles": [],
            "scopes": []
          }
        }
        "#);
        assert_eq!(
            world.register(&Person { email: "ada.lovelace@example.com".into(), ..Person::new() }).await.status,
            409
        );
    }
}

#[tokio::test]
async fn somebody_may_ask_for_a_session_token_instead() {
    for world in World::on_each_store() {
        let mut body = Person::new().credentials();
        body["transport"] = json!("session");
        assert_answer!(world.send(Call::post("/auth/register", &body)).await, @r#"
        201
        cache-control: no-store
        content-type: application/json
        x-content-type-options: nosniff

        {
          "session": {
            "created_at": "2096-10-02T07:06:40Z",
            "expires_at": "2096-10-16T07:06:40Z",
            "id": "[id]"
          },
          "session_expires_in": 1209600,
          "session_token": "[session token]",
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
    }
}

#[tokio::test]
async fn a_taken_email_is_refused_and_the_account_keeps_its_password() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let stranger = person.with_password("another long password");
        assert_answer!(world.register(&stranger).await, @r#"
        409
        cache-control: no-store
        content-type: application/problem+json
        x-content-type-options: nosniff

        {
          "status": 409,
          "title": "An account with this email exists.",
          "type": "urn:latchkey:problem:email-taken"
        }
        "#);
        assert_eq!(world.login(&stranger).await.status, 401);
        assert_eq!(world.login(&person).await.status, 200);
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    for world in World::on_each_store() {
        let body = json!({ "email": "nobody", "password": "x".repeat(257), "name": "", "transport": "pigeon" });
        assert_answer!(world.send(Call::post("/auth/register", &body)).await, @r#"
        422
        cache-control: no-store
        content-type: application/problem+json
        x-content-type-options: nosniff

        {
          "errors": [
            {
              "detail": "is not an email address of the form name@example.com",
              "pointer": "/email"
            },
            {
              "detail": "must have at most 256 characters",
              "pointer": "/password"
            },
            {
              "detail": "must have 1 to 200 characters and no control characters",
              "pointer": "/name"
            },
            {
              "detail": "must be token, session or cookie",
              "pointer": "/transport"
            }
          ],
          "status": 422,
          "title": "Some of the input is not acceptable.",
          "type": "urn:latchkey:problem:invalid-input"
        }
        "#);
        assert_eq!(world.store.all_calls(), 0);
    }
}

#[tokio::test]
async fn c13_a_body_cannot_grant_anything() {
    for world in World::on_each_store() {
        let mut body = Person::new().credentials();
        for (member, value) in [
            ("role", json!("admin")),
            ("roles", json!(["admin"])),
            ("email_verified", json!(true)),
            ("epoch", json!(9)),
        ] {
            body[member] = value;
        }
        let tokens = Tokens::from(world.send(Call::post("/auth/register", &body)).await);
        let context = world.authorize(&tokens.access).unwrap();
        assert_eq!((&context["roles"], &context["epoch"]), (&json!(""), &json!("1")));
        assert_eq!(world.me(&tokens.access).await.json()["roles"], json!([]));
    }
}

#[tokio::test]
async fn c6_of_twenty_parallel_registrations_of_one_email_one_succeeds() {
    for world in World::on_each_store_with(many_attempts()) {
        let person = Person::new();
        let people: Vec<_> =
            (0..20).map(|number| person.with_password(&format!("violet anchor number {number}"))).collect();
        let answers = in_parallel(people.iter().map(|person| world.register(person))).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(made.len(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.problem() == "email-taken").count(), 19);
        let logins = in_parallel(people.iter().map(|person| world.login(person))).await;
        let signed_in: Vec<_> = logins.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(signed_in.len(), 1, "exactly the password of the one that succeeded signs in");
        assert_eq!(signed_in[0].text("/user/id"), made[0].text("/user/id"));
    }
}

fn many_attempts() -> Settings {
    Settings { limits: AttemptLimits { per_account: 100, ..AttemptLimits::default() }, ..Settings::default() }
}
