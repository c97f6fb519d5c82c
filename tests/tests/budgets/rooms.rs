//! What rooms ask of DynamoDB: for a message nothing that grows with the members but one query, for who comes back what they missed.

use latchkey::{
    domain::{Admits, DisplayName, Room},
    ports::{PutRoom, ReadMessages},
};
use latchkey_tests::{
    live::{Handshake, Socket},
    rooms::{member, stored},
    world::World,
};
use serde_json::{Value, json};

use crate::{live::spent, world};

async fn somebody(world: &World) -> Socket {
    let (_, tokens) = world.registered().await;
    let socket = world.connect(&Handshake::with_token(&tokens.access)).await.unwrap();
    world.say_to_all(&socket, &json!({ "action": "join", "room": "lobby" })).await;
    socket
}

async fn room(world: &World) {
    let room =
        Room { id: "lobby".parse().unwrap(), name: DisplayName::parse("Lobby").unwrap(), admits: Admits::Everybody };
    world.store.put_room(&room).await.unwrap();
}

fn saying(number: usize) -> Value {
    let text = "x".repeat(200);
    json!({ "action": "send", "room": "lobby", "message_id": format!("m-{number}"), "body": { "text": text } })
}

#[tokio::test]
async fn a_message_costs_four_write_units_to_store_and_one_more_to_tell_however_many_listen() {
    let world = world();
    room(&world).await;
    let socket = somebody(&world).await;
    for (listeners, query_units) in [(1, 1.0), (20, 1.0)] {
        for _ in 1..listeners {
            somebody(&world).await;
        }
        let cost = spent(&world, world.say_to_all(&socket, &saying(listeners))).await.0;
        assert_eq!(
            cost,
            (3, 1, 4.0, 4.0),
            "connection, profile and membership, the newest message; message and its name"
        );
        let newest = world.store.newest_messages(&"lobby".parse().unwrap(), 1).await.unwrap().messages.remove(0);
        let first = newest.sequence == 1;
        let (cost, failed) = spent(&world, world.fan_out(&[stored("lobby", &newest)])).await;
        assert!(failed.is_empty());
        assert_eq!(world.frames().len(), listeners);
        let expiry = if first { (0, 0.0) } else { (1, 1.0) };
        assert_eq!(
            cost,
            (1, expiry.0, query_units, expiry.1),
            "the listeners, and the message before is to be forgotten"
        );
    }
}

#[tokio::test]
async fn who_comes_back_costs_what_they_missed() {
    let world = world();
    room(&world).await;
    let socket = somebody(&world).await;
    for number in 0..90 {
        world.say_to_all(&socket, &saying(number)).await;
    }
    let mut costs = Vec::new();
    for missed in [0, 10, 40, 60] {
        world.advance(10);
        let frame = json!({ "action": "resume", "rooms": { "lobby": 90 - missed } });
        let (cost, heard) = spent(&world, world.say_to_all(&socket, &frame)).await;
        assert_eq!(heard[1].1["messages"].as_array().unwrap().len(), missed);
        assert_eq!((cost.1, cost.3), (2, 8.0), "that it resumes, and one listening");
        costs.push((cost.0, cost.2));
    }
    // Connection, profile, rooms, their names, and the history: eight messages, and then as many as have room; rooms again at last.
    assert_eq!(costs, [(6, 6.0), (7, 7.0), (7, 9.0), (7, 11.0)]);
}

#[tokio::test]
async fn who_joins_or_leaves_costs_what_their_own_connections_do() {
    let world = world();
    room(&world).await;
    let (_, tokens) = world.registered().await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let socket = world.connect(&Handshake::with_token(&tokens.access)).await.unwrap();
        world.say_to_all(&socket, &json!({ "action": "resume" })).await;
        sockets.push(socket);
    }
    let saying = async |action: &str| {
        spent(&world, world.say_to_all(&sockets[0], &json!({ "action": action, "room": "lobby" }))).await.0
    };
    let telling = async |event: &str| {
        let cost = spent(&world, world.fan_out(&[member(event, "lobby", &tokens.user_id)])).await.0;
        assert_eq!(world.frames().len(), 3);
        cost
    };
    assert_eq!(
        saying("join").await,
        (5, 2, 5.0, 12.0),
        "connection, room, the user's rooms, profile, the newest message; member, listener"
    );
    assert_eq!(
        telling("INSERT").await,
        (4, 3, 4.0, 12.0),
        "the user's rooms, room, connections, the newest message; three listeners"
    );
    assert_eq!(saying("leave").await, (2, 4, 2.0, 7.0), "connection, listeners; member, and a delete each");
    assert_eq!(telling("REMOVE").await, (3, 0, 3.0, 0.0), "the user's rooms, listeners, connections");
}
