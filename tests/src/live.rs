//! The WebSocket API of a world: as much of its gateway as functions see.

use std::time::{Duration, Instant};

use latchkey::{
    config::Env,
    domain::{Random, Timestamp},
    error::Error,
    http::websocket::{self, Origins},
    operations::connect::Shown,
    streams::Batch,
};
use serde_json::{Value, json};

use crate::world::{ALLOWED_ORIGIN, ORIGIN, World};

/// The ARN of a handshake.
pub const CONNECT_ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:w1x2y3z4a5/live/$connect";

/// What a client sends to connect (RFC 6455 section 4.1).
#[derive(Debug, Clone, Default)]
pub struct Handshake {
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl Handshake {
    /// Shows a ticket in the list of subprotocols.
    pub fn with_ticket(ticket: &str) -> Self {
        Self::default().protocols(&format!("latchkey, latchkey.ticket.{ticket}"))
    }

    /// Shows an access token there.
    pub fn with_token(token: &str) -> Self {
        Self::default().protocols(&format!("latchkey, latchkey.jwt.{token}"))
    }

    /// With this list of subprotocols.
    #[must_use]
    pub fn protocols(self, list: &str) -> Self {
        self.header("Sec-WebSocket-Protocol", list)
    }

    /// With a header, beside any of the same name.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// From a page of `origin`.
    #[must_use]
    pub fn of(self, origin: &str) -> Self {
        self.header("Origin", origin)
    }

    /// With a query parameter, beside any of the same name.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The event of the authorizer.
    pub fn event(&self, connection_id: &str) -> Value {
        let mut event = json!({
            "type": "REQUEST",
            "methodArn": CONNECT_ARN,
            "requestContext": context("$connect", "CONNECT", connection_id),
        });
        self.write(&mut event);
        event
    }

    fn write(&self, event: &mut Value) {
        event["headers"] = last(&self.headers);
        event["multiValueHeaders"] = all(&self.headers);
        if !self.query.is_empty() {
            event["queryStringParameters"] = last(&self.query);
            event["multiValueQueryStringParameters"] = all(&self.query);
        }
    }
}

fn last(pairs: &[(String, String)]) -> Value {
    pairs.iter().fold(json!({}), |mut object, (name, value)| {
        object[name] = json!(value);
        object
    })
}

fn all(pairs: &[(String, String)]) -> Value {
    pairs.iter().fold(json!({}), |mut object, (name, value)| {
        let mut values = object[name].as_array().cloned().unwrap_or_default();
        values.push(json!(value));
        object[name] = json!(values);
        object
    })
}

fn context(route: &str, event_type: &str, connection_id: &str) -> Value {
    json!({
        "routeKey": route,
        "eventType": event_type,
        "connectionId": connection_id,
        "stage": "live",
        "apiId": "w1x2y3z4a5",
        "domainName": "w1x2y3z4a5.execute-api.us-east-1.amazonaws.com",
    })
}

/// The event of a stream.
fn numbered(records: &[Value]) -> String {
    let numbered = records.iter().enumerate().map(|(index, record)| {
        let mut record = record.clone();
        record["dynamodb"]["SequenceNumber"] = json!(index.to_string());
        record
    });
    json!({ "Records": numbered.collect::<Vec<_>>() }).to_string()
}

/// What has to be said again.
fn again(answer: Result<Value, Error>) -> Vec<String> {
    let answer = answer.expect("it is an event of a stream");
    let failures = answer["batchItemFailures"].as_array().expect("failures are listed");
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A connection that the authorizer has let in.
#[derive(Debug, Clone)]
pub struct Socket {
    /// Its id.
    pub id: String,
    /// What the authorizer said.
    pub context: Value,
}

impl Socket {
    /// The event of a route.
    pub fn event(&self, route: &str, event_type: &str) -> Value {
        let mut context = context(route, event_type, &self.id);
        context["authorizer"] = self.context.clone();
        json!({ "requestContext": context, "isBase64Encoded": false })
    }
}

impl World {
    /// What the authorizer of the WebSocket API answers to an event of any text.
    ///
    /// # Errors
    /// The text of the failed invocation.
    pub async fn authorize_connection(&self, event: &str) -> Result<Value, &'static str> {
        let origins = [("LATCHKEY_PUBLIC_ORIGIN", ORIGIN), ("LATCHKEY_ALLOWED_ORIGINS", ALLOWED_ORIGIN)];
        let env = Env::new(origins.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let origins = Origins::from_env(&env.expect("the settings exist"));
        let admit = async |shown: Shown<'_>, origin: Option<&str>, now: Timestamp| {
            latchkey_ws_authorizer::decide(&self.functions.ws_authorizer, shown, origin, now)
        };
        let answer =
            websocket::authorizer::decide(&self.telemetry, &origins, "r", event, Ok(self.now()), admit).await?;
        Ok(serde_json::from_str(answer.get()).expect("an answer is JSON"))
    }

    /// What the function behind a route of the WebSocket API answers to an event of any text.
    pub async fn send_live_event(&self, route: &str, event: &str) -> Value {
        let (store, now) = (&self.store, self.now());
        websocket::answer(&self.telemetry, "r", event, Ok(now), async |event, now| match route {
            "$connect" => latchkey_ws_connect::handle(store, event, now).await,
            "$default" => latchkey_ws_message::handle(&self.functions.ws_message, event, now).await,
            _ => latchkey_ws_disconnect::handle(store, event).await,
        })
        .await
    }

    /// Asks the authorizer.
    ///
    /// # Errors
    /// The text of the failed invocation.
    pub async fn admit(&self, handshake: &Handshake) -> Result<Socket, &'static str> {
        let bytes: [u8; 8] = Random::SYSTEM.draw().expect("the system has random bytes");
        let id = format!("L{:x}=", u64::from_be_bytes(bytes));
        let answer = self.authorize_connection(&handshake.event(&id).to_string()).await?;
        let mut context = answer["context"].clone();
        context["principalId"] = answer["principalId"].clone();
        Ok(Socket { id, context })
    }

    /// Asks the function behind `$connect`; gives what it answers.
    pub async fn open(&self, socket: &Socket, handshake: &Handshake) -> Value {
        let mut event = socket.event("$connect", "CONNECT");
        handshake.write(&mut event);
        self.send_live_event("$connect", &event.to_string()).await
    }

    /// The whole handshake.
    ///
    /// # Errors
    /// The status that refuses it.
    pub async fn connect(&self, handshake: &Handshake) -> Result<Socket, u64> {
        let socket = self.admit(handshake).await.map_err(|text| if text == "Unauthorized" { 401_u64 } else { 500 })?;
        match self.open(&socket, handshake).await["statusCode"].as_u64() {
            Some(200) => Ok(socket),
            status => Err(status.expect("there is a status")),
        }
    }

    /// Tells that a connection is gone.
    pub async fn disconnect(&self, socket: &Socket) -> Value {
        self.send_live_event("$disconnect", &socket.event("$disconnect", "DISCONNECT").to_string()).await
    }

    /// Sends a frame; gives what the connection hears.
    pub async fn say(&self, socket: &Socket, frame: &str) -> Option<Value> {
        let mut event = socket.event("$default", "MESSAGE");
        event["body"] = json!(frame);
        let answer = self.send_live_event("$default", &event.to_string()).await;
        assert_eq!(answer, json!({ "statusCode": 200 }));
        self.heard(socket)
    }

    /// The frame that a connection was sent since the last call, if it was.
    pub fn heard(&self, socket: &Socket) -> Option<Value> {
        let frames = self.gateway.take_frames();
        assert!(frames.len() < 2 && frames.iter().all(|(id, _)| id.as_str() == socket.id), "{frames:?}");
        frames.first().map(|(_, frame)| serde_json::from_str(frame).expect("a frame is JSON"))
    }

    /// Sends a frame; gives everything that any connection hears, in order.
    pub async fn say_to_all(&self, socket: &Socket, frame: &Value) -> Vec<(String, Value)> {
        let mut event = socket.event("$default", "MESSAGE");
        event["body"] = json!(frame.to_string());
        let answer = self.send_live_event("$default", &event.to_string()).await;
        assert_eq!(answer, json!({ "statusCode": 200 }));
        self.frames()
    }

    /// Every frame since the last call, with the connection that was sent it.
    pub fn frames(&self) -> Vec<(String, Value)> {
        let frames = self.gateway.take_frames().into_iter();
        let read = |frame: &str| serde_json::from_str(frame).expect("a frame is JSON");
        frames.map(|(id, frame)| (id.as_str().to_owned(), read(&frame))).collect()
    }

    fn batch<'a>(&self, event: &'a str) -> Batch<'a> {
        let deadline = Instant::now() + Duration::from_secs(60);
        Batch { request_id: "r", event, now: Ok(self.now()), deadline, pause: Duration::ZERO }
    }

    /// Has the function behind the streams of sessions and users work off records; gives those that have to be said again.
    pub async fn stream(&self, records: &[Value]) -> Vec<String> {
        let (app, event) = (&self.functions.session_ended, numbered(records));
        again(latchkey_session_ended::answer(app, &self.telemetry, self.batch(&event)).await)
    }

    /// The same of the function behind the stream of rooms.
    pub async fn fan_out(&self, records: &[Value]) -> Vec<String> {
        let (app, event) = (&self.functions.ws_fanout, numbered(records));
        again(latchkey_ws_fanout::answer(app, &self.telemetry, self.batch(&event)).await)
    }

    /// Looks for what has expired; gives how many connections were closed.
    ///
    /// # Errors
    /// As the function.
    pub async fn expire(&self) -> Result<u64, Error> {
        let answer =
            latchkey_ws_expire::answer(&self.functions.ws_expire, &self.telemetry, "r", Ok(self.now())).await?;
        Ok(answer["closed"].as_u64().expect("it says how many"))
    }

    /// Every connection that was closed, with the cause it was told, in order.
    pub fn closed(&self) -> Vec<(String, &'static str)> {
        let closed = self.gateway.closed().into_iter();
        closed.map(|(id, closing)| (id.as_str().to_owned(), closing.as_str())).collect()
    }
}
