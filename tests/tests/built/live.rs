//! What the built functions ask of API Gateway's management API and of EventBridge.

use std::{
    fs,
    sync::mpsc::{self, Receiver},
    thread,
};

use latchkey_tests::{
    api::{Api, Person, Tokens},
    deployment::{Deployment, Environment},
    local_dynamodb::workspace,
};
use serde_json::{Value, json};
use tiny_http::{Response, Server};

/// Method, URL, what it is signed for, and body of each request; the bus takes everything, and so does the gateway.
fn listen() -> (String, Receiver<[String; 4]>) {
    listen_and_answer(|_, _| 200)
}

/// The same with a status for each, by its method and body.
fn listen_and_answer(status: impl Fn(&str, &str) -> u16 + Send + 'static) -> (String, Receiver<[String; 4]>) {
    let server = Server::http("127.0.0.1:0").unwrap();
    let (address, (sender, requests)) = (server.server_addr().to_string(), mpsc::channel());
    thread::spawn(move || {
        for mut request in server.incoming_requests() {
            let mut body = String::new();
            request.as_reader().read_to_string(&mut body).unwrap();
            let authorization = request.headers().iter().find(|header| header.field.equiv("authorization")).unwrap();
            let signed_for = authorization.value.as_str().split('/').nth(3).unwrap().to_owned();
            let target = request.headers().iter().find(|header| header.field.equiv("x-amz-target"));
            let signed_target = authorization.value.as_str().contains("x-amz-target");
            assert_eq!(target.is_some(), signed_target, "such headers must be signed");
            let method = request.method().to_string();
            let answer = Response::from_string(r#"{"FailedEntryCount":0,"Entries":[{}]}"#);
            let answer = answer.with_status_code(status(&method, &body));
            let _ = sender.send([method, request.url().to_owned(), signed_for, body]);
            let _ = request.respond(answer);
        }
    });
    (address, requests)
}

fn event(name: &str, tokens: &Tokens) -> String {
    let text = fs::read_to_string(workspace().join("events").join(name).with_extension("json")).unwrap();
    let text = text.replace("{{user_id}}", &tokens.user_id).replace("{{session_id}}", &tokens.session_id);
    text.replace("{{access_token}}", &tokens.access)
}

#[tokio::test]
async fn an_ended_session_is_told_to_its_connection_and_to_the_event_bus_in_signed_requests() {
    let (address, requests) = listen();
    let environment = Environment::local()
        .with("LATCHKEY_LIVE_URL", &format!("ws://{address}/live"))
        .with("AWS_ENDPOINT_URL_EVENTBRIDGE", &format!("http://{address}"));
    let deployment = Deployment::new(environment);
    let tokens = Tokens::from(deployment.register(&Person::new()).await);
    let opened = deployment.invoke("ws-connect", event("ws-connect_ok", &tokens).as_bytes()).unwrap();
    assert_eq!(opened, json!({ "statusCode": 200, "headers": { "Sec-WebSocket-Protocol": "latchkey" } }));

    let said = deployment.invoke("ws-message", event("ws-message_ping", &tokens).as_bytes()).unwrap();
    assert_eq!(said, json!({ "statusCode": 200 }));
    let connection = "/live/@connections/JKJaXcfLPHcESHA%3D";
    let line = |method: &str, url: &str, service: &str, body: &str| [method, url, service, body].map(str::to_owned);
    let pong = r#"{"type":"pong","reply_to":"1"}"#;
    assert_eq!(requests.recv().unwrap(), line("POST", connection, "execute-api", pong));

    let ended = event("session-ended_unreachable", &tokens);
    let answer = deployment.invoke("session-ended", ended.as_bytes()).unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let last = r#"{"type":"closed","cause":"logout"}"#;
    assert_eq!(requests.recv().unwrap(), line("POST", connection, "execute-api", last));
    assert_eq!(requests.recv().unwrap(), line("DELETE", connection, "execute-api", ""));
    let [method, url, service, body] = requests.recv().unwrap();
    assert_eq!((method.as_str(), url.as_str(), service.as_str()), ("POST", "/", "events"));
    let entry = &serde_json::from_str::<Value>(&body).unwrap()["Entries"][0];
    assert_eq!((&entry["Source"], &entry["DetailType"]), (&json!("latchkey"), &json!("session-ended")));
    let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
    let expected =
        json!({ "user_id": tokens.user_id, "session_id": tokens.session_id, "cause": "logout", "at": 1_767_268_800 });
    assert_eq!(detail, expected);

    assert_eq!(deployment.invoke("session-ended", ended.as_bytes()).unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!(requests.recv().unwrap()[2], "events", "the connection is forgotten");
}

/// Makes a room of its own, and connects somebody who may join it; gives what invokes the function of an event in their name.
async fn beside_a_room(address: &str) -> impl Fn(&'static str) -> Value {
    let environment = Environment::local().with("LATCHKEY_LIVE_URL", &format!("ws://{address}/live"));
    let deployment = Deployment::new(environment);
    let tokens = Tokens::from(deployment.register(&Person::new()).await);
    let room = format!("room-{}", tokens.session_id);
    let put = json!({
        "action": "put-room", "actor": "ada", "reason": "test", "room": room, "name": "Room", "everybody": true, "roles": [],
    });
    deployment.invoke("admin", put.to_string().as_bytes()).unwrap();
    let invoke = move |name: &'static str| {
        let event = event(name, &tokens).replace("lobby", &room);
        deployment.invoke(name.split_once('_').unwrap().0, event.as_bytes()).unwrap()
    };
    invoke("ws-connect_ok");
    invoke
}

#[tokio::test]
async fn what_is_said_in_a_room_is_stored_by_one_function_and_told_by_another() {
    let (address, requests) = listen();
    let invoke = beside_a_room(&address).await;
    let heard = || serde_json::from_str::<Value>(&requests.recv().unwrap()[3]).unwrap();
    for (name, kinds) in [
        ("ws-message_join", &["joined"][..]),
        ("ws-message_send", &["sent"]),
        ("ws-message_resume", &["resumed", "history", "live"]),
        ("ws-fanout_message", &["message"]),
    ] {
        invoke(name);
        for kind in kinds {
            let frame = heard();
            assert_eq!(frame["type"], *kind, "{frame}");
        }
    }
}

#[tokio::test]
async fn who_cannot_be_told_a_message_is_tried_twice_and_then_cut_off() {
    let (address, requests) = listen_and_answer(|method, body| {
        let is_told = body.contains(r#""message""#) || body.contains(r#""closed""#);
        if method == "POST" && is_told { 500 } else { 200 }
    });
    let invoke = beside_a_room(&address).await;
    invoke("ws-message_join");
    assert!(requests.recv().unwrap()[3].contains("joined"));
    assert_eq!(invoke("ws-fanout_message"), json!({ "batchItemFailures": [] }));
    let asked: Vec<_> = requests.try_iter().map(|[method, _, _, body]| (method, body)).collect();
    let types = asked.iter().map(|(method, body)| {
        let frame: Value = serde_json::from_str(body).unwrap_or_default();
        (method.as_str(), frame["type"].as_str().unwrap_or_default().to_owned(), frame["cause"].clone())
    });
    let types = types.collect::<Vec<_>>();
    let told = ("POST", "message".to_owned(), Value::Null);
    let closed = ("POST", "closed".to_owned(), json!("unreachable"));
    assert_eq!(types, [told.clone(), told, closed.clone(), closed, ("DELETE", String::new(), Value::Null)]);
    assert_eq!(invoke("ws-fanout_message"), json!({ "batchItemFailures": [] }));
    assert_eq!(requests.try_iter().count(), 0, "it listens no more");
}
