//! `POST /auth/logout`.

use latchkey::domain::EndCause;
use latchkey_tests::{
    api::{Api, Tokens},
    assert_answer,
    exchange::Call,
    world::World,
};
use serde_json::json;

use crate::{refresh::cause, refused::assert_refused};

#[tokio::test]
async fn b9_signing_out_is_the_same_204_whatever_is_sent() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let refresh = json!({ "refresh_token": tokens.refresh });
        let calls = [
            Call::post("/auth/logout", &refresh),
            Call::post("/auth/logout", &refresh),
            Call::new("POST", "/auth/logout"),
            Call::post("/auth/logout", &json!({})),
            Call::post("/auth/logout", &json!({ "refresh_token": "lkr_garbage", "session_token": "" })),
            Call::post("/auth/logout", &json!({ "refresh_token": 7 })),
            Call::post("/auth/logout", &json!([])),
            Call::new("POST", "/auth/logout").text("application/json", "{"),
            Call::new("POST", "/auth/logout").text("text/plain", &refresh.to_string()),
            Call::new("POST", "/auth/logout").text("application/json", &"x".repeat(1 << 20)),
            Call::new("POST", "/auth/logout").bearer("garbage"),
            Call::new("POST", "/auth/logout").bearer(&tokens.access),
            Call::new("POST", "/auth/logout").header("authorization", "Basic x"),
        ];
        for call in calls {
            assert_answer!(world.send(call).await, @"
            204
            cache-control: no-store
            x-content-type-options: nosniff
            ");
        }
        assert_eq!(cause(&world, &tokens).await, Some(EndCause::Logout));
    }
}

#[tokio::test]
async fn every_credential_of_a_session_signs_it_out() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let second = Tokens::from(world.login(&person).await);
        let third = Tokens::from(world.login_for_session_token(&person).await);
        let superseded = Tokens::from(world.login(&person).await);
        world.refresh(&superseded.refresh).await;
        world.advance(100);
        let calls = [
            (&first, Call::post("/auth/logout", &json!({ "refresh_token": first.refresh }))),
            (&second, Call::new("POST", "/auth/logout").bearer(&second.access)),
            (&third, Call::post("/auth/logout", &json!({ "session_token": third.session }))),
            (&superseded, Call::post("/auth/logout", &json!({ "refresh_token": superseded.refresh }))),
        ];
        for (tokens, call) in calls {
            assert_eq!(cause(&world, tokens).await, None);
            world.send(call).await;
            assert_eq!(cause(&world, tokens).await, Some(EndCause::Logout));
        }
    }
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let second = Tokens::from(world.login(&person).await);
        world.logout(&first.refresh).await;
        assert_refused(&world.refresh(&first.refresh).await);
        assert_eq!(world.refresh(&second.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn what_is_not_authentic_signs_nobody_out() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let (head, tail) = tokens.refresh.split_at(tokens.refresh.len() - 1);
        let forged = format!("{head}{}", if tail == "A" { "E" } else { "A" });
        world.logout(&forged).await;
        world.advance(900);
        world.send(Call::new("POST", "/auth/logout").bearer(&tokens.access)).await; // expired
        assert_eq!(cause(&world, &tokens).await, None);
        assert_eq!(world.refresh(&tokens.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn b9_a_page_that_cannot_set_a_content_type_signs_out_all_the_same() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let body = json!({ "refresh_token": tokens.refresh }).to_string();
        world.send(Call::new("POST", "/auth/logout").text("text/plain;charset=UTF-8", &body)).await;
        assert_refused(&world.refresh(&tokens.refresh).await);
    }
}
