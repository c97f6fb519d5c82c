//! WebSocket connections whose session ends, and those whose credential expires.

use latchkey::{
    domain::{ConnectionId, EndCause, Session},
    ports::ListConnections,
};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::Call,
    live::Socket,
    world::World,
};
use serde_json::{Value, json};

use crate::{refresh::session, ws_connect::written, ws_message::connected};

/// The item of a session as streams show it, as far as anybody looks.
fn image(session: &Session) -> Value {
    let number = |number: u64| json!({ "N": number.to_string() });
    let mut image = keys(session);
    image["generation"] = number(session.generation.into());
    image["expires_at"] = number(session.idle_expires_at.seconds());
    image["absolute_expires_at"] = number(session.absolute_expires_at.seconds());
    image["amr"] = json!({ "L": [{ "S": "pwd" }] });
    if let Some(ended) = session.ended {
        image["ended_at"] = number(ended.at.seconds());
        image["ended_cause"] = json!({ "S": ended.cause.as_str() });
    }
    image
}

fn keys(session: &Session) -> Value {
    let (user, id) = (format!("user#{}", session.user_id), format!("session#{}", session.id));
    json!({ "pk": { "S": user }, "sk": { "S": id } })
}

fn live(session: &Session) -> Session {
    Session { ended: None, ..session.clone() }
}

/// The record of a session that has become a tombstone.
fn ended(session: &Session) -> Value {
    json!({
        "eventName": "MODIFY",
        "dynamodb": { "Keys": keys(session), "OldImage": image(&live(session)), "NewImage": image(session) },
    })
}

/// The record of a session whose item is gone.
fn removed(session: &Session) -> Value {
    json!({ "eventName": "REMOVE", "dynamodb": { "Keys": keys(session), "OldImage": image(session) } })
}

/// The record of a profile that has changed, in which there is nothing but its key.
fn changed(user_id: &str) -> Value {
    let keys = json!({ "pk": { "S": format!("user#{user_id}") }, "sk": { "S": "profile" } });
    json!({ "eventName": "MODIFY", "dynamodb": { "Keys": keys } })
}

fn told<'a>(sockets: impl IntoIterator<Item = &'a Socket>, cause: &'static str) -> Vec<(String, &'static str)> {
    let mut told: Vec<_> = sockets.into_iter().map(|socket| (socket.id.clone(), cause)).collect();
    told.sort();
    told
}

fn closed(world: &World) -> Vec<(String, &'static str)> {
    let mut closed = world.closed();
    closed.sort();
    closed
}

#[tokio::test]
async fn g10_a_session_that_ends_closes_its_connections_with_its_cause_and_no_others() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let other = Tokens::from(world.login(&person).await);
        let theirs = [connected(&world, &tokens).await, connected(&world, &tokens).await];
        let others = connected(&world, &other).await;
        assert_eq!(world.logout(&tokens.refresh).await.status, 204);
        let record = ended(&session(&world, &tokens).await);
        assert!(world.stream(std::slice::from_ref(&record)).await.is_empty());
        assert_eq!(closed(&world), told(&theirs, "logout"));
        for socket in &theirs {
            assert_eq!(written(&world, &tokens, socket).await, None);
        }
        assert!(world.say(&others, r#"{"action":"ping"}"#).await.is_some());
        // Streams may tell everything twice.
        assert!(world.stream(&[record]).await.is_empty());
        assert_eq!(closed(&world), told(&theirs, "logout"));
    }
}

#[tokio::test]
async fn every_ending_is_announced_with_its_cause_and_time() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        world.advance(100);
        assert_eq!(world.logout(&tokens.refresh).await.status, 204);
        let over = session(&world, &tokens).await;
        world.stream(&[ended(&over)]).await;
        assert_eq!(world.gateway.announced(), [(over.user_id, over.id, over.ended.unwrap())]);
    }
}

#[tokio::test]
async fn a_session_that_time_took_is_announced_once_and_a_tombstone_is_not_announced_again() {
    for world in World::on_each_store() {
        let (person, idle) = world.registered().await;
        let logged_out = Tokens::from(world.login(&person).await);
        world.logout(&logged_out.refresh).await;
        let (idle, tombstone) = (session(&world, &idle).await, session(&world, &logged_out).await);
        let deleted = removed(&idle);
        world.set_clock(idle.idle_expires_at.plus(2 * 86_400));
        world.stream(&[removed(&idle), removed(&tombstone)]).await;
        world.set_clock(idle.absolute_expires_at);
        world.stream(&[removed(&idle)]).await;
        world.set_clock(idle.created_at);
        world.stream(&[deleted]).await;
        let causes: Vec<_> = world.gateway.announced().into_iter().map(|(_, id, ended)| (id, ended.cause)).collect();
        let expected = [EndCause::Idle, EndCause::Absolute, EndCause::RevokedByAdmin];
        assert_eq!(causes, expected.map(|cause| (idle.id, cause)));
    }
}

#[tokio::test]
async fn a_session_that_is_renewed_or_begins_closes_and_announces_nothing() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        let before = session(&world, &tokens).await;
        world.refresh(&tokens.refresh).await;
        let after = session(&world, &tokens).await;
        let images = json!({ "Keys": keys(&after), "OldImage": image(&before), "NewImage": image(&after) });
        let renewed = json!({ "eventName": "MODIFY", "dynamodb": images });
        let begun = json!({ "eventName": "INSERT", "dynamodb": { "Keys": keys(&after), "NewImage": image(&after) } });
        let marker = json!({ "Keys": { "pk": { "S": "email#ada@example.com" }, "sk": { "S": "email" } } });
        let marker = json!({ "eventName": "REMOVE", "dynamodb": marker });
        assert!(world.stream(&[renewed, begun, marker, changed(&tokens.user_id)]).await.is_empty());
        assert!(world.closed().is_empty() && world.gateway.announced().is_empty());
        assert!(written(&world, &tokens, &socket).await.is_some());
    }
}

#[tokio::test]
async fn g10_whatever_ends_all_sessions_of_a_user_closes_all_connections_with_its_cause_before_any_tombstone() {
    for world in World::on_each_store() {
        for (cause, how) in [
            ("logout-all", 0),
            ("password-changed", 1),
            ("revoked-by-admin", 2),
            ("revoked-by-admin", 3),
            ("account-deleted", 4),
        ] {
            let (person, tokens) = world.registered().await;
            let other = Tokens::from(world.login(&person).await);
            let sockets = [connected(&world, &tokens).await, connected(&world, &other).await];
            let before = closed(&world).len();
            end_all(&world, &person, &tokens, how).await;
            assert!(world.stream(&[changed(&tokens.user_id)]).await.is_empty());
            let closed = &world.closed()[before..];
            let mut closed = closed.to_vec();
            closed.sort();
            assert_eq!(closed, told(&sockets, cause));
            assert!(world.store.list_connections(tokens.user_id.parse().unwrap()).await.unwrap().is_empty());
        }
    }
}

async fn end_all(world: &World, person: &Person, tokens: &Tokens, how: u8) {
    let as_admin = |action: &str| {
        let payload = json!({ "action": action, "actor": "test", "reason": "test", "user_id": tokens.user_id });
        async move { world.invoke_admin(&payload.to_string()).await }
    };
    match how {
        0 => assert_eq!(world.send(Call::delete("/auth/sessions").bearer(&tokens.access)).await.status, 204),
        1 => {
            let body = json!({ "current_password": person.password, "new_password": "quite another long password" });
            assert_eq!(world.send(Call::post("/auth/me/password", &body).bearer(&tokens.access)).await.status, 200);
        }
        2 => assert!(as_admin("disable-user").await.get("problem").is_none()),
        3 => assert!(as_admin("end-sessions").await.get("problem").is_none()),
        _ => {
            let body = json!({ "password": person.password });
            assert_eq!(world.send(Call::delete("/auth/me").bearer(&tokens.access).json(&body)).await.status, 204);
        }
    }
}

#[tokio::test]
async fn whoever_signs_in_after_a_mass_ending_stays_connected() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        world.send(Call::delete("/auth/sessions").bearer(&tokens.access)).await;
        let again = Tokens::from(world.login(&person).await);
        let stays = connected(&world, &again).await;
        world.stream(&[changed(&tokens.user_id)]).await;
        assert_eq!(world.closed(), [(socket.id, "logout-all")]);
        assert!(world.say(&stays, r#"{"action":"ping"}"#).await.is_some());
    }
}

#[tokio::test]
async fn what_cannot_be_closed_or_announced_is_said_again_from_the_first_failure_on() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let second = Tokens::from(world.login(&person).await);
        let socket = connected(&world, &first).await;
        for tokens in [&first, &second] {
            world.logout(&tokens.refresh).await;
        }
        let good = ended(&session(&world, &second).await);
        let mut malformed = good.clone();
        malformed["dynamodb"]["NewImage"]["ended_cause"] = json!({ "S": "nonsense" });
        let records = [good, malformed, ended(&session(&world, &first).await)];
        world.gateway.set_down(true);
        assert_eq!(world.stream(&records).await, ["0"], "the others are said again with it");
        assert!(written(&world, &first, &socket).await.is_some());
        world.gateway.set_down(false);
        assert_eq!(world.stream(&records).await, ["1"], "what comes after it does not wait for that");
        assert_eq!(world.closed(), [(socket.id.clone(), "logout")]);
        assert_eq!(written(&world, &first, &socket).await, None);
    }
}

#[tokio::test]
async fn g10_a_connection_that_the_gateway_has_not_opened_yet_is_closed_when_it_has() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let socket = connected(&world, &tokens).await;
        let id = ConnectionId::parse(&socket.id).unwrap();
        world.logout(&tokens.refresh).await;
        let record = ended(&session(&world, &tokens).await);
        world.gateway.lose(&id);
        assert_eq!(world.stream(std::slice::from_ref(&record)).await, ["0"], "it may be opening");
        assert!(written(&world, &tokens, &socket).await.is_some());
        world.advance(29);
        assert_eq!(
            world.stream(std::slice::from_ref(&record)).await,
            ["0"],
            "the gateway still waits for the function"
        );
        world.advance(1);
        assert!(world.stream(&[record]).await.is_empty());
        assert_eq!(written(&world, &tokens, &socket).await, None);
        assert!(world.closed().is_empty(), "nobody was there");
    }
}

#[tokio::test]
async fn e5_a_silent_connection_is_closed_when_its_credential_expires() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let first = connected(&world, &tokens).await;
        world.advance(1);
        let renewed = Tokens::from(world.refresh(&tokens.refresh).await);
        let second = connected(&world, &renewed).await;
        world.advance(898);
        assert_eq!(world.expire().await.unwrap(), 0);
        world.advance(1);
        assert_eq!(world.expire().await.unwrap(), 1);
        assert_eq!(world.closed(), [(first.id.clone(), "expired")]);
        world.gateway.set_down(true);
        world.advance(1);
        assert!(world.expire().await.is_err());
        world.gateway.set_down(false);
        assert_eq!(world.expire().await.unwrap(), 1);
        assert_eq!(world.closed(), [(first.id, "expired"), (second.id, "expired")]);
        assert_eq!(world.expire().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn e5_connections_that_cannot_be_closed_keep_no_other_open() {
    for world in World::on_each_store() {
        let (person, _) = world.registered().await;
        let mut sockets = Vec::new();
        for _ in 0..8 {
            world.advance(1);
            let renewed = Tokens::from(world.login(&person).await);
            sockets.push(connected(&world, &renewed).await);
        }
        let stuck: Vec<_> = sockets[..4].iter().map(|socket| ConnectionId::parse(&socket.id).unwrap()).collect();
        stuck.iter().for_each(|id| world.gateway.set_stuck(id, true));
        world.advance(900);
        for _ in 0..2 {
            assert!(world.expire().await.is_err(), "they are still there");
            assert_eq!(closed(&world), told(&sockets[4..], "expired"));
        }
        stuck.iter().for_each(|id| world.gateway.set_stuck(id, false));
        assert_eq!(world.expire().await.unwrap(), 4);
        assert_eq!(closed(&world), told(&sockets, "expired"));
    }
}

#[tokio::test]
async fn an_ending_is_announced_although_a_connection_cannot_be_closed() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let sockets = [connected(&world, &tokens).await, connected(&world, &tokens).await];
        let stuck = ConnectionId::parse(&sockets[0].id).unwrap();
        world.logout(&tokens.refresh).await;
        let over = session(&world, &tokens).await;
        let record = ended(&over);
        world.gateway.set_stuck(&stuck, true);
        assert_eq!(world.stream(std::slice::from_ref(&record)).await, ["0"]);
        assert_eq!(closed(&world), told(&sockets[1..], "logout"));
        let announced = (over.user_id, over.id, over.ended.unwrap());
        assert_eq!(world.gateway.announced(), [announced]);
        world.gateway.set_stuck(&stuck, false);
        assert!(world.stream(&[record]).await.is_empty());
        assert_eq!(closed(&world), told(&sockets, "logout"));
        assert_eq!(world.gateway.announced(), [announced; 2], "at least once");
    }
}
