//! WebSocket connections of the deployed stack, by a real client: opened, and closed when their session ends.

use std::{
    io::{Read, Write},
    net::TcpStream as Blocking,
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::Call,
};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

use crate::{account::Account, stack::Stack};

/// Longer than any stream takes to say that a session has ended.
pub(crate) const SECONDS: Duration = Duration::from_secs(20);

/// Longer than the schedule of expiries waits between two looks.
const A_MINUTE: Duration = Duration::from_secs(100);

/// An open connection.
pub(crate) struct Client(WebSocketStream<TcpStream>);

impl Client {
    /// Makes the handshake by hand (RFC 6455 section 4.1): the emulator selects no subprotocol, which a library takes for a refusal.
    /// Gives the status when there is no connection.
    pub(crate) async fn connect(url: &str, query: &str, protocols: &str) -> Result<Self, u16> {
        let (host, path) = url.trim_start_matches("ws://").split_once('/').expect("a URL has a path");
        let offered =
            if protocols.is_empty() { String::new() } else { format!("Sec-WebSocket-Protocol: {protocols}\r\n") };
        let mut stream = Blocking::connect(host).expect("the stack listens");
        write!(
            stream,
            "GET /{path}{query} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{offered}\r\n"
        )
        .expect("the stack reads");
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).expect("the stack answers");
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("the answer is HTTP");
        if status != 101 {
            return Err(status);
        }
        stream.set_nonblocking(true).expect("it is a socket");
        let stream = TcpStream::from_std(stream).expect("there is a runtime");
        Ok(Self(WebSocketStream::from_raw_socket(stream, Role::Client, None).await))
    }

    pub(crate) async fn by_token(url: &str, tokens: &Tokens) -> Self {
        let protocols = format!("latchkey, latchkey.jwt.{}", tokens.access);
        Self::connect(url, "", &protocols).await.expect("an access token opens a connection")
    }

    pub(crate) async fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.expect("the connection is open");
    }

    /// The next frame, or nothing when the connection is closed.
    pub(crate) async fn hear(&mut self, patience: Duration) -> Option<Value> {
        let heard = tokio::time::timeout(patience, self.0.next()).await.expect("something is heard in time");
        match heard {
            Some(Ok(Message::Text(text))) => Some(serde_json::from_str(&text).expect("frames are JSON")),
            _ => None,
        }
    }

    /// Asserts that the next thing heard is why the connection is closed, and that it is.
    async fn assert_closed(&mut self, cause: &str, patience: Duration) {
        let started = Instant::now();
        assert_eq!(self.hear(patience).await, Some(json!({ "type": "closed", "cause": cause })));
        assert_eq!(self.hear(SECONDS).await, None);
        println!("closed with {cause} after {:?}", started.elapsed());
    }

    async fn assert_open(&mut self) {
        self.say(&json!({ "action": "ping", "id": "1" })).await;
        assert_eq!(self.hear(SECONDS).await, Some(json!({ "type": "pong", "reply_to": "1" })));
    }
}

/// A ticket, and where to use it.
pub(crate) async fn ticket(stack: &Stack, tokens: &Tokens) -> (String, String) {
    let answer = stack.send(Call::new("POST", "/auth/ws-ticket").bearer(&tokens.access)).await;
    assert_eq!(answer.status, 200, "{answer}");
    (answer.text("/ticket"), answer.text("/url"))
}

pub(crate) async fn signed_in(stack: &Stack) -> (Person, Tokens) {
    let person = Person::new();
    let tokens = Tokens::from(stack.register(&person).await);
    (person, tokens)
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn a_ticket_opens_one_connection_and_an_access_token_another() {
    let stack = Stack::from_env();
    let (_, tokens) = signed_in(&stack).await;
    let (ticket, url) = ticket(&stack, &tokens).await;
    let mut by_ticket =
        Client::connect(&url, &format!("?ticket={ticket}"), "").await.expect("a ticket opens a connection");
    by_ticket.assert_open().await;
    Client::by_token(&url, &tokens).await.assert_open().await;
    let refused = [
        (format!("?ticket={ticket}"), String::new()),
        (format!("?ticket={}", tokens.access), String::new()),
        (format!("?access_token={}", tokens.access), String::new()),
        (String::new(), String::new()),
        (String::new(), "latchkey, latchkey.jwt.garbage".to_owned()),
        (String::new(), format!("latchkey, latchkey.ticket.{ticket}")),
        (String::new(), format!("latchkey.jwt.{}", tokens.access)),
    ];
    for (query, protocols) in refused {
        let status = Client::connect(&url, &query, &protocols).await.err();
        // 401 at AWS; the emulator makes 500 of an authorizer that says so.
        assert!(matches!(status, Some(401 | 403 | 500)), "{query} {protocols}: {status:?}");
    }
    by_ticket.assert_open().await;
    by_ticket.say(&json!("nonsense")).await;
    let error = by_ticket.hear(SECONDS).await.expect("the connection goes on");
    assert_eq!((&error["type"], &error["problem"]["status"]), (&json!("error"), &json!(400)));
    let renewed = Tokens::from(stack.refresh(&tokens.refresh).await);
    by_ticket.say(&json!({ "action": "auth", "token": renewed.access })).await;
    assert_eq!(by_ticket.hear(SECONDS).await.expect("it goes on")["type"], "authenticated");
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn g10_signing_out_closes_the_connections_of_the_session_and_of_no_other() {
    let stack = Stack::from_env();
    let (person, tokens) = signed_in(&stack).await;
    let other = Tokens::from(stack.login(&person).await);
    let (_, url) = ticket(&stack, &tokens).await;
    let (mut first, mut second) = (Client::by_token(&url, &tokens).await, Client::by_token(&url, &tokens).await);
    let mut stays = Client::by_token(&url, &other).await;
    assert_eq!(stack.logout(&tokens.refresh).await.status, 204);
    first.assert_closed("logout", SECONDS).await;
    second.assert_closed("logout", SECONDS).await;
    stays.assert_open().await;
    let again = Client::connect(&url, "", &format!("latchkey, latchkey.jwt.{}", tokens.access)).await;
    assert!(again.is_err(), "the access token is good and its session over");
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn g10_signing_out_everywhere_and_disabling_close_every_connection_of_the_user() {
    let stack = Stack::from_env();
    let (person, tokens) = signed_in(&stack).await;
    let other = Tokens::from(stack.login(&person).await);
    let (_, url) = ticket(&stack, &tokens).await;
    let mut clients = [Client::by_token(&url, &tokens).await, Client::by_token(&url, &other).await];
    assert_eq!(stack.send(Call::delete("/auth/sessions").bearer(&tokens.access)).await.status, 204);
    for client in &mut clients {
        client.assert_closed("logout-all", SECONDS).await;
    }
    let anew = Tokens::from(stack.login(&person).await);
    let mut client = Client::by_token(&url, &anew).await;
    client.assert_open().await;
    Account::behind(&stack.url).administer("disable-user", &tokens.user_id, &json!({}));
    client.assert_closed("revoked-by-admin", SECONDS).await;
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn e5_a_credential_that_expires_closes_the_connection_whether_or_not_anybody_speaks() {
    let stack = Stack::from_env();
    let account = Account::behind(&stack.url);
    let (_, tokens) = signed_in(&stack).await;
    let (_, url) = ticket(&stack, &tokens).await;
    let mut speaks = Client::by_token(&url, &tokens).await;
    account.expire_connections(&tokens.user_id);
    speaks.say(&json!({ "action": "ping" })).await;
    speaks.assert_closed("expired", SECONDS).await;
    let mut silent = Client::by_token(&url, &tokens).await;
    account.expire_connections(&tokens.user_id);
    silent.assert_closed("expired", A_MINUTE).await;
}

#[tokio::test]
#[ignore = "needs the deployed stack; cargo xtask test --all runs it"]
async fn g10_a_token_of_somebody_else_closes_the_connection() {
    let stack = Stack::from_env();
    let ((_, tokens), (_, stranger)) = (signed_in(&stack).await, signed_in(&stack).await);
    let (_, url) = ticket(&stack, &tokens).await;
    let mut client = Client::by_token(&url, &tokens).await;
    client.say(&json!({ "action": "auth", "token": stranger.access })).await;
    client.assert_closed("other-identity", SECONDS).await;
}
