//! A change of the password in the middle of which something else happens, or the process dies.

use std::future::pending;

use latchkey::ports::{Account, Change, ChangePassword, EpochChange, ReplacePasswordHash};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::{Answer, Call},
    parallel::in_parallel,
    store::Store,
    world::{Settings, World},
};
use serde_json::json;
use tokio::sync::oneshot;

use crate::{
    changes::{hash, stored},
    password::{assert_signs_in, change},
    refused::assert_refused,
    straddling::{HAPPENINGS, Happening, NEW_PASSWORD, assert_dead, let_happen, set_epoch},
};

const LOST_PASSWORD: &str = "a third steam anchor";

#[tokio::test]
async fn g3_a_change_that_comes_after_another_in_its_middle_is_refused_and_changes_nothing() {
    for world in World::on_each_store() {
        for verb in ["reserve_attempt", "find_account_by_id", "change_password"] {
            for happening in HAPPENINGS {
                let (person, tokens) = world.registered().await;
                let_happen(&world, happening, &person, verb);
                assert_refused(&world.send(change(&person, LOST_PASSWORD).bearer(&tokens.access)).await);
                assert!(world.store.interrupted(), "{happening:?}");
                let status = async |password| world.login(&person.with_password(password)).await.status;
                let statuses =
                    (status(LOST_PASSWORD).await, status(&person.password).await, status(NEW_PASSWORD).await);
                let expected = match happening {
                    Happening::PasswordChange => (401, 401, 200),
                    Happening::SignOutEverywhere => (401, 200, 401),
                    Happening::Disable | Happening::Delete => (401, 401, 401),
                };
                assert_eq!(statuses, expected, "{happening:?} before {verb}");
            }
        }
    }
}

#[tokio::test]
async fn g3_a_change_before_another_leaves_no_session_alive() {
    for world in World::on_each_store() {
        for verb in ["list_sessions", "create_session"] {
            for happening in HAPPENINGS {
                let (person, tokens) = world.registered().await;
                let_happen(&world, happening, &person, verb);
                let answer = world.send(change(&person, LOST_PASSWORD).bearer(&tokens.access)).await;
                assert_eq!(answer.status, 200, "the change itself has happened");
                assert_dead(&world, answer).await;
                assert!(world.store.interrupted(), "{happening:?}");
                assert_refused(&world.refresh(&tokens.refresh).await);
            }
        }
    }
}

#[tokio::test]
async fn g3_of_changes_at_once_exactly_one_wins_and_the_others_are_refused() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let new: Vec<_> = (0..6).map(|number| format!("violet steam anchor {number}")).collect();
        let changes = new.iter().map(|new| world.send(change(&person, new).bearer(&tokens.access)));
        let answers = in_parallel(changes).await;
        let (won, lost): (Vec<_>, Vec<_>) = new.iter().zip(&answers).partition(|(_, answer)| answer.status == 200);
        let [(winner, answer)] = won.as_slice() else { panic!("{} changes have happened", won.len()) };
        assert_eq!(world.me(&Tokens::from((*answer).clone()).access).await.status, 200);
        lost.iter().for_each(|(_, answer)| assert_refused(answer));
        for (loser, _) in lost {
            assert_signs_in(&world, &person, winner, loser).await;
        }
    }
}

/// The steps of a change, each of which something else may come before.
const STEPS: [&str; 6] =
    ["reserve_attempt", "find_account_by_id", "change_password", "list_sessions", "end_session", "create_session"];

/// Changes the password, while `call` is answered before the next call of `verb`. Gives that answer.
async fn change_around(world: &World, (person, tokens): (&Person, &Tokens), verb: &'static str, call: Call) -> Answer {
    let ((arrive, arrived), (go_on, may_go_on)) = (oneshot::channel(), oneshot::channel());
    world.store.before(verb, async move {
        arrive.send(()).unwrap();
        may_go_on.await.unwrap();
    });
    let meanwhile = async {
        arrived.await.unwrap();
        let answer = world.send(call).await;
        go_on.send(()).unwrap();
        answer
    };
    let changing = world.send(change(person, NEW_PASSWORD).bearer(&tokens.access));
    let (changed, answer) = tokio::join!(changing, meanwhile);
    assert_eq!(changed.status, 200, "before {verb}: {changed}");
    assert_eq!(world.me(&changed.text("/access_token")).await.status, 200);
    answer
}

#[tokio::test]
async fn b4_a_refresh_in_the_middle_of_a_change_leaves_nothing_alive() {
    for world in World::on_each_store() {
        for verb in STEPS {
            let (person, tokens) = world.registered().await;
            let refresh = Call::post("/auth/refresh", &json!({ "refresh_token": tokens.refresh }));
            assert_dead(&world, change_around(&world, (&person, &tokens), verb, refresh).await).await;
            assert_refused(&world.refresh(&tokens.refresh).await);
        }
    }
}

#[tokio::test]
async fn g3_a_login_with_the_old_password_in_the_middle_of_a_change_leaves_nothing_alive() {
    for world in World::on_each_store() {
        for (verb, status) in STEPS.into_iter().zip([200, 200, 200, 401, 401, 401]) {
            let (person, tokens) = world.registered().await;
            let login = Call::post("/auth/login", &person.credentials());
            let answer = change_around(&world, (&person, &tokens), verb, login).await;
            assert_eq!(answer.status, status, "before {verb}");
            assert_dead(&world, answer).await;
        }
    }
}

/// A sign-in elsewhere hashes the same password again before the next call of `change_password`.
fn let_rehash(world: &World, person: &Person) {
    let (store, person, again) = (world.store.clone(), person.clone(), hash(&world.settings, person, &person.password));
    world.store.before("change_password", async move {
        let Account { user, password_hash, .. } = stored(&store, &person).await;
        let replaced = store.replace_password_hash(user.id, user.epoch, &password_hash, &again).await;
        assert_eq!(replaced.unwrap(), Change::Done);
    });
}

#[tokio::test]
async fn g3_a_rehash_in_the_middle_of_a_change_does_not_keep_it_from_happening() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let_rehash(&world, &person);
        assert_eq!(world.send(change(&person, NEW_PASSWORD).bearer(&tokens.access)).await.status, 200);
        assert_eq!((world.store.interrupted(), world.store.calls("change_password")), (true, 2));
        assert_signs_in(&world, &person, NEW_PASSWORD, &person.password).await;
    }
}

#[tokio::test]
async fn a_change_that_never_gets_its_turn_is_told_so_and_has_not_happened() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        for _ in 0..3 {
            let_rehash(&world, &person);
        }
        let answer = world.send(change(&person, NEW_PASSWORD).bearer(&tokens.access)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (503, "unavailable"));
        assert_eq!(world.me(&tokens.access).await.status, 200);
        assert_signs_in(&world, &person, &person.password, NEW_PASSWORD).await;
    }
}

#[tokio::test]
async fn g3_a_change_demands_its_epoch_of_profile_and_password_each() {
    let world = World::new(Store::dynamodb(), Settings::default());
    for item in ["profile", "password"] {
        let person = world.registered().await.0;
        let before = stored(&world.store, &person).await;
        let change = EpochChange {
            user_id: before.user.id,
            epoch: 1,
            cause: latchkey::domain::EndCause::LogoutAll,
            now: world.now(),
            feed_until: world.now(),
        };
        set_epoch(&world.store.tables().unwrap().users, &before.user.id.to_string(), item, 2);
        let changed = world.store.change_password(&change, &before.password_hash, "$new").await.unwrap();
        assert_eq!(changed, Change::Stale, "{item}");
        assert_eq!(stored(&world.store, &person).await.password_hash, before.password_hash);
    }
}

/// Sends `call` to a process that dies right before the next call of `verb`.
async fn killed_before(world: &World, verb: &'static str, call: Call) {
    let (arrive, arrived) = oneshot::channel();
    world.store.before(verb, async move {
        arrive.send(()).unwrap();
        pending().await
    });
    tokio::select! {
        answer = world.send(call) => panic!("it lives on: {answer}"),
        arrival = arrived => arrival.unwrap(),
    }
}

#[tokio::test]
async fn f2_killed_between_any_two_steps_a_change_is_whole_or_absent() {
    for world in World::on_each_store() {
        for (verb, is_whole) in STEPS.into_iter().zip([false, false, false, true, true, true]) {
            let (person, tokens) = world.registered().await;
            killed_before(&world, verb, change(&person, NEW_PASSWORD).bearer(&tokens.access)).await;
            let Account { user, password_epoch, .. } = stored(&world.store, &person).await;
            assert_eq!((user.epoch, password_epoch), if is_whole { (2, 2) } else { (1, 1) }, "{verb}");
            if is_whole {
                assert_refused(&world.refresh(&tokens.refresh).await);
                assert_refused(&world.me(&tokens.access).await);
                assert_signs_in(&world, &person, NEW_PASSWORD, &person.password).await;
            } else {
                assert_eq!(world.refresh(&tokens.refresh).await.status, 200, "{verb}");
                assert_signs_in(&world, &person, &person.password, NEW_PASSWORD).await;
            }
        }
    }
}
