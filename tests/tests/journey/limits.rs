//! The two limits of a session, and what happens at each.

use latchkey::domain::{EndCause, Lifetimes};
use latchkey_tests::{
    api::{Api, Tokens},
    world::{START, Settings, World},
};

use crate::{
    refresh::{cause, session},
    refused::assert_refused,
};

const DAY: u64 = 24 * 3600;

#[tokio::test]
async fn b6_a_session_renews_until_a_second_before_its_idle_limit_and_is_never_brought_back() {
    for world in World::on_each_store() {
        let (person, used) = world.registered().await;
        let unused = Tokens::from(world.login(&person).await);
        world.set_clock(START.plus(14 * DAY - 1));
        let used = Tokens::from(world.refresh(&used.refresh).await);
        world.advance(1);
        for _ in 0..2 {
            assert_refused(&world.refresh(&unused.refresh).await);
        }
        assert_eq!(cause(&world, &unused).await, Some(EndCause::Idle));
        world.set_clock(START);
        assert_refused(&world.refresh(&unused.refresh).await);
        world.set_clock(START.plus(14 * DAY));
        assert_eq!(world.sessions(&used.access).await.json()["sessions"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn b7_renewing_for_ever_stops_at_the_absolute_limit() {
    for world in World::on_each_store() {
        let (_, mut tokens) = world.registered().await;
        for day in (10..30).step_by(10) {
            world.set_clock(START.plus(day * DAY));
            tokens = world.refresh(&tokens.refresh).await.into();
        }
        world.set_clock(START.plus(30 * DAY - 1));
        let answer = world.refresh(&tokens.refresh).await;
        let left = answer.json();
        assert_eq!(
            (left["expires_in"].as_u64(), left["refresh_expires_in"].as_u64()),
            (Some(1), Some(1)),
            "no token outlives it"
        );
        let last = Tokens::from(answer);
        assert!(world.authorize(&last.access).is_some());
        world.advance(1);
        assert_eq!(world.authorize(&last.access), None);
        assert_refused(&world.refresh(&last.refresh).await);
        assert_eq!(cause(&world, &last).await, Some(EndCause::Absolute));
    }
}

#[tokio::test]
async fn b7_a_session_token_slides_the_idle_limit_and_stops_at_the_absolute_one() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let tokens = Tokens::from(world.login_for_session_token(&person).await);
        for day in (10..30).step_by(10) {
            world.set_clock(START.plus(day * DAY));
            assert!(world.authorize_session(&tokens.session).await.is_some(), "day {day}");
        }
        world.set_clock(START.plus(30 * DAY - 1));
        let context = world.authorize_session(&tokens.session).await.unwrap();
        assert_eq!(context["exp"], START.plus(30 * DAY).seconds().to_string());
        world.advance(1);
        assert_eq!(world.authorize_session(&tokens.session).await, None);
    }
}

#[tokio::test]
async fn b6_a_session_token_is_good_until_a_second_before_its_idle_limit() {
    let lifetimes = Lifetimes { session_idle: 1000, ..Lifetimes::default() };
    for world in World::on_each_store_with(Settings { lifetimes, ..Settings::default() }) {
        let (person, _) = world.registered().await;
        let [used, unused] =
            [world.login_for_session_token(&person).await, world.login_for_session_token(&person).await]
                .map(Tokens::from);
        world.advance(999);
        assert!(world.authorize_session(&used.session).await.is_some());
        world.advance(1);
        assert_eq!(world.authorize_session(&unused.session).await, None);
        assert!(world.authorize_session(&used.session).await.is_some());
    }
}

#[tokio::test]
async fn sliding_writes_at_most_once_per_tenth_of_the_idle_limit() {
    let lifetimes = Lifetimes { session_idle: 1000, ..Lifetimes::default() };
    for world in World::on_each_store_with(Settings { lifetimes, ..Settings::default() }) {
        let (person, _) = world.registered().await;
        let tokens = Tokens::from(world.login_for_session_token(&person).await);
        for (seconds, writes, last_use) in [(99, 0, 0), (1, 1, 100), (99, 1, 100), (1, 2, 200)] {
            world.advance(seconds);
            let context = world.authorize_session(&tokens.session).await.unwrap();
            let session = session(&world, &tokens).await;
            assert_eq!((world.store.calls("slide_session"), session.last_used_at), (writes, START.plus(last_use)));
            assert_eq!(context["exp"], session.expires_at().seconds().to_string());
        }
    }
}
