//! What is said on WebSocket connections.

use latchkey::{
    domain::{ConnectionId, Lifetimes},
    ports::ForgetConnection,
};
use latchkey_tests::{
    api::{Api, Tokens},
    live::{Handshake, Socket},
    world::{Settings, World},
};
use serde_json::{Value, json};

use crate::ws_connect::written;

const PING: &str = r#"{"action":"ping"}"#;

pub(crate) async fn connected(world: &World, tokens: &Tokens) -> Socket {
    world.connect(&Handshake::with_token(&tokens.access)).await.unwrap()
}

fn auth(token: &str) -> String {
    json!({ "action": "auth", "token": token, "id": "7" }).to_string()
}

fn slug(frame: &Option<Value>) -> String {
    let frame = frame.as_ref().unwrap();
    assert_eq!(frame["type"], "error");
    frame["problem"]["type"].as_str().unwrap().trim_start_matches("urn:latchkey:problem:").to_owned()
}

#[tokio::test]
async fn a_ping_is_answered_under_its_own_name() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        assert_eq!(world.say(&socket, PING).await, Some(json!({ "type": "pong" })));
        let named = r#"{"action":"ping","id":"a-1"}"#;
        assert_eq!(world.say(&socket, named).await, Some(json!({ "type": "pong", "reply_to": "a-1" })));
    }
}

#[tokio::test]
async fn f3_a_frame_that_is_not_understood_is_answered_and_the_connection_goes_on() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        let long = format!(r#"{{"action":"ping","x":"{}"}}"#, "x".repeat(32 * 1024));
        let malformed = [
            "",
            " ",
            "ping",
            "[\"ping\"]",
            "{",
            "{}",
            "null",
            "\u{0}",
            r#"{"action":"nonsense"}"#,
            r#"{"action":["ping"]}"#,
            r#"{"action":"auth"}"#,
            r#"{"action":"auth","token":7}"#,
            r#"{"action":"ping","id":7}"#,
            &format!(r#"{{"action":"ping","id":"{}"}}"#, "x".repeat(65)),
            &format!("{}{}", r#"{"action":"#, "[".repeat(10_000)),
        ];
        for frame in malformed {
            assert_eq!(slug(&world.say(&socket, frame).await), "malformed-body", "{frame:.40}");
        }
        assert_eq!(slug(&world.say(&socket, &long).await), "body-too-large");
        let named = world.say(&socket, r#"{"action":"nonsense","id":"b"}"#).await.unwrap();
        assert_eq!((&named["reply_to"], &named["problem"]["status"]), (&json!("b"), &json!(400)));
        assert_eq!(world.say(&socket, PING).await, Some(json!({ "type": "pong" })));
        assert!(world.closed().is_empty());
    }
}

#[tokio::test]
async fn f3_a_binary_frame_is_answered() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        let mut event = socket.event("$default", "MESSAGE");
        (event["body"], event["isBase64Encoded"]) = (json!("eyJhY3Rpb24iOiJwaW5nIn0="), json!(true));
        world.send_live_event("$default", &event.to_string()).await;
        assert_eq!(slug(&world.heard(&socket)), "malformed-body");
    }
}

#[tokio::test]
async fn e5_a_frame_after_the_expiry_is_refused_and_the_connection_is_told_so_and_closed() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        world.advance(899);
        assert!(world.say(&socket, PING).await.is_some());
        world.advance(1);
        assert_eq!(world.say(&socket, PING).await, None);
        assert_eq!(world.closed(), [(socket.id.clone(), "expired")]);
        assert_eq!(written(&world, &tokens, &socket).await, None);
    }
}

#[tokio::test]
async fn a_newer_token_of_the_same_session_moves_the_expiry_and_an_older_one_does_not_move_it_back() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let (socket, began) = (connected(&world, &tokens).await, world.now());
        world.advance(600);
        let renewed = Tokens::from(world.refresh(&tokens.refresh).await);
        let until = began.plus(1500).seconds();
        let answer = json!({ "type": "authenticated", "reply_to": "7", "expires_at": until });
        assert_eq!(world.say(&socket, &auth(&renewed.access)).await, Some(answer.clone()));
        assert_eq!(world.say(&socket, &auth(&tokens.access)).await, Some(answer));
        world.advance(899);
        assert!(world.say(&socket, PING).await.is_some());
        assert_eq!(world.expire().await.unwrap(), 0, "what was due has moved");
        world.advance(1);
        assert_eq!(world.say(&socket, PING).await, None);
        assert_eq!(world.closed(), [(socket.id, "expired")]);
    }
}

#[tokio::test]
async fn a_ticket_of_the_same_session_moves_the_expiry() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let (socket, began) = (connected(&world, &tokens).await, world.now());
        world.advance(600);
        let renewed = Tokens::from(world.refresh(&tokens.refresh).await);
        let ticket = crate::ws_connect::ticket(&world, &renewed).await;
        let frame = json!({ "action": "auth", "ticket": ticket, "id": "7" }).to_string();
        let until = began.plus(1500).seconds();
        let answer = json!({ "type": "authenticated", "reply_to": "7", "expires_at": until });
        assert_eq!(world.say(&socket, &frame).await, Some(answer));
        world.advance(30);
        assert_eq!(slug(&world.say(&socket, &frame).await), "invalid-token", "a ticket is good for thirty seconds");
        world.advance(869);
        assert!(world.say(&socket, PING).await.is_some());
        let both = json!({ "action": "auth", "ticket": "x", "token": "x" }).to_string();
        assert_eq!(slug(&world.say(&socket, &both).await), "malformed-body");
    }
}

#[tokio::test]
async fn g10_a_ticket_of_somebody_else_closes_the_connection() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let (_, stranger) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        let ticket = crate::ws_connect::ticket(&world, &stranger).await;
        let frame = json!({ "action": "auth", "ticket": ticket }).to_string();
        assert_eq!(world.say(&socket, &frame).await, None);
        assert_eq!(world.closed(), [(socket.id, "other-identity")]);
    }
}

#[tokio::test]
async fn g10_a_token_of_somebody_else_or_of_another_session_closes_the_connection() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let (_, stranger) = world.registered().await;
        let other_session = Tokens::from(world.login(&person).await);
        let mut closed = Vec::new();
        for other in [&stranger, &other_session] {
            let socket = connected(&world, &tokens).await;
            assert_eq!(world.say(&socket, &auth(&other.access)).await, None);
            assert_eq!(written(&world, &tokens, &socket).await, None);
            closed.push((socket.id, "other-identity"));
            assert_eq!(world.closed(), closed);
        }
    }
}

#[tokio::test]
async fn g10_what_is_no_access_token_changes_nothing() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        let ticket = crate::ws_connect::ticket(&world, &tokens).await;
        let socket = connected(&world, &tokens).await;
        let before = written(&world, &tokens, &socket).await;
        world.advance(10);
        for token in ["", "garbage", &ticket, &session, &tokens.refresh, &format!("{}x", tokens.access)] {
            let answer = world.say(&socket, &auth(token)).await;
            assert_eq!((slug(&answer).as_str(), &answer.unwrap()["reply_to"]), ("invalid-token", &json!("7")));
        }
        assert_eq!(written(&world, &tokens, &socket).await, before);
        assert!(world.closed().is_empty());
    }
}

#[tokio::test]
async fn a_connection_that_nobody_knows_is_told_so_and_closed() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let (_, stranger) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        let id = ConnectionId::parse(&socket.id).unwrap();
        let theirs = Socket { context: connected(&world, &stranger).await.context, ..socket.clone() };
        assert_eq!(world.say(&theirs, PING).await, None, "an id of somebody else");
        world.store.forget_connection(tokens.user_id.parse().unwrap(), &id).await.unwrap();
        assert_eq!(world.say(&socket, &auth(&tokens.access)).await, None);
        assert_eq!(world.closed(), [(socket.id, "unknown-connection")]);
    }
}

#[tokio::test]
async fn in_an_outage_of_the_gateway_nothing_is_forgotten() {
    let lifetimes = Lifetimes { access_token: 60, ..Lifetimes::default() };
    for world in World::on_each_store_with(Settings { lifetimes, ..Settings::default() }) {
        let (_, tokens) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        world.advance(60);
        world.gateway.set_down(true);
        assert_eq!(world.say(&socket, PING).await, None);
        assert!(written(&world, &tokens, &socket).await.is_some());
        world.gateway.set_down(false);
        assert_eq!(world.say(&socket, PING).await, None);
        assert_eq!(world.closed(), [(socket.id, "expired")]);
    }
}
