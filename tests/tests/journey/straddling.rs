//! Operations that straddle a change: whatever happens between any two of their steps, nothing of the old state lives on.

use latchkey::{
    domain::{EndCause, Ended},
    passwords::HashWork,
    ports::{Change, EndSession, Ending},
};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::{Answer, Call},
    local_dynamodb::local_dynamodb,
    store::Store,
    world::{Settings, World},
};
use serde_json::json;

use crate::{
    changes::{change_password, delete, disable, hash, sign_out_everywhere, stored},
    refused::assert_refused,
};

pub(crate) const NEW_PASSWORD: &str = "another violet anchor";

/// What happens to the account of `person` in the middle of something else.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Happening {
    PasswordChange,
    Disable,
    Delete,
    SignOutEverywhere,
}

pub(crate) const HAPPENINGS: [Happening; 4] =
    [Happening::PasswordChange, Happening::Disable, Happening::Delete, Happening::SignOutEverywhere];

/// Lets it happen before the next call of `verb`.
pub(crate) fn let_happen(world: &World, happening: Happening, person: &Person, verb: &'static str) {
    let (store, person, now) = (world.store.clone(), person.clone(), world.now());
    let new_hash = hash(&world.settings, &person, NEW_PASSWORD);
    world.store.before(verb, async move {
        match happening {
            Happening::PasswordChange => change_password(&store, &person, &new_hash, now).await,
            Happening::Disable => disable(&store, &person, now).await,
            Happening::Delete => delete(&store, &person, now).await,
            Happening::SignOutEverywhere => drop(sign_out_everywhere(&store, &person, now).await),
        }
    });
}

/// Asserts that nothing in `answer` opens anything.
pub(crate) async fn assert_dead(world: &World, answer: Answer) {
    if answer.status != 200 {
        return;
    }
    let tokens = Tokens::from(answer);
    if tokens.session.is_empty() {
        assert_refused(&world.refresh(&tokens.refresh).await);
        assert_refused(&world.me(&tokens.access).await);
        assert_refused(&world.send(Call::patch("/auth/me", &json!({ "name": "Eve" })).bearer(&tokens.access)).await);
    } else {
        assert_refused(&world.me(&tokens.session).await);
        assert_eq!(world.authorize_session(&tokens.session).await, None);
    }
}

#[tokio::test]
async fn g3_a_login_that_straddles_a_change_leaves_nothing_alive() {
    for world in World::on_each_store() {
        for happening in HAPPENINGS {
            let person = world.registered().await.0;
            let_happen(&world, happening, &person, "create_session");
            assert_dead(&world, world.login(&person).await).await;
            assert!(world.store.interrupted(), "{happening:?}");
        }
        for happening in HAPPENINGS {
            let person = world.registered().await.0;
            let_happen(&world, happening, &person, "create_session");
            assert_dead(&world, world.login_for_session_token(&person).await).await;
            assert!(world.store.interrupted(), "{happening:?}");
        }
    }
}

#[tokio::test]
async fn g3_a_login_that_is_read_after_a_change_meets_the_change() {
    for world in World::on_each_store() {
        for (happening, status) in HAPPENINGS.into_iter().zip([401, 401, 401, 200]) {
            let person = world.registered().await.0;
            let_happen(&world, happening, &person, "find_account");
            assert_eq!(world.login(&person).await.status, status, "{happening:?}");
        }
    }
}

#[tokio::test]
async fn g3_a_rehash_that_straddles_a_password_change_does_not_bring_the_old_password_back() {
    for world in World::on_each_store() {
        let work = HashWork { memory_kib: 128, iterations: 1 };
        let stronger = World::new(world.store.clone(), Settings { work, ..Settings::default() });
        let person = world.registered().await.0;
        let_happen(&world, Happening::PasswordChange, &person, "replace_password_hash");
        assert_dead(&stronger, stronger.login(&person).await).await;
        assert_eq!(stronger.login(&person).await.status, 401);
        assert_eq!(stronger.login(&person.with_password(NEW_PASSWORD)).await.status, 200);
    }
}

#[tokio::test]
async fn g3_a_login_that_reads_the_middle_of_a_change_reads_again() {
    let world = World::new(Store::dynamodb(), Settings::default());
    for whole_at_last in [true, false] {
        let person = world.registered().await.0;
        let account = stored(&world.store, &person).await;
        let table = world.store.tables().unwrap().users.clone();
        set_epoch(&table, &account.user.id.to_string(), "profile", 2);
        world.store.before("find_account", async {});
        if whole_at_last {
            let user_id = account.user.id.to_string();
            world.store.before("find_account", async move { set_epoch(&table, &user_id, "password", 2) });
        }
        let answer = world.login(&person).await;
        assert_eq!(answer.status, if whole_at_last { 200 } else { 500 });
        assert_eq!(answer.problem(), if whole_at_last { "" } else { "internal" });
    }
}

/// Half of a change, as nobody but a reader in its middle ever sees it.
pub(crate) fn set_epoch(table: &str, user_id: &str, item: &str, epoch: u64) {
    local_dynamodb().call(
        "UpdateItem",
        &json!({
            "TableName": table,
            "Key": { "pk": { "S": format!("user#{user_id}") }, "sk": { "S": item } },
            "UpdateExpression": "SET epoch = :epoch",
            "ExpressionAttributeValues": { ":epoch": { "N": epoch.to_string() } },
        }),
    );
}

#[tokio::test]
async fn b4_a_refresh_that_straddles_a_change_leaves_nothing_alive() {
    for world in World::on_each_store() {
        for verb in ["find_user", "rotate_session"] {
            for happening in HAPPENINGS {
                let (person, tokens) = world.registered().await;
                let_happen(&world, happening, &person, verb);
                assert_dead(&world, world.refresh(&tokens.refresh).await).await;
                assert!(world.store.interrupted(), "{happening:?}");
                assert_refused(&world.refresh(&tokens.refresh).await);
            }
        }
    }
}

#[tokio::test]
async fn b4_a_refresh_that_straddles_a_logout_leaves_nothing_alive() {
    for world in World::on_each_store() {
        for verb in ["find_user", "rotate_session"] {
            let (_, tokens) = world.registered().await;
            let answer = refresh_during_logout(&world, &tokens, verb).await;
            if answer.status == 200 {
                assert_refused(&world.refresh(&answer.text("/refresh_token")).await);
            }
            assert_refused(&world.refresh(&tokens.refresh).await);
        }
    }
}

/// Renews, while the same token signs out before `verb`.
async fn refresh_during_logout(world: &World, tokens: &Tokens, verb: &'static str) -> Answer {
    let ending = Ending {
        user_id: tokens.user_id.parse().unwrap(),
        session_id: tokens.session_id.parse().unwrap(),
        ended: Ended { cause: EndCause::Logout, at: world.now() },
        feed_until: Some(world.now().plus(3600)),
    };
    let store = world.store.clone();
    world.store.before(verb, async move { assert_eq!(store.end_session(&ending).await.unwrap(), Change::Done) });
    world.refresh(&tokens.refresh).await
}

#[tokio::test]
async fn g3_a_change_of_the_profile_that_straddles_a_sign_out_is_refused() {
    for world in World::on_each_store() {
        for happening in HAPPENINGS {
            let (person, tokens) = world.registered().await;
            let_happen(&world, happening, &person, "rename_user");
            let call = Call::patch("/auth/me", &json!({ "name": "Eve" })).bearer(&tokens.access);
            assert_refused(&world.send(call).await);
        }
        for happening in [Happening::PasswordChange, Happening::Disable, Happening::SignOutEverywhere] {
            let (person, tokens) = world.registered().await;
            let_happen(&world, happening, &person, "delete_user");
            assert_refused(&world.send(Call::delete("/auth/me").bearer(&tokens.access)).await);
            assert_eq!(stored(&world.store, &person).await.user.canonical_email, person.email);
        }
    }
}
