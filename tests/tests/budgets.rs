//! What each operation may ask of DynamoDB, in requests and in units, as DynamoDB itself reports them. More is a regression;
//! less is a new budget.

#![expect(clippy::unwrap_used, reason = "helpers that tests call, not tests themselves")]

#[path = "budgets/live.rs"]
mod live;
#[path = "budgets/pages.rs"]
mod pages;
#[path = "budgets/rooms.rs"]
mod rooms;

use std::future::Future;

use latchkey::{
    domain::{AttemptLimits, ClientHashing, Lifetimes},
    dynamodb::Usage,
    passwords::HashWork,
};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    client_hash::ask_for_salt,
    exchange::{Answer, Call},
    store::Store,
    world::{Settings, World},
};
use serde_json::json;

fn world() -> World {
    World::new(Store::dynamodb(), Settings::default())
}

/// What `operation` used; it must have had the answer `status`.
async fn used(world: &World, status: u16, operation: impl Future<Output = Answer>) -> (u64, u64, f64, f64) {
    let meter = world.store.as_dynamodb().unwrap().meter();
    let before = meter.snapshot();
    let answer = operation.await;
    assert_eq!(answer.status, status, "{answer}");
    let Usage { reads, writes, read_units, write_units } = meter.snapshot().since(before);
    (reads, writes, read_units, write_units)
}

#[tokio::test]
async fn register_makes_a_reservation_an_account_and_a_session() {
    let world = world();
    let person = Person::new();
    assert_eq!(used(&world, 201, world.register(&person)).await, (0, 3, 0.0, 11.0));
    assert_eq!(used(&world, 409, world.register(&person)).await, (0, 2, 0.0, 4.0));
}

#[tokio::test]
async fn login_reads_twice_and_writes_twice() {
    let world = world();
    let (person, _) = world.registered().await;
    assert_eq!(used(&world, 200, world.login(&person)).await, (2, 2, 3.0, 5.0));
    let wrong = used(&world, 401, world.login(&person.with_password("not their password"))).await;
    assert_eq!(wrong, (2, 1, 3.0, 4.0));
    let unknown = used(&world, 401, world.login(&Person::new())).await;
    assert_eq!((unknown.0, unknown.1), (2, 1), "an unknown user costs the same requests");
}

#[tokio::test]
async fn login_writes_once_more_to_rehash_and_once_more_to_clear_a_half_used_counter() {
    let world = world();
    let (person, _) = world.registered().await;
    let work = HashWork { memory_kib: 128, iterations: 1 };
    let limits = AttemptLimits { per_account: 2, ..AttemptLimits::default() };
    let stronger = World::new(world.store.clone(), Settings { work, ..Settings::default() });
    assert_eq!(used(&stronger, 200, stronger.login(&person)).await, (2, 3, 3.0, 6.0));
    let (person, _) = world.registered().await;
    let stricter = World::new(world.store.clone(), Settings { limits, ..Settings::default() });
    assert_eq!(used(&stricter, 200, stricter.login(&person)).await, (2, 3, 3.0, 6.0));
}

#[tokio::test]
async fn a_salt_asks_for_nothing_and_an_account_that_moves_is_written_once_more() {
    let world = world();
    let (person, _) = world.registered().await;
    let settings = Settings { client_hashing: ClientHashing::Transition, ..Settings::default() };
    let transition = World::new(world.store.clone(), settings);
    assert_eq!(used(&transition, 200, ask_for_salt(&transition, &person.email)).await, (0, 0, 0.0, 0.0));
    assert_eq!(used(&transition, 200, transition.login(&person)).await, (2, 3, 3.0, 6.0));
    assert_eq!(used(&transition, 200, transition.login(&person)).await, (2, 2, 3.0, 5.0));
}

#[tokio::test]
async fn refresh_reads_the_profile_and_writes_the_session() {
    let world = world();
    let (_, tokens) = world.registered().await;
    assert_eq!(used(&world, 200, world.refresh(&tokens.refresh)).await, (1, 1, 1.0, 1.0));
    let replayed = used(&world, 200, world.refresh(&tokens.refresh)).await;
    assert_eq!((replayed.0, replayed.1), (1, 1), "answered without writing: the one write is the refused one");
    world.advance(100);
    let reused = used(&world, 401, world.refresh(&tokens.refresh)).await;
    assert_eq!((reused.0, reused.1), (1, 2), "and ends the session");
    assert_eq!(used(&world, 401, world.refresh("lkr_garbage")).await, (0, 0, 0.0, 0.0));
}

#[tokio::test]
async fn check_asks_for_nothing_while_the_jwt_of_a_cookie_lives_and_then_as_refresh_does() {
    let world = world();
    let (person, _) = world.registered().await;
    let cookie = world.login_for_cookie(&person).await.cookie().unwrap();
    let check = || world.send(Call::get("/auth/check").cookie(&format!("__Host-latchkey={cookie}")));
    assert_eq!(used(&world, 204, check()).await, (0, 0, 0.0, 0.0));
    let looked_up = Call::get("/auth/check?look_up=1").cookie(&format!("__Host-latchkey={cookie}"));
    assert_eq!(used(&world, 204, world.send(looked_up)).await, (1, 0, 2.0, 0.0), "one reading of two items");
    world.advance(7 * 3600);
    assert_eq!(used(&world, 204, check()).await, (0, 0, 0.0, 0.0), "stale");
    world.advance(3600);
    assert_eq!(used(&world, 204, check()).await, (1, 1, 1.0, 1.0), "expired");
    let garbage = Call::get("/auth/check").cookie("__Host-latchkey=x.y.z~lkc_garbage");
    assert_eq!(used(&world, 401, world.send(garbage)).await, (0, 0, 0.0, 0.0));
    let bounded = Settings { ask_after: Some(5), ..Settings::default() };
    let bounded = World::new(world.store.clone(), bounded);
    let cookie = bounded.login_for_cookie(&person).await.cookie().unwrap();
    bounded.advance(5);
    let check = bounded.send(Call::get("/auth/check").cookie(&format!("__Host-latchkey={cookie}")));
    assert_eq!(used(&bounded, 204, check).await, (1, 0, 2.0, 0.0), "one reading of two items");
}

#[tokio::test]
async fn logout_is_one_transaction() {
    let world = world();
    let (_, tokens) = world.registered().await;
    assert_eq!(used(&world, 204, world.logout(&tokens.refresh)).await, (0, 1, 0.0, 4.0));
    assert_eq!(used(&world, 204, world.logout("garbage")).await, (0, 0, 0.0, 0.0));
}

#[tokio::test]
async fn sessions_are_listed_by_one_query_and_ended_by_one_transaction_each() {
    let world = world();
    let (person, tokens) = world.registered().await;
    let other = Tokens::from(world.login(&person).await);
    assert_eq!(used(&world, 200, world.sessions(&tokens.access)).await, (1, 0, 1.0, 0.0));
    let call = Call::delete(&format!("/auth/sessions/{}", other.session_id)).bearer(&tokens.access);
    assert_eq!(used(&world, 204, world.send(call)).await, (1, 1, 2.0, 4.0));
    world.login(&person).await;
    let all = Call::delete("/auth/sessions").bearer(&tokens.access);
    assert_eq!(
        used(&world, 204, world.send(all)).await,
        (2, 3, 3.0, 8.0),
        "one transaction for the epoch, one write for each of two sessions"
    );
}

#[tokio::test]
async fn the_profile_is_one_read_and_a_change_of_it_one_read_and_one_write() {
    let world = world();
    let (person, tokens) = world.registered().await;
    assert_eq!(used(&world, 200, world.me(&tokens.access)).await, (1, 0, 2.0, 0.0));
    let rename = Call::patch("/auth/me", &json!({ "name": "Ada" })).bearer(&tokens.access);
    assert_eq!(used(&world, 200, world.send(rename)).await, (1, 1, 2.0, 1.0));
    let delete = Call::delete("/auth/me").json(&json!({ "password": person.password })).bearer(&tokens.access);
    assert_eq!(used(&world, 204, world.send(delete)).await, (3, 3, 4.0, 13.0));
}

#[tokio::test]
async fn changing_the_password_is_one_transaction_after_the_proof_and_a_new_session_after_it() {
    let world = world();
    let (person, tokens) = world.registered().await;
    let change = |current: &str| {
        let body = json!({ "current_password": current, "new_password": "another violet anchor" });
        world.send(Call::post("/auth/me/password", &body).bearer(&tokens.access))
    };
    assert_eq!(used(&world, 401, change("not their password")).await, (2, 1, 3.0, 4.0));
    assert_eq!(
        used(&world, 200, change(&person.password)).await,
        (3, 4, 4.0, 12.0),
        "a reservation, the account, the word to one old session, the new session"
    );
}

#[tokio::test]
async fn the_authorizer_reads_nothing_and_the_session_authorizer_once() {
    let lifetimes = Lifetimes { session_idle: 1000, ..Lifetimes::default() };
    let world = World::new(Store::dynamodb(), Settings { lifetimes, ..Settings::default() });
    let (person, tokens) = world.registered().await;
    let session = Tokens::from(world.login_for_session_token(&person).await).session;
    let meter = world.store.as_dynamodb().unwrap().meter();
    let before = meter.snapshot();
    assert!(world.authorize(&tokens.access).is_some());
    assert_eq!(meter.snapshot(), before);
    assert!(world.authorize_session(&session).await.is_some());
    assert_eq!(meter.snapshot().since(before), Usage { reads: 1, read_units: 2.0, ..Usage::default() });
    world.advance(100);
    let before = meter.snapshot();
    assert!(world.authorize_session(&session).await.is_some());
    assert_eq!(meter.snapshot().since(before), Usage { reads: 1, writes: 1, read_units: 2.0, write_units: 1.0 });
}

#[tokio::test]
async fn public_documents_are_read_once_a_minute() {
    let world = world();
    let jwks = || world.send(Call::get("/.well-known/jwks.json"));
    assert_eq!(used(&world, 200, jwks()).await.0, 1);
    assert_eq!(used(&world, 200, jwks()).await.0, 0);
    assert_eq!(used(&world, 404, world.send(Call::get("/nothing"))).await, (0, 0, 0.0, 0.0));
}

#[tokio::test]
async fn administration_asks_for_no_more_than_its_steps() {
    let world = world();
    let (person, tokens) = world.registered().await;
    let meter = world.store.as_dynamodb().unwrap().meter();
    for (action, requests) in [
        (json!({ "action": "find-user", "email": person.email }), (2, 0)),
        (json!({ "action": "set-roles", "roles": ["editor"] }), (0, 1)),
        (json!({ "action": "list-sessions" }), (2, 0)),
        (json!({ "action": "end-session", "session_id": tokens.session_id }), (1, 1)),
        (json!({ "action": "end-sessions" }), (2, 1)),
        (json!({ "action": "disable-user" }), (2, 1)),
        (json!({ "action": "disable-user" }), (1, 0)),
        (json!({ "action": "enable-user" }), (0, 1)),
        (json!({ "action": "delete-user" }), (2, 1)),
    ] {
        let mut payload = json!({ "actor": "grace", "reason": "ticket 7" });
        if action.get("email").is_none() {
            payload["user_id"] = json!(tokens.user_id);
        }
        payload.as_object_mut().unwrap().extend(action.as_object().unwrap().clone());
        let before = meter.snapshot();
        let answer = world.invoke_admin(&payload.to_string()).await;
        let Usage { reads, writes, .. } = meter.snapshot().since(before);
        assert_eq!(((reads, writes), answer.get("problem")), (requests, None), "{action}");
    }
}
