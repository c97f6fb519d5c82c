//! The function `admin`: finding a user, seeing and deleting what is theirs.

use latchkey::domain::EndCause;
use latchkey_tests::{
    api::{Api, Tokens},
    exchange::Call,
    world::World,
};
use serde_json::{Value, json};

use crate::{refresh::cause, refused::assert_refused};

/// Asks for `action` as an administrator with a good reason.
pub(crate) async fn ask(world: &World, action: &str, members: Value) -> Value {
    let mut payload = json!({ "action": action, "actor": "grace", "reason": "ticket 7" });
    payload.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    world.invoke_admin(&payload.to_string()).await
}

/// The slug of the problem in an answer that is nothing else.
#[track_caller]
pub(crate) fn problem(answer: &Value) -> &str {
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    answer["problem"]["type"].as_str().unwrap().rsplit(':').next().unwrap()
}

/// An id that nobody has.
pub(crate) const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn a_user_is_found_by_id_and_by_any_spelling_of_their_email() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let name = Call::patch("/auth/me", &json!({ "name": "Ada" })).bearer(&tokens.access);
        assert_eq!(world.send(name).await.status, 200);
        let expected = json!({
            "user": {
                "id": tokens.user_id,
                "email": person.email,
                "name": "Ada",
                "created_at": "2096-10-02T07:06:40Z",
                "disabled": false,
                "epoch": 1,
                "roles": [],
                "scopes": [],
            }
        });
        for wanted in [
            json!({ "user_id": tokens.user_id }),
            json!({ "email": person.email }),
            json!({ "email": person.email.to_uppercase() }),
        ] {
            assert_eq!(ask(&world, "find-user", wanted).await, expected);
        }
        let without_reason = json!({ "action": "find-user", "actor": "grace", "user_id": tokens.user_id });
        assert_eq!(world.invoke_admin(&without_reason.to_string()).await, expected, "looking needs no reason");
    }
}

#[tokio::test]
async fn nobody_is_not_found_whatever_is_to_be_done_to_them() {
    for world in World::on_each_store() {
        let unknown = ask(&world, "find-user", json!({ "email": "nobody@example.com" })).await;
        let expected = json!({
            "problem": {
                "type": "urn:latchkey:problem:not-found",
                "title": "There is nothing here.",
                "status": 404,
                "detail": "there is no such user",
            }
        });
        assert_eq!(unknown, expected);
        for (action, members) in [
            ("find-user", json!({})),
            ("set-roles", json!({ "roles": ["admin"] })),
            ("set-scopes", json!({ "scopes": ["notes:read"] })),
            ("disable-user", json!({})),
            ("enable-user", json!({})),
            ("list-sessions", json!({})),
            ("end-session", json!({ "session_id": NOBODY })),
            ("end-sessions", json!({})),
            ("end-sessions", json!({ "after": NOBODY })),
            ("delete-user", json!({})),
        ] {
            let mut members = members;
            members["user_id"] = json!(NOBODY);
            assert_eq!(ask(&world, action, members).await, expected, "{action}");
        }
    }
}

#[tokio::test]
async fn sessions_are_listed_as_their_owner_sees_them_and_none_is_current() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        world.login_for_session_token(&person).await;
        let mut owned = world.sessions(&tokens.access).await.json();
        for session in owned["sessions"].as_array_mut().unwrap() {
            session["current"] = json!(false);
        }
        assert_eq!(ask(&world, "list-sessions", json!({ "user_id": tokens.user_id })).await, owned);
        let last = owned["sessions"][1]["id"].clone();
        let rest = ask(&world, "list-sessions", json!({ "user_id": tokens.user_id, "after": last })).await;
        assert_eq!(rest, json!({ "sessions": [] }));
    }
}

#[tokio::test]
async fn a_deleted_user_is_gone_as_if_they_had_left_themselves() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await);
        let delete = || ask(&world, "delete-user", json!({ "user_id": tokens.user_id }));
        assert_eq!(delete().await, json!({}));
        assert_eq!(problem(&delete().await), "not-found");
        assert_refused(&world.refresh(&tokens.refresh).await);
        assert_refused(&world.me(&tokens.access).await);
        assert_refused(&world.me(&session.session).await);
        assert_eq!(world.authorize_session(&session.session).await, None);
        assert_eq!(world.login(&person).await.problem(), "invalid-credentials");
        assert_eq!(cause(&world, &tokens).await, Some(EndCause::AccountDeleted));
        assert_eq!(problem(&ask(&world, "find-user", json!({ "email": person.email })).await), "not-found");
        let again = Tokens::from(world.register(&person).await);
        assert_ne!(again.user_id, tokens.user_id, "the email is free, the old user is gone for ever");
    }
}
