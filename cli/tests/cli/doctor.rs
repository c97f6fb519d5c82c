//! The doctor, in front of issuers that are in order, ill, or hostile.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::server::{Reply, Request, Server};
use crate::{Said, latchkey};

/// A public key of 2048 bits.
pub fn key(kid: &str) -> Value {
    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": "x".repeat(342), "e": "AQAB" })
}

/// Seconds since 1970.
pub fn now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

/// What the functions of this repository answer.
pub fn in_order(request: &Request, url: &str) -> Reply {
    let not_found = json!({ "type": "urn:latchkey:problem:not-found", "title": "Nothing is here.", "status": 404 });
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/.well-known/openid-configuration") => {
            Reply::json(200, json!({ "issuer": url, "jwks_uri": format!("{url}/.well-known/jwks.json") }))
        }
        ("GET", "/.well-known/jwks.json") => Reply::json(200, json!({ "keys": [key("k1"), key("k2")] })),
        ("GET", "/.well-known/revocations") => Reply::json(200, json!({ "now": now() })),
        _ => Reply::of(404, "application/problem+json", not_found),
    }
    .with("cache-control", "public, max-age=300")
}

fn doctor(server: &Server) -> Said {
    latchkey(&["doctor", "--issuer", &server.url, "--timeout", "5"])
}

/// The level of each check.
fn levels(server: &Server) -> (Option<i32>, BTreeMap<String, String>) {
    let said = latchkey(&["doctor", "--issuer", &server.url, "--timeout", "5", "--json"]);
    let report: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}{}", said.out, said.err));
    let text = |check: &Value, name: &str| check[name].as_str().unwrap().to_owned();
    let checks = report["checks"].as_array().unwrap().iter();
    (said.code, checks.map(|check| (text(check, "check"), text(check, "level"))).collect())
}

fn not_ok(levels: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    let found = levels.iter().filter(|(_, level)| *level != "ok");
    found.map(|(check, level)| (check.as_str(), level.as_str())).collect()
}

#[test]
fn an_issuer_in_order_is_found_in_order() {
    let server = Server::start(in_order);
    let (code, levels) = levels(&server);
    // The small server sends no Date.
    assert_eq!((code, not_ok(&levels)), (Some(0), vec![("clock", "warn")]));
    let said = doctor(&server);
    assert!(said.out.contains("ok    issuer            http://127.0.0.1:"), "{}", said.out);
    assert!(said.out.ends_with("15 ok, 1 to know, 0 to repair\n"), "{}", said.out);
    assert_eq!(latchkey(&["doctor", "--dev", &server.url]).code, Some(0));
}

#[test]
fn one_character_too_many_is_found() {
    let server = Server::start(in_order);
    let said = latchkey(&["doctor", "--issuer", &format!("{}/", server.url)]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("fail  issuer ") && said.out.contains("differ by a slash"), "{}", said.out);
}

#[test]
fn an_ill_issuer_is_told_what_it_has() {
    let server = Server::start(|request, url| match request.path.as_str() {
        "/.well-known/jwks.json" => {
            let mut leaked = key("k1");
            leaked["d"] = "secret".into();
            leaked["alg"] = "ES256".into();
            leaked["not_after"] = 1.into();
            Reply::json(200, json!({ "keys": [leaked] })).with("cache-control", "no-store")
        }
        "/.well-known/revocations" => Reply::json(200, json!({ "now": now() - 600 })),
        "/.well-known/openid-configuration" => in_order(request, url).with("date", "Thu, 01 Jan 2015 00:00:00 GMT"),
        _ => Reply::json(200, "{}").with("access-control-allow-origin", "*"),
    });
    let (code, levels) = levels(&server);
    assert_eq!(code, Some(1));
    let expected = [
        ("caching", "warn"),
        ("clock", "fail"),
        ("foreign pages", "fail"),
        ("key overlap", "fail"),
        ("nothing private", "fail"),
        ("revocations", "fail"),
        ("unknown paths", "warn"),
    ];
    assert_eq!(not_ok(&levels), expected);
}

#[test]
fn keys_of_another_origin_are_not_fetched() {
    let other = Server::start(in_order);
    let uri = format!("{}/.well-known/jwks.json", other.url);
    let server = Server::start(move |request, url| match request.path.as_str() {
        "/.well-known/openid-configuration" => Reply::json(200, json!({ "issuer": url, "jwks_uri": uri })),
        _ => in_order(request, url),
    });
    let (code, levels) = levels(&server);
    assert_eq!((code, levels["jwks_uri"].as_str(), levels.get("keys")), (Some(1), "fail", None));
    assert!(other.requests().is_empty());
}

#[test]
fn hostile_documents_are_failures_and_nothing_else() {
    for body in ["", "null", "[]", "{", "5", "\u{0}", &"[".repeat(100_000), &" ".repeat(7_000_000)] {
        let body = body.to_owned();
        let everywhere = body.clone();
        let metadata = Server::start(move |_, _| Reply::json(200, &everywhere));
        assert_eq!(levels(&metadata).0, Some(1), "{:.10}", body);
        let keys = Server::start(move |request, url| match request.path.as_str() {
            "/.well-known/jwks.json" => Reply::json(200, &body),
            _ => in_order(request, url),
        });
        let (code, levels) = levels(&keys);
        assert_eq!((code, levels["key set"].as_str()), (Some(1), "fail"));
    }
}

#[test]
fn keys_that_are_none_are_failures_and_nothing_else() {
    for keys in [
        json!([null]),
        json!(["k1"]),
        json!([{}]),
        json!([[]]),
        json!([{ "kid": 5, "alg": [], "n": {}, "not_after": "x" }]),
    ] {
        let server = Server::start(move |request, url| match request.path.as_str() {
            "/.well-known/jwks.json" => Reply::json(200, json!({ "keys": keys })),
            _ => in_order(request, url),
        });
        let (code, levels) = levels(&server);
        assert_eq!((code, levels["keys"].as_str()), (Some(1), "fail"));
    }
}

#[test]
fn what_an_issuer_says_cannot_speak_to_the_terminal() {
    let server =
        Server::start(|_, _| Reply::json(200, json!({ "issuer": "\u{1b}[2J\u{9b}", "jwks_uri": "\u{1b}]0;x\u{7}" })));
    let said = doctor(&server);
    assert_eq!(said.code, Some(1));
    assert!(!said.out.contains(['\u{1b}', '\u{9b}', '\u{7}']), "{:?}", said.out);
}

#[test]
fn an_issuer_that_is_not_there_is_one_failure() {
    let said = latchkey(&["doctor", "--issuer", "http://127.0.0.1:1"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("fail  metadata"), "{}", said.out);
    assert!(said.out.ends_with("1 ok, 0 to know, 1 to repair\n"), "{}", said.out);
}
