//! Roles and scopes: who sets them, when they take effect, and what fits.

use latchkey_tests::{
    api::{Api, Tokens},
    exchange::Call,
    world::World,
};
use serde_json::{Value, json};

use crate::admin::{ask, problem};

async fn set_roles(world: &World, user_id: &str, roles: Value) -> Value {
    ask(world, "set-roles", json!({ "user_id": user_id, "roles": roles })).await
}

async fn set_scopes(world: &World, user_id: &str, scopes: Value) -> Value {
    ask(world, "set-scopes", json!({ "user_id": user_id, "scopes": scopes })).await
}

/// What a context says about roles and scopes.
fn words(context: Option<Value>) -> [String; 2] {
    let context = context.unwrap();
    ["roles", "scope"].map(|member| context[member].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn roles_and_scopes_reach_session_tokens_at_once_and_access_tokens_at_the_next_refresh() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        let answer = set_roles(&world, &tokens.user_id, json!(["admin", "editor", "admin"])).await;
        assert_eq!((&answer["user"]["roles"], &answer["user"]["epoch"]), (&json!(["admin", "editor"]), &json!(1)));
        let answer = set_scopes(&world, &tokens.user_id, json!(["notes:read", "notes:write"])).await;
        assert_eq!(answer["user"]["scopes"], json!(["notes:read", "notes:write"]));
        assert_eq!(answer["user"]["roles"], json!(["admin", "editor"]), "setting one kind leaves the other");

        let expected = ["admin editor", "notes:read notes:write"];
        assert_eq!(words(world.authorize_session(&session).await), expected);
        assert_eq!(words(world.authorize(&tokens.access)), ["", ""], "what was issued before keeps what it says");
        let renewed = world.refresh(&tokens.refresh).await;
        let user = &renewed.json()["user"];
        assert_eq!((&user["roles"], &user["scopes"]), (&answer["user"]["roles"], &answer["user"]["scopes"]));
        let renewed = Tokens::from(renewed);
        assert_eq!(words(world.authorize(&renewed.access)), expected);
        let signed_in = Tokens::from(world.login(&person).await);
        assert_eq!(words(world.authorize(&signed_in.access)), expected);

        set_roles(&world, &tokens.user_id, json!([])).await;
        assert_eq!(words(world.authorize_session(&session).await)[0], "");
        let renewed = Tokens::from(world.refresh(&renewed.refresh).await);
        assert_eq!(words(world.authorize(&renewed.access)), ["", "notes:read notes:write"]);
    }
}

#[tokio::test]
async fn a14_words_that_fit_no_context_are_refused_when_they_are_set() {
    let too_many: Vec<_> = (0..33).map(|number| number.to_string()).collect();
    let too_long: Vec<_> = (0..17).map(|number| format!("{number:063}")).collect();
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        set_roles(&world, &tokens.user_id, json!(["editor"])).await;
        set_scopes(&world, &tokens.user_id, json!(["notes:read"])).await;
        for bad in [
            json!([""]),
            json!(["not admin"]),
            json!(["a\tb"]),
            json!(["a\nb"]),
            json!(["with\"quote"]),
            json!(["with\\backslash"]),
            json!(["\u{1f511}"]),
            json!(["x".repeat(65)]),
            json!(too_many),
            json!(too_long),
        ] {
            for (answer, pointer) in [
                (set_roles(&world, &tokens.user_id, bad.clone()).await, "/roles"),
                (set_scopes(&world, &tokens.user_id, bad.clone()).await, "/scopes"),
            ] {
                assert_eq!(problem(&answer), "invalid-input", "{bad}");
                assert_eq!(answer["problem"]["errors"][0]["pointer"], pointer);
            }
        }
        for bad in [json!("admin"), json!(null), json!([1]), json!([["admin"]]), json!({ "admin": true })] {
            assert_eq!(problem(&set_roles(&world, &tokens.user_id, bad).await), "malformed-body");
        }
        let user = ask(&world, "find-user", json!({ "user_id": tokens.user_id })).await;
        assert_eq!((&user["user"]["roles"], &user["user"]["scopes"]), (&json!(["editor"]), &json!(["notes:read"])));
    }
}

#[tokio::test]
async fn a14_the_most_words_there_can_be_fit_tokens_and_contexts() {
    let fullest: Vec<_> = (0..32).map(|number| format!("{number:031}")).collect();
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        for answer in [
            set_roles(&world, &tokens.user_id, json!(fullest)).await,
            set_scopes(&world, &tokens.user_id, json!(fullest)).await,
        ] {
            assert!(answer["user"].is_object(), "{answer}");
        }
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        let cookie = world.login_for_cookie(&person).await.cookie().unwrap();
        assert!(cookie.len() < 4000, "a cookie of {} bytes, of which a browser keeps 4096", cookie.len());
        let renewed = Tokens::from(world.refresh(&tokens.refresh).await);
        assert!(renewed.access.len() < 4096, "an access token of {} bytes", renewed.access.len());
        for context in [world.authorize(&renewed.access), world.authorize_session(&session).await] {
            let context = context.unwrap();
            assert!(context.to_string().len() < 2560, "a context of {} bytes", context.to_string().len());
            assert_eq!(words(Some(context)), [fullest.join(" "), fullest.join(" ")]);
        }
        assert_eq!(world.me(&renewed.access).await.status, 200);
    }
}

#[tokio::test]
async fn c13_what_an_administrator_gave_no_request_of_the_user_changes() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        set_roles(&world, &tokens.user_id, json!(["editor"])).await;
        let wishes = json!({ "name": "Eve", "roles": ["admin"], "role": "admin", "scopes": ["all"], "scope": "all", "disabled": false, "epoch": 9 });
        world.send(Call::patch("/auth/me", &wishes).bearer(&tokens.access)).await;
        let mut login = person.credentials();
        login.as_object_mut().unwrap().extend(wishes.as_object().unwrap().clone());
        let signed_in = Tokens::from(world.send(Call::post("/auth/login", &login)).await);
        let mut refresh = wishes.clone();
        refresh["refresh_token"] = json!(signed_in.refresh);
        let renewed = Tokens::from(world.send(Call::post("/auth/refresh", &refresh)).await);
        for tokens in [signed_in, renewed] {
            assert_eq!(words(world.authorize(&tokens.access)), ["editor", ""]);
        }
        let user = &ask(&world, "find-user", json!({ "user_id": tokens.user_id })).await["user"];
        assert_eq!(
            (&user["roles"], &user["scopes"], &user["epoch"], &user["name"]),
            (&json!(["editor"]), &json!([]), &json!(1), &json!("Eve"))
        );
    }
}
