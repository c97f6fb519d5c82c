//! Opening WebSocket connections.

use latchkey::{
    domain::{Connection, ConnectionId, EndCause, Ended, Lifetimes},
    ports::{Change, EndSession, Ending, FindConnection, ListConnections},
};
use latchkey_tests::{
    api::{Api, Tokens},
    exchange::Call,
    live::{CONNECT_ARN, Handshake, Socket},
    world::{ALLOWED_ORIGIN, ORIGIN, Settings, World},
};
use serde_json::json;

use crate::{cookie::Browser, ws_ticket::ask};

const EVIL: &str = "https://evil.example.com";

pub(crate) async fn ticket(world: &World, tokens: &Tokens) -> String {
    world.send(ask().bearer(&tokens.access)).await.text("/ticket")
}

/// The connection as it is written down.
pub(crate) async fn written(world: &World, tokens: &Tokens, socket: &Socket) -> Option<Connection> {
    let (user, id) = (tokens.user_id.parse().unwrap(), ConnectionId::parse(&socket.id).unwrap());
    world.store.find_connection(user, &id).await.unwrap()
}

async fn count(world: &World, tokens: &Tokens) -> usize {
    world.store.list_connections(tokens.user_id.parse().unwrap()).await.unwrap().len()
}

#[tokio::test]
async fn a_ticket_in_the_subprotocols_or_the_query_and_an_access_token_in_the_subprotocols_open_connections() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let until = world.now().plus(900);
        let shown = [
            Handshake::with_ticket(&ticket(&world, &tokens).await),
            Handshake::default().query("ticket", &ticket(&world, &tokens).await),
            Handshake::with_token(&tokens.access),
        ];
        for handshake in shown {
            let socket = world.connect(&handshake).await.unwrap();
            let written = written(&world, &tokens, &socket).await.unwrap();
            assert_eq!(written.session_id.to_string(), tokens.session_id);
            assert_eq!((written.connected_at, written.good_until), (world.now(), until));
            assert_eq!(world.disconnect(&socket).await["statusCode"], 200);
            assert_eq!(world.disconnect(&socket).await["statusCode"], 200);
        }
        assert_eq!(count(&world, &tokens).await, 0);
    }
}

#[tokio::test]
async fn the_answer_selects_our_subprotocol_where_it_was_offered_and_never_repeats_the_credential() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let offered = Handshake::with_token(&tokens.access);
        let answer = world.open(&world.admit(&offered).await.unwrap(), &offered).await;
        assert_eq!(answer, json!({ "statusCode": 200, "headers": { "Sec-WebSocket-Protocol": "latchkey" } }));
        let query = Handshake::default().query("ticket", &ticket(&world, &tokens).await);
        let answer = world.open(&world.admit(&query).await.unwrap(), &query).await;
        assert_eq!(answer, json!({ "statusCode": 200 }));
    }
}

#[tokio::test]
async fn the_policy_allows_this_handshake_and_nothing_else() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let event = Handshake::with_token(&tokens.access).event("L0=").to_string();
        let answer = world.authorize_connection(&event).await.unwrap();
        let statements = json!([{ "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": [CONNECT_ARN] }]);
        assert_eq!(answer["policyDocument"]["Statement"], statements);
        assert_eq!(answer["principalId"], tokens.user_id);
        let members = answer["context"].as_object().unwrap();
        assert!(members.values().all(serde_json::Value::is_string), "the gateway makes strings of everything");
        assert_eq!((&members["sub"], &members["sid"]), (&json!(tokens.user_id), &json!(tokens.session_id)));
    }
}

#[tokio::test]
async fn e5_a_ticket_is_good_once_and_for_thirty_seconds() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let used = Handshake::with_ticket(&ticket(&world, &tokens).await);
        let late = Handshake::with_ticket(&ticket(&world, &tokens).await);
        assert!(world.connect(&used).await.is_ok());
        assert_eq!(world.connect(&used).await.unwrap_err(), 401);
        world.advance(29);
        assert_eq!(world.connect(&used).await.unwrap_err(), 401);
        assert!(world.connect(&late).await.is_ok());
        let late = Handshake::with_ticket(&ticket(&world, &tokens).await);
        world.advance(30);
        assert_eq!(world.connect(&late).await.unwrap_err(), 401);
        assert_eq!(count(&world, &tokens).await, 2);
    }
}

#[tokio::test]
async fn e5_whatever_is_no_ticket_and_no_access_token_opens_nothing() {
    for world in World::on_each_store() {
        let (person, tokens) = world.registered().await;
        let session = Tokens::from(world.login_for_session_token(&person).await).session;
        let jwt_of_cookie = Browser::signed_in(&world).await.cookie;
        let jwt_of_cookie = jwt_of_cookie.split('~').next().unwrap();
        let (access, ticket) = (&tokens.access, ticket(&world, &tokens).await);
        let refused = [
            Handshake::default(),
            Handshake::default().protocols("latchkey"),
            Handshake::with_ticket(access),
            Handshake::with_token(&ticket),
            Handshake::default().query("ticket", access),
            Handshake::with_token(&session),
            Handshake::with_token(&tokens.refresh),
            Handshake::with_token(jwt_of_cookie),
            Handshake::with_ticket(jwt_of_cookie),
            Handshake::with_ticket("garbage"),
            Handshake::with_ticket(""),
            Handshake::with_ticket(&format!("{ticket}x")),
            // An access token never stands in a URL, under whatever name.
            Handshake::default().query("access_token", access),
            Handshake::default().query("token", access),
            Handshake::with_token(access).query("token", access),
            // Elsewhere than where browsers can put it.
            Handshake::default().header("Authorization", &format!("Bearer {access}")),
            Handshake::default().header("x-auth-token", access),
            Handshake::default().header("Cookie", &format!("__Host-latchkey={jwt_of_cookie}")),
            // Without a subprotocol that the answer could select.
            Handshake::default().protocols(&format!("latchkey.ticket.{ticket}")),
            Handshake::default().protocols(&format!("latchkey.jwt.{access}, chat")),
        ];
        for handshake in refused {
            assert_eq!(world.connect(&handshake).await.unwrap_err(), 401, "{handshake:?}");
        }
        assert_eq!(count(&world, &tokens).await, 0);
        assert!(world.connect(&Handshake::with_ticket(&ticket)).await.is_ok(), "none of that has used it up");
    }
}

#[tokio::test]
async fn e5_two_credentials_are_none() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let (access, ticket) = (&tokens.access, ticket(&world, &tokens).await);
        let refused = [
            Handshake::with_ticket(&ticket).query("ticket", &ticket),
            Handshake::with_token(access).query("ticket", &ticket),
            Handshake::default().query("ticket", &ticket).query("ticket", &ticket),
            Handshake::default().protocols(&format!("latchkey, latchkey.jwt.{access}, latchkey.ticket.{ticket}")),
            Handshake::default().protocols(&format!("latchkey, latchkey.jwt.{access}, latchkey.jwt.{access}")),
            Handshake::with_ticket(&ticket).protocols("latchkey"),
            Handshake::with_ticket(&ticket).header("sec-websocket-protocol", "latchkey"),
            Handshake::with_ticket(&ticket).header("AUTHORIZATION", &format!("Bearer {access}")),
            Handshake::with_token(access).header("X-Auth-Token", access),
        ];
        for handshake in refused {
            assert_eq!(world.connect(&handshake).await.unwrap_err(), 401, "{handshake:?}");
        }
        assert_eq!(count(&world, &tokens).await, 0);
    }
}

#[tokio::test]
async fn e5_a_page_connects_if_it_is_listed_and_with_its_own_ticket() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let of_page = async |origin: &str| {
            world.send(ask().bearer(&tokens.access).header("origin", origin)).await.text("/ticket")
        };
        let token = || Handshake::with_token(&tokens.access);
        assert!(world.connect(&token().of(ORIGIN)).await.is_ok());
        assert!(world.connect(&token().of(ALLOWED_ORIGIN)).await.is_ok());
        for origin in [EVIL, "null", "https://app.example.com.evil.example", "http://app.example.com"] {
            assert_eq!(world.connect(&token().of(origin)).await.unwrap_err(), 401, "{origin}");
        }
        let twice = token().of(ORIGIN).of(EVIL);
        assert_eq!(world.connect(&twice).await.unwrap_err(), 401);
        assert!(world.connect(&Handshake::with_ticket(&of_page(ORIGIN).await).of(ORIGIN)).await.is_ok());
        let elsewhere = Handshake::with_ticket(&of_page(ORIGIN).await);
        assert_eq!(world.connect(&elsewhere.clone().of(ALLOWED_ORIGIN)).await.unwrap_err(), 401);
        assert_eq!(world.connect(&elsewhere).await.unwrap_err(), 401, "no page at all");
        assert!(world.connect(&elsewhere.of(ORIGIN)).await.is_ok());
        let evil = Handshake::with_ticket(&of_page(EVIL).await).of(EVIL);
        assert_eq!(world.connect(&evil).await.unwrap_err(), 401);
        let of_nobody = Handshake::with_ticket(&ticket(&world, &tokens).await).of(ORIGIN);
        assert!(world.connect(&of_nobody).await.is_ok(), "a server may ask for a ticket on behalf of its page");
    }
}

#[tokio::test]
async fn e5_a_session_that_ends_between_the_authorizer_and_the_connection_opens_nothing() {
    for world in World::on_each_store() {
        let (person, first) = world.registered().await;
        let handshake = Handshake::with_token(&first.access);
        let socket = world.admit(&handshake).await.unwrap();
        assert_eq!(world.logout(&first.refresh).await.status, 204);
        assert_eq!(world.open(&socket, &handshake).await, json!({ "statusCode": 401 }));

        let second = Tokens::from(world.login(&person).await);
        let handshake = Handshake::with_ticket(&ticket(&world, &second).await);
        let socket = world.admit(&handshake).await.unwrap();
        assert_eq!(world.send(Call::delete("/auth/sessions").bearer(&second.access)).await.status, 204);
        assert_eq!(world.open(&socket, &handshake).await, json!({ "statusCode": 401 }));
        assert_eq!(count(&world, &first).await, 0);
    }
}

#[tokio::test]
async fn e5_a_session_that_ends_between_the_reading_and_the_writing_opens_nothing() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let handshake = Handshake::with_token(&tokens.access);
        let (store, now) = (world.store.clone(), world.now());
        let (user_id, session_id) = (tokens.user_id.parse().unwrap(), tokens.session_id.parse().unwrap());
        let ended = Ended { cause: EndCause::Logout, at: now };
        let ending = Ending { user_id, session_id, ended, feed_until: Some(now.plus(900)) };
        world.store.before("open_connection", async move {
            assert_eq!(store.end_session(&ending).await.unwrap(), Change::Done);
        });
        assert_eq!(world.connect(&handshake).await.unwrap_err(), 401);
        assert!(world.store.interrupted());
        assert_eq!(count(&world, &tokens).await, 0);
    }
}

#[tokio::test]
async fn e5_nobody_has_more_than_a_hundred_connections() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let handshake = Handshake::with_token(&tokens.access);
        let mut sockets = Vec::new();
        for _ in 0..100 {
            sockets.push(world.connect(&handshake).await.unwrap());
        }
        assert_eq!(world.connect(&handshake).await.unwrap_err(), 429);
        let refused = Handshake::with_ticket(&ticket(&world, &tokens).await);
        assert_eq!(world.connect(&refused).await.unwrap_err(), 429);
        let (_, another) = world.registered().await;
        assert!(world.connect(&Handshake::with_token(&another.access)).await.is_ok());
        world.disconnect(&sockets[0]).await;
        assert!(world.connect(&refused).await.is_ok(), "the refusal has not used the ticket up");
        assert_eq!(world.connect(&handshake).await.unwrap_err(), 429);
        // Those that are closed in a moment leave room already.
        world.advance(900);
        let renewed = Tokens::from(world.refresh(&tokens.refresh).await);
        assert!(world.connect(&Handshake::with_token(&renewed.access)).await.is_ok());
        assert_eq!(count(&world, &tokens).await, 101);
    }
}

#[tokio::test]
async fn a_connection_is_never_good_for_longer_than_its_session() {
    let lifetimes = Lifetimes { session_absolute: 600, ..Lifetimes::default() };
    for world in World::on_each_store_with(Settings { lifetimes, ..Settings::default() }) {
        let (_, tokens) = world.registered().await;
        let began = world.now();
        world.advance(100);
        for handshake in [Handshake::with_token(&tokens.access), Handshake::with_ticket(&ticket(&world, &tokens).await)]
        {
            let socket = world.connect(&handshake).await.unwrap();
            assert_eq!(written(&world, &tokens, &socket).await.unwrap().good_until, began.plus(600));
        }
    }
}

#[tokio::test]
async fn a16_events_that_are_no_handshake_let_nobody_in() {
    let world = World::on_each_store().next().unwrap();
    let (_, tokens) = world.registered().await;
    let good = Handshake::with_token(&tokens.access).event("L0=");
    assert!(world.authorize_connection(&good.to_string()).await.is_ok());
    for (pointer, value) in [
        ("/methodArn", json!("arn:aws:execute-api:us-east-1:123456789012:w1x2y3z4a5/live/GET/notes")),
        ("/methodArn", json!("arn:aws:execute-api:us-east-1:123456789012:*/live/$connect")),
        ("/methodArn", json!(null)),
        ("/requestContext/eventType", json!("MESSAGE")),
        ("/requestContext/routeKey", json!("$default")),
        ("/requestContext/connectionId", json!("../x")),
        ("/requestContext", json!({})),
        ("/headers", json!([])),
    ] {
        let mut event = good.clone();
        *event.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(world.authorize_connection(&event.to_string()).await, Err("Unauthorized"), "{pointer} {value}");
    }
    for event in ["", "{}", "[]", "null", "\u{0}"] {
        assert_eq!(world.authorize_connection(event).await, Err("Unauthorized"), "{event}");
        assert_eq!(world.send_live_event("$connect", event).await["statusCode"], 401, "{event}");
    }
}

#[tokio::test]
async fn a16_an_event_of_another_route_opens_and_forgets_nothing() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let handshake = Handshake::with_token(&tokens.access);
        let socket = world.admit(&handshake).await.unwrap();
        for other in ["MESSAGE", "DISCONNECT", "connect", ""] {
            let event = socket.event("$connect", other).to_string();
            world.send_live_event("$connect", &event).await;
            assert_eq!(written(&world, &tokens, &socket).await, None, "{other}");
        }
        assert_eq!(world.open(&socket, &handshake).await["statusCode"], 200);
        for other in ["MESSAGE", "CONNECT", ""] {
            world.send_live_event("$disconnect", &socket.event("$disconnect", other).to_string()).await;
            assert!(written(&world, &tokens, &socket).await.is_some(), "{other}");
        }
        world.disconnect(&socket).await;
        assert_eq!(written(&world, &tokens, &socket).await, None);
    }
}

#[tokio::test]
async fn g8_without_the_context_of_our_authorizer_nothing_opens() {
    for world in World::on_each_store() {
        let (_, tokens) = world.registered().await;
        let handshake = Handshake::with_token(&tokens.access);
        let good = world.admit(&handshake).await.unwrap();
        for context in [
            json!(null),
            json!({}),
            json!({ "sub": tokens.user_id, "sid": tokens.session_id }),
            json!({ "sub": tokens.user_id, "sid": "x", "epoch": "0", "until": "4000000900" }),
        ] {
            let socket = Socket { context, ..good.clone() };
            assert_eq!(world.open(&socket, &handshake).await["statusCode"], 401);
        }
        assert_eq!(world.open(&good, &handshake).await["statusCode"], 200);
    }
}
