//! Answers that nobody should trust: each ends with exit code 1 and one line, never with a panic or a wait without end.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Reply, Server};
use crate::{dev, latchkey};

/// Every command that reads an answer.
const COMMANDS: [&[&str]; 3] =
    [&["keys", "list"], &["users", "find", "0b9f"], &["users", "end-sessions", "0b9f", "--reason", "why"]];

fn each_fails(server: &Server, because: &str) {
    for words in COMMANDS {
        let said = dev(server, words);
        assert_eq!(said.code, Some(1), "{words:?}: {}{}", said.out, said.err);
        assert!(said.err.starts_with("error: ") && said.err.contains(because), "{words:?}: {}", said.err);
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
        assert_eq!(said.out, "");
    }
}

#[test]
fn garbage_is_no_answer() {
    for body in ["", "<html>", "{\"keys\":", "\u{0}\u{0}", "{\"a\":1}}"] {
        each_fails(&Server::start(move |_, _| Reply::json(200, body)), "is not JSON");
    }
    for body in ["null", "[]", "5", "\"text\"", "{\"something\":\"else\"}", "{\"keys\":7,\"user\":7,\"ended\":\"x\"}"] {
        each_fails(&Server::start(move |_, _| Reply::json(200, body)), "is not about");
    }
}

#[test]
fn an_answer_that_is_nested_without_end_is_refused() {
    let deep = "[".repeat(200_000);
    each_fails(&Server::start(move |_, _| Reply::json(200, &deep)), "is not JSON");
}

#[test]
fn more_than_lambda_can_answer_is_not_read() {
    let endless = Server::raw(|_, _, stream| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
        let mut written = stream.write_all(head);
        while written.is_ok() {
            written = stream.write_all(&[b' '; 65_536]);
        }
    });
    each_fails(&endless, "larger");
}

#[test]
fn nobody_waits_longer_than_asked_for() {
    let silent = Server::raw(|_, _, _| thread::sleep(Duration::from_secs(60)));
    let dripping = Server::raw(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    for server in [silent, dripping] {
        let started = Instant::now();
        let said = dev(&server, &["keys", "list", "--timeout", "1"]);
        assert_eq!(said.code, Some(1));
        assert!(said.err.contains("timeout"), "{}", said.err);
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}

#[test]
fn a_function_that_fails_says_why() {
    let error = json!({ "errorType": "Runtime.ExitError", "errorMessage": "LATCHKEY_SIGN_KEYS is missing\nand more" });
    let on_aws = error.clone();
    let as_lambda = Server::start(move |_, _| Reply::json(200, &on_aws).with("x-amz-function-error", "Unhandled"));
    each_fails(&as_lambda, "LATCHKEY_SIGN_KEYS is missing");
    each_fails(&Server::start(move |_, _| Reply::json(500, &error)), "LATCHKEY_SIGN_KEYS is missing");
}

#[test]
fn a_server_that_is_another_or_is_gone_is_named() {
    each_fails(&Server::start(|_, _| Reply::json(404, "{}")), "has no function");
    each_fails(&Server::start(|_, _| Reply::json(302, "{}").with("location", "http://127.0.0.1:1/")), "status 302");
    each_fails(&Server::raw(|_, _, stream| stream.write_all(b"SSH-2.0\r\n").unwrap()), "does not answer");
    let said = latchkey(&["keys", "list", "--dev", "http://127.0.0.1:1"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("cargo xtask dev"), "{}", said.err);
}

#[test]
fn what_a_stranger_chose_to_be_called_cannot_speak_to_the_terminal() {
    let user = json!({ "user": {
        "id": "0b9f", "email": "a@example.com", "name": "\u{1b}]0;x\u{7}\u{9b}2J\nadmin", "created_at": "c", "disabled": false, "epoch": 0,
    }});
    let server = Server::start(move |_, _| Reply::json(200, &user));
    for words in [&["users", "find", "0b9f"][..], &["users", "find", "0b9f", "--json"]] {
        let said = dev(&server, words);
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert!(!said.out.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{:?}", said.out);
    }
    let problem = json!({ "problem": { "title": "\u{1b}[2Jno" } });
    let said = dev(&Server::start(move |_, _| Reply::json(200, &problem)), &["users", "find", "0b9f"]);
    assert!(!said.err.contains('\u{1b}'), "{:?}", said.err);
}

#[test]
fn a_list_that_never_ends_is_not_followed() {
    let server = Server::start(|_, _| Reply::json(200, json!({ "sessions": [], "next": "s1" })));
    let said = dev(&server, &["users", "sessions", "0b9f"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("does not end"), "{}", said.err);
}
