//! What the session-authorizer tells a protected function, and that it learns of every ending at once.

use latchkey_tests::{
    api::{Api, Tokens},
    exchange::Call,
    world::{START, World},
};
use serde_json::json;

use crate::changes::{delete, disable, sign_out_everywhere};

const IDLE: u64 = 14 * 24 * 3600;

#[tokio::test]
async fn the_protected_function_learns_who_is_calling() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let tokens = Tokens::from(world.login_for_session_token(&person).await);
        let expected = json!({
            "sub": tokens.user_id,
            "sid": tokens.session_id,
            "auth_time": START.seconds().to_string(),
            "amr": "pwd",
            "epoch": "1",
            "exp": (START.seconds() + IDLE).to_string(),
            "client_id": "latchkey",
            "scope": "",
            "roles": "",
        });
        assert_eq!(world.authorize_session(&tokens.session).await, Some(expected));
        assert_eq!(world.store.calls("find_session"), 1, "one request reads session and user");
    }
}

#[tokio::test]
async fn a13_a_session_that_ended_is_refused_at_once() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let [logged_out, deleted_by_id] =
            [world.login_for_session_token(&person).await, world.login_for_session_token(&person).await];
        let [logged_out, deleted_by_id] = [logged_out, deleted_by_id].map(Tokens::from);
        world.send(Call::post("/auth/logout", &json!({ "session_token": logged_out.session }))).await;
        assert_eq!(world.authorize_session(&logged_out.session).await, None);
        let path = format!("/auth/sessions/{}", deleted_by_id.session_id);
        assert_eq!(world.send(Call::delete(&path).bearer(&deleted_by_id.session)).await.status, 204);
        assert_eq!(world.authorize_session(&deleted_by_id.session).await, None);
    }
}

#[tokio::test]
async fn a13_a_user_disabled_deleted_or_signed_out_everywhere_is_refused_at_once() {
    for world in World::on_each_store() {
        for change in 0..3 {
            let (person, _) = world.registered().await;
            let tokens = Tokens::from(world.login_for_session_token(&person).await);
            assert!(world.authorize_session(&tokens.session).await.is_some());
            match change {
                0 => disable(&world.store, &person, world.now()).await,
                1 => delete(&world.store, &person, world.now()).await,
                _ => drop(sign_out_everywhere(&world.store, &person, world.now()).await),
            }
            assert_eq!(world.authorize_session(&tokens.session).await, None, "change {change}");
        }
    }
}
