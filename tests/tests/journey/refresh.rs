//! `POST /auth/refresh`: rotation, the grace, reuse.

use latchkey::domain::{EndCause, Session};
use latchkey::ports::FindSession;
use latchkey_tests::{
    api::{Api, Tokens},
    assert_answer,
    parallel::in_parallel,
    world::{START, World},
};

use crate::refused::assert_refused;

/// The session of `tokens` as it is stored.
pub(crate) async fn session(world: &World, tokens: &Tokens) -> Session {
    let (user_id, session_id) = (tokens.user_id.parse().unwrap(), tokens.session_id.parse().unwrap());
    world.store.find_session(user_id, session_id).await.unwrap().0.unwrap()
}

/// Why it ended, if it did.
pub(crate) async fn cause(world: &World, tokens: &Tokens) -> Option<EndCause> {
    session(world, tokens).await.ended.map(|ended| ended.cause)
}

#[tokio::test]
async fn renewing_answers_with_a_token_set_of_the_same_session() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        world.advance(3600);
        let answer = world.refresh(&tokens.refresh).await;
        assert_answer!(answer, @r#"
        200
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
            "expires_at": "2096-10-16T08:06:40Z",
            "id": "[id]"
          },
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
        let renewed = Tokens::from(answer);
        assert_eq!((&renewed.session_id, &renewed.user_id), (&tokens.session_id, &tokens.user_id));
        assert!(renewed.refresh != tokens.refresh && renewed.access != tokens.access);
        assert!(world.authorize(&renewed.access).is_some());
    }
}

#[tokio::test]
async fn b1_fifty_parallel_refreshes_of_one_token_rotate_once_and_give_one_successor() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let answers = in_parallel((0..50).map(|_| world.refresh(&tokens.refresh))).await;
        let renewed: Vec<Tokens> = answers.into_iter().map(Tokens::from).collect();
        assert!(renewed.iter().all(|tokens| tokens.refresh == renewed[0].refresh), "everybody gets the same successor");
        assert!(renewed.iter().all(|tokens| world.authorize(&tokens.access).is_some()));
        let session = session(&world, &tokens).await;
        assert_eq!((session.generation, session.ended), (2, None));
        assert_eq!(world.store.calls("rotate_session"), 50);
        assert_eq!(world.sessions(&renewed[0].access).await.json()["sessions"].as_array().unwrap().len(), 1);
        assert_eq!(world.refresh(&renewed[0].refresh).await.status, 200);
    }
}

#[tokio::test]
async fn b2_a_superseded_token_is_good_until_a_second_before_the_grace_ends() {
    for world in World::on_each_store() {
        let (_, first) = world.registered().await;
        world.advance(1000);
        let second = Tokens::from(world.refresh(&first.refresh).await);
        world.advance(29);
        assert_eq!(Tokens::from(world.refresh(&first.refresh).await).refresh, second.refresh);
        assert_eq!(cause(&world, &first).await, None);
    }
}

#[tokio::test]
async fn b2_a_token_replayed_after_the_grace_ends_its_session_and_no_other() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let other = Tokens::from(world.login(&person).await);
        world.advance(1000);
        let second = Tokens::from(world.refresh(&first.refresh).await);
        world.advance(30);
        assert_refused(&world.refresh(&first.refresh).await);
        assert_eq!(cause(&world, &first).await, Some(EndCause::ReuseDetected));
        assert_refused(&world.refresh(&second.refresh).await);
        assert_eq!(cause(&world, &other).await, None);
        assert_eq!(world.refresh(&other.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn b3_a_lost_reply_and_two_retries_leave_the_client_signed_in() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        world.refresh(&tokens.refresh).await; // committed, and its reply is lost
        world.advance(1);
        let retried = Tokens::from(world.refresh(&tokens.refresh).await);
        world.advance(10);
        let again = Tokens::from(world.refresh(&tokens.refresh).await);
        assert_eq!(again.refresh, retried.refresh);
        assert_eq!((session(&world, &tokens).await.generation, cause(&world, &tokens).await), (2, None));
        world.advance(3600);
        assert_eq!(world.refresh(&retried.refresh).await.status, 200);
        assert_eq!(world.store.calls("end_session"), 0, "no alarm was raised");
    }
}

#[tokio::test]
async fn b5_many_rotations_in_one_frozen_second_keep_the_client_signed_in() {
    for world in World::on_each_store() {
        let (_, first) = world.registered().await;
        let mut chain = vec![first];
        for _ in 0..8 {
            let last = chain.last().unwrap().refresh.clone();
            chain.push(world.refresh(&last).await.into());
        }
        let current = chain.last().unwrap().refresh.clone();
        for earlier in &chain {
            assert_eq!(Tokens::from(world.refresh(&earlier.refresh).await).refresh, current);
        }
        assert_eq!((session(&world, &chain[0]).await.generation, cause(&world, &chain[0]).await), (5, None));
        world.advance(60);
        assert_eq!(world.refresh(&current).await.status, 200);
    }
}

#[tokio::test]
async fn b5_a_clock_that_steps_back_signs_nobody_out() {
    for world in World::on_each_store() {
        let (_, first) = world.registered().await;
        world.advance(100);
        let second = Tokens::from(world.refresh(&first.refresh).await);
        world.set_clock(START.plus(40));
        let third = Tokens::from(world.refresh(&second.refresh).await);
        assert_eq!(Tokens::from(world.refresh(&first.refresh).await).refresh, third.refresh);
        world.set_clock(START.plus(101));
        let fourth = Tokens::from(world.refresh(&third.refresh).await);
        assert_eq!(cause(&world, &first).await, None);
        assert!(world.authorize(&fourth.access).is_some());
    }
}

#[tokio::test]
async fn g6_two_rotations_inside_the_grace_and_then_the_first_token_again_is_still_signed_in() {
    for world in World::on_each_store() {
        let (_, first) = world.registered().await;
        world.advance(1000);
        let second = Tokens::from(world.refresh(&first.refresh).await);
        world.advance(10);
        let third = Tokens::from(world.refresh(&second.refresh).await);
        world.advance(10);
        assert_eq!(Tokens::from(world.refresh(&first.refresh).await).refresh, third.refresh);
        assert_eq!(cause(&world, &first).await, None);
        world.advance(10);
        assert_refused(&world.refresh(&first.refresh).await);
        assert_eq!(cause(&world, &first).await, Some(EndCause::ReuseDetected));
    }
}
