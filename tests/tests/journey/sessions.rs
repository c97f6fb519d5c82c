//! `GET /auth/sessions`, `DELETE /auth/sessions/{id}`, `DELETE /auth/sessions`.

use latchkey::domain::EndCause;
use latchkey_tests::{
    api::{Api, Tokens},
    assert_answer,
    exchange::Call,
    world::World,
};
use serde_json::Value;

use crate::{refresh::cause, refused::assert_refused};

async fn listed(world: &World, path: &str, token: &str) -> (Vec<String>, Option<String>) {
    let page = world.send(Call::get(path).bearer(token)).await;
    assert_eq!(page.status, 200, "{page}");
    let page = page.json();
    let ids = page["sessions"].as_array().unwrap().iter().map(|session| session["id"].as_str().unwrap().to_owned());
    (ids.collect(), page["next"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn the_list_shows_each_live_session_as_its_owner_knows_it() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        assert_answer!(world.sessions(&tokens.access).await, @r#"
        200
        cache-control: no-store
        content-type: application/json
        x-content-type-options: nosniff

        {
          "sessions": [
            {
              "address": "198.51.100.7",
              "created_at": "2096-10-02T07:06:40Z",
              "current": true,
              "expires_at": "2096-10-16T07:06:40Z",
              "id": "[id]",
              "last_used_at": "2096-10-02T07:06:40Z",
              "user_agent": "Mozilla/5.0 (X11; Linux x86_64)"
            }
          ]
        }
        "#);
        world.advance(100);
        let call =
            Call::post("/auth/login", &person.credentials()).from("2001:db8::1").header("user-agent", &"é".repeat(300));
        let other = Tokens::from(world.send(call).await);
        let list = world.sessions(&tokens.access).await.json();
        let view = |id: &str| {
            list["sessions"].as_array().unwrap().iter().find(|session| session["id"] == id).cloned().unwrap()
        };
        let other = view(&other.session_id);
        assert_eq!(
            (&other["current"], &other["address"], &other["user_agent"]),
            (&false.into(), &"2001:db8::1".into(), &"é".repeat(256).into())
        );
        assert_eq!(view(&tokens.session_id)["current"], Value::Bool(true));
    }
}

#[tokio::test]
async fn renewing_shows_as_last_use_and_moves_the_expiry() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        world.advance(3600);
        let tokens = Tokens::from(world.refresh(&tokens.refresh).await);
        let list = world.sessions(&tokens.access).await.json();
        assert_eq!(list["sessions"][0]["last_used_at"], "2096-10-02T08:06:40Z");
        assert_eq!(list["sessions"][0]["expires_at"], "2096-10-16T08:06:40Z");
    }
}

#[tokio::test]
async fn one_session_is_ended_by_its_id_and_that_is_not_an_error_twice() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let second = Tokens::from(world.login(&person).await);
        let end = || world.send(Call::delete(&format!("/auth/sessions/{}", first.session_id)).bearer(&second.access));
        assert_answer!(end().await, @"
        204
        cache-control: no-store
        x-content-type-options: nosniff
        ");
        assert_eq!(end().await.status, 204);
        assert_eq!(cause(&world, &first).await, Some(EndCause::Logout));
        assert_refused(&world.refresh(&first.refresh).await);
        assert_eq!(listed(&world, "/auth/sessions", &second.access).await, (vec![second.session_id.clone()], None));
    }
}

#[tokio::test]
async fn a_session_of_somebody_else_cannot_be_ended_and_is_not_told_apart_from_none() {
    for world in World::on_each_store() {
        let (_, mine) = world.registered().await;
        let (_, theirs) = world.registered().await;
        let nobodys = "00000000-0000-4000-8000-000000000000";
        let end = |id: &str| world.send(Call::delete(&format!("/auth/sessions/{id}")).bearer(&mine.access));
        assert_eq!(end(&theirs.session_id).await, end(nobodys).await);
        assert_eq!(world.refresh(&theirs.refresh).await.status, 200);
        for malformed in ["x", &mine.session_id.to_uppercase(), "%2e%2e"] {
            assert_eq!(end(malformed).await.problem(), "not-found", "{malformed}");
        }
    }
}

#[tokio::test]
async fn b11_signing_out_everywhere_ends_this_session_as_well() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let second = Tokens::from(world.login(&person).await);
        let session = Tokens::from(world.login_for_session_token(&person).await);
        let (stranger, theirs) = world.registered().await;
        assert_eq!(world.send(Call::delete("/auth/sessions").bearer(&second.access)).await.status, 204);
        for tokens in [&first, &second] {
            assert_refused(&world.refresh(&tokens.refresh).await);
            assert_refused(&world.me(&tokens.access).await);
            assert_eq!(cause(&world, tokens).await, Some(EndCause::LogoutAll));
        }
        assert_refused(&world.me(&session.session).await);
        assert_eq!(world.authorize_session(&session.session).await, None);
        assert_eq!(world.login(&person).await.status, 200);
        assert_eq!((world.refresh(&theirs.refresh).await.status, world.login(&stranger).await.status), (200, 200));
    }
}

#[tokio::test]
async fn all_other_sessions_end_when_the_current_one_is_kept() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let current = Tokens::from(world.login(&person).await);
        assert_eq!(world.send(Call::delete("/auth/sessions?keep=current").bearer(&current.access)).await.status, 204);
        assert_refused(&world.refresh(&first.refresh).await);
        assert_eq!(world.refresh(&current.refresh).await.status, 200);
        let answer = world.send(Call::delete("/auth/sessions?keep=all").bearer(&current.access)).await;
        assert_eq!((answer.status, answer.text("/errors/0/pointer")), (422, "/keep".to_owned()));
    }
}

#[tokio::test]
async fn g11_many_sessions_are_listed_in_pages_and_all_end() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        for window in 0..12 {
            for _ in 0..10 {
                assert_eq!(world.login(&person).await.status, 200, "window {window}");
            }
            world.advance(900);
        }
        let tokens = Tokens::from(world.refresh(&tokens.refresh).await);
        let mut ids = listed_in_pages(&world, &tokens.access).await;
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((count, ids.len()), (121, 121));
        assert_eq!(world.send(Call::get("/auth/sessions?after=x").bearer(&tokens.access)).await.status, 422);
        world.send(Call::delete("/auth/sessions?keep=current").bearer(&tokens.access)).await;
        assert_eq!(listed_in_pages(&world, &tokens.access).await, [tokens.session_id]);
    }
}

async fn listed_in_pages(world: &World, token: &str) -> Vec<String> {
    let (mut ids, mut next) = listed(world, "/auth/sessions", token).await;
    while let Some(after) = next {
        let (more, following) = listed(world, &format!("/auth/sessions?after={after}"), token).await;
        ids.extend(more);
        next = following;
    }
    ids
}

#[tokio::test]
async fn a_path_that_only_begins_like_the_collection_ends_nothing() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let lookalike = Call::delete("/auth/sessions-x").bearer(&tokens.access);
        let answer = world.send_event("DELETE", "/auth/sessions", &lookalike.event().to_string()).await;
        assert_eq!(answer.status, 404, "whatever route led here");
        assert_eq!(world.refresh(&tokens.refresh).await.status, 200);
    }
}
