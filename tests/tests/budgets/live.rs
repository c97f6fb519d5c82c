//! What WebSocket connections ask of DynamoDB.

use std::future::Future;

use latchkey::dynamodb::Usage;
use latchkey_tests::{
    api::{Api, Tokens},
    exchange::Call,
    live::Handshake,
    world::World,
};
use serde_json::json;

use crate::{used, world};

/// What `conversation` used.
pub(crate) async fn spent<T>(world: &World, conversation: impl Future<Output = T>) -> ((u64, u64, f64, f64), T) {
    let meter = world.store.as_dynamodb().unwrap().meter();
    let before = meter.snapshot();
    let outcome = conversation.await;
    let Usage { reads, writes, read_units, write_units } = meter.snapshot().since(before);
    ((reads, writes, read_units, write_units), outcome)
}

#[tokio::test]
async fn a_connection_is_two_readings_and_one_transaction_and_a_frame_one_reading() {
    let world = world();
    let (_, tokens) = world.registered().await;
    let ask = Call::new("POST", "/auth/ws-ticket").bearer(&tokens.access);
    assert_eq!(used(&world, 200, world.send(ask.clone())).await, (1, 0, 2.0, 0.0));
    let by_token = Handshake::with_token(&tokens.access);
    let (cost, socket) = spent(&world, world.connect(&by_token)).await;
    assert_eq!(cost, (2, 1, 3.0, 8.0), "those that are open; row, moment, and the checks of session and profile");
    let by_ticket = Handshake::with_ticket(&world.send(ask).await.text("/ticket"));
    assert_eq!(spent(&world, world.connect(&by_ticket)).await.0, (2, 1, 3.0, 10.0), "and the redemption");
    assert_eq!(spent(&world, world.connect(&Handshake::with_ticket("garbage"))).await.0, (0, 0, 0.0, 0.0));

    let socket = socket.unwrap();
    assert_eq!(spent(&world, world.say(&socket, r#"{"action":"ping"}"#)).await.0, (1, 0, 1.0, 0.0));
    world.advance(60);
    let renewed = Tokens::from(world.refresh(&tokens.refresh).await);
    let auth = json!({ "action": "auth", "token": renewed.access }).to_string();
    assert_eq!(spent(&world, world.say(&socket, &auth)).await.0, (1, 1, 1.0, 4.0));
    assert_eq!(spent(&world, world.disconnect(&socket)).await.0, (0, 1, 0.0, 1.0));
}

#[tokio::test]
async fn an_expired_connection_costs_a_reading_and_two_deletions_and_a_look_in_vain_one_query() {
    let world = world();
    let (_, tokens) = world.registered().await;
    world.connect(&Handshake::with_token(&tokens.access)).await.unwrap();
    assert_eq!(spent(&world, world.expire()).await.0, (1, 0, 1.0, 0.0));
    world.advance(900);
    let (cost, closed) = spent(&world, world.expire()).await;
    assert_eq!(
        (cost, closed.unwrap()),
        ((3, 2, 3.0, 2.0), 1),
        "two looks and the connection; the last look is in vain"
    );
}
