//! Administration in the middle of something else, and something else in the middle of administration.

use latchkey::{
    domain::{UserId, Words},
    operations::admin::{disable_user, enable_user, end_sessions},
    ports::{Grants, SetGrants},
};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    world::World,
};
use serde_json::{Value, json};

use crate::{
    admin::{ask, problem},
    refused::assert_refused,
    straddling::{HAPPENINGS, Happening, NEW_PASSWORD, assert_dead, let_happen},
};

async fn about(world: &World, action: &str, tokens: &Tokens) -> Value {
    ask(world, action, json!({ "user_id": tokens.user_id })).await
}

/// Lets an administrator do it before the next call of `verb`: disable, disable and enable again, or end all sessions.
fn let_administration_happen(world: &World, number: usize, tokens: &Tokens, verb: &'static str) {
    let (store, now) = (world.store.clone(), world.now());
    let user_id: UserId = tokens.user_id.parse().unwrap();
    world.store.before(verb, async move {
        match number {
            0 => drop(disable_user(&store, user_id, now).await.unwrap()),
            1 => {
                disable_user(&store, user_id, now).await.unwrap();
                enable_user(&store, user_id).await.unwrap();
            }
            _ => drop(end_sessions(&store, user_id, now).await.unwrap()),
        }
    });
}

#[tokio::test]
async fn g3_a_sign_in_that_straddles_administration_leaves_nothing_alive() {
    for world in World::on_each_store() {
        for number in 0..3 {
            let (person, tokens) = world.registered().await;
            let_administration_happen(&world, number, &tokens, "create_session");
            assert_dead(&world, world.login(&person).await).await;
            assert!(world.store.interrupted(), "{number}");
            let (person, tokens) = world.registered().await;
            let_administration_happen(&world, number, &tokens, "create_session");
            assert_dead(&world, world.login_for_session_token(&person).await).await;
            assert!(world.store.interrupted(), "{number}");
        }
    }
}

#[tokio::test]
async fn g3_a_refresh_that_straddles_administration_leaves_nothing_alive() {
    for world in World::on_each_store() {
        for number in 0..3 {
            for verb in ["find_user", "rotate_session"] {
                let (_, tokens) = world.registered().await;
                let_administration_happen(&world, number, &tokens, verb);
                assert_dead(&world, world.refresh(&tokens.refresh).await).await;
                assert!(world.store.interrupted(), "{number} before {verb}");
                assert_refused(&world.refresh(&tokens.refresh).await);
            }
        }
    }
}

#[tokio::test]
async fn a13_a_session_token_that_straddles_administration_is_refused_from_the_next_request_on() {
    for world in World::on_each_store() {
        for number in 0..3 {
            let person = world.registered().await.0;
            let tokens = Tokens::from(world.login_for_session_token(&person).await);
            world.advance(2 * 24 * 3600);
            let_administration_happen(&world, number, &tokens, "slide_session");
            world.authorize_session(&tokens.session).await;
            assert!(world.store.interrupted(), "{number}");
            assert_eq!(world.authorize_session(&tokens.session).await, None);
            let tokens = Tokens::from(world.register(&Person::new()).await);
            let_administration_happen(&world, number, &tokens, "find_session");
            assert_refused(&world.me(&tokens.access).await);
        }
    }
}

#[tokio::test]
async fn g3_disabling_that_straddles_another_change_happens_all_the_same() {
    for world in World::on_each_store() {
        for happening in HAPPENINGS {
            let (person, tokens) = world.registered().await;
            let_happen(&world, happening, &person, "disable_user");
            let answer = about(&world, "disable-user", &tokens).await;
            assert!(world.store.interrupted(), "{happening:?}");
            match happening {
                Happening::Delete => assert_eq!(problem(&answer), "not-found"),
                Happening::Disable => assert_eq!(answer["user"]["epoch"], 2),
                Happening::PasswordChange | Happening::SignOutEverywhere => assert_eq!(answer["user"]["epoch"], 3),
            }
            let person = if matches!(happening, Happening::PasswordChange) {
                person.with_password(NEW_PASSWORD)
            } else {
                person
            };
            assert_eq!(world.login(&person).await.problem(), "invalid-credentials", "{happening:?}");
            assert_refused(&world.refresh(&tokens.refresh).await);
        }
    }
}

#[tokio::test]
async fn g3_deleting_and_ending_sessions_that_straddle_another_change_happen_all_the_same() {
    for world in World::on_each_store() {
        for happening in HAPPENINGS {
            let (person, tokens) = world.registered().await;
            let_happen(&world, happening, &person, "delete_user");
            let answer = about(&world, "delete-user", &tokens).await;
            let is_gone_already = matches!(happening, Happening::Delete);
            assert_eq!(
                if is_gone_already { problem(&answer) } else { "" },
                if is_gone_already { "not-found" } else { "" }
            );
            assert_eq!(problem(&about(&world, "find-user", &tokens).await), "not-found");

            let (person, tokens) = world.registered().await;
            let_happen(&world, happening, &person, "raise_epoch");
            let answer = about(&world, "end-sessions", &tokens).await;
            if is_gone_already {
                assert_eq!(problem(&answer), "not-found");
            } else {
                assert!(answer["ended"].is_u64(), "{happening:?}: {answer}");
            }
            assert!(world.store.interrupted(), "{happening:?}");
            assert_refused(&world.refresh(&tokens.refresh).await);
            assert_refused(&world.me(&tokens.access).await);
        }
    }
}

#[tokio::test]
async fn roles_set_in_the_middle_of_another_change_change_nothing_but_roles() {
    for world in World::on_each_store() {
        for happening in HAPPENINGS {
            let (person, tokens) = world.registered().await;
            let_happen(&world, happening, &person, "set_grants");
            let answer = ask(&world, "set-roles", json!({ "user_id": tokens.user_id, "roles": ["editor"] })).await;
            assert!(world.store.interrupted());
            if matches!(happening, Happening::Delete) {
                assert_eq!(problem(&answer), "not-found");
                assert_eq!(problem(&about(&world, "find-user", &tokens).await), "not-found", "nobody is made");
                continue;
            }
            let user = &answer["user"];
            assert_eq!((&user["roles"], &user["epoch"]), (&json!(["editor"]), &json!(2)));
            assert_eq!(user["disabled"], matches!(happening, Happening::Disable));
        }
        let (_, tokens) = world.registered().await;
        let (store, user_id): (_, UserId) = (world.store.clone(), tokens.user_id.parse().unwrap());
        let roles = Grants::Roles(Words::parse(vec!["editor".to_owned()]).unwrap());
        world
            .store
            .before("disable_user", async move { assert!(store.set_grants(user_id, &roles).await.unwrap().is_some()) });
        about(&world, "disable-user", &tokens).await;
        let user = &about(&world, "find-user", &tokens).await["user"];
        assert_eq!((&user["disabled"], &user["roles"]), (&json!(true), &json!(["editor"])));
    }
}

#[tokio::test]
async fn a_user_whom_others_change_all_the_time_is_not_changed_by_halves() {
    for world in World::on_each_store() {
        for (action, verb) in [("disable-user", "disable_user"), ("delete-user", "delete_user")] {
            let (person, tokens) = world.registered().await;
            for _ in 0..3 {
                let_happen(&world, Happening::SignOutEverywhere, &person, verb);
            }
            let answer = about(&world, action, &tokens).await;
            assert_eq!((problem(&answer), &answer["problem"]["retry_after"]), ("unavailable", &json!(2)), "{action}");
            let user = &about(&world, "find-user", &tokens).await["user"];
            assert_eq!((&user["disabled"], &user["epoch"]), (&json!(false), &json!(4)));
        }
    }
}
