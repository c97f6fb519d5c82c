//! Where a credential may be, by `LATCHKEY_CARRIERS`: exactly one place.

use latchkey_tests::{
    authorizer_event::{KINDS, Kind},
    deployment::Environment,
};
use serde_json::{Value, json};

use crate::judges::Judges;

const COOKIE: &str = "__Host-latchkey-token";

/// An event whose credential is in these headers; one of them is the declared identity source.
fn event(kind: Kind, headers: &[(&str, &str)]) -> String {
    let (_, source) = headers[0];
    let mut event = kind.event(source);
    let list =
        |headers: &[(&str, &str)]| headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let plain: serde_json::Map<String, Value> = list(headers);
    if event.get("multiValueHeaders").is_some() {
        event["multiValueHeaders"] = plain.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    }
    if event.get("headers").is_some() {
        event["headers"] = Value::Object(plain);
    }
    event.to_string()
}

#[test]
fn each_carrier_works_behind_every_kind_of_api_that_passes_it_on() {
    for (carrier, header) in
        [("x-auth-token", "X-Auth-Token"), ("cookie", "Cookie"), ("authorization", "Authorization")]
    {
        let judges = Judges::with(&[("LATCHKEY_CARRIERS", carrier)]);
        let good = judges.forge.good();
        let values = [
            ("x-auth-token", good.clone()),
            ("cookie", format!("a=b; {COOKIE}={good}; c=d")),
            ("authorization", format!("Bearer {good}")),
        ];
        for (kind, (of, value)) in KINDS.into_iter().flat_map(|kind| values.iter().map(move |value| (kind, value))) {
            let passes = kind != Kind::AppSync || carrier == "authorization";
            let outcome = judges.decide(event(kind, &[(header, value)]).as_bytes());
            let expected = passes && (*of == carrier || kind == Kind::AppSync && *of == "x-auth-token");
            assert_eq!(kind.lets_in(&outcome), expected, "{carrier} holds {of}, {kind:?}: {outcome:?}");
        }
    }
}

#[test]
fn g8_two_credentials_in_one_request_are_none() {
    let judges = Judges::with(&[("LATCHKEY_CARRIERS", "authorization,x-auth-token, cookie")]);
    let good = judges.forge.good();
    let (bearer, cookie) = (format!("Bearer {good}"), format!("{COOKIE}={good}"));
    let carriers = [("Authorization", bearer.as_str()), ("x-auth-token", &good), ("cookie", &cookie)];
    let with_headers = [Kind::HttpApi2, Kind::HttpApi1, Kind::RestRequest, Kind::WebSocket];
    for kind in with_headers {
        for carrier in carriers {
            assert!(kind.lets_in(&judges.decide(event(kind, &[carrier]).as_bytes())), "{kind:?}, {carrier:?}");
            for other in carriers.into_iter().filter(|other| *other != carrier) {
                for second in [other.1, "x", "Bearer x"] {
                    let second = if other.0 == "cookie" { other.1 } else { second };
                    let event = event(kind, &[carrier, (other.0, second)]);
                    judges.assert_event_denied(kind, &format!("{carrier:?} and {}", other.0), event.as_bytes());
                }
            }
        }
    }
}

#[test]
fn g8_what_a_caller_says_about_themselves_counts_for_nothing() {
    let judges = Judges::new();
    let good = judges.forge.good();
    let bearer = format!("Bearer {good}");
    let forged = [
        ("x-auth-user", "somebody else"),
        ("x-auth-sub", "somebody else"),
        ("x-auth-roles", "admin"),
        ("x-amzn-request-context", "{}"),
        ("x-auth-token", "unused"),
    ];
    for kind in KINDS {
        let mut honest: Value = serde_json::from_str(&event(kind, &[("Authorization", &bearer)])).unwrap();
        let answer = judges.decide(honest.to_string().as_bytes());
        let headers = [&[("Authorization", bearer.as_str())], &forged[..]].concat();
        let mut event: Value = serde_json::from_str(&event(kind, &headers)).unwrap();
        let foreign = json!({ "lambda": { "sub": "somebody else" }, "principalId": "somebody else", "roles": "admin" });
        for event in [&mut event, &mut honest] {
            if event.get("requestContext").is_some() {
                event["requestContext"]["authorizer"] = foreign.clone();
            }
            event["context"] = foreign.clone();
        }
        assert!(kind.lets_in(&answer), "{kind:?}");
        assert_eq!(judges.decide(event.to_string().as_bytes()), answer, "{kind:?}");
        assert_eq!(judges.decide(honest.to_string().as_bytes()), answer, "{kind:?}");
    }
}

#[test]
fn a_cookie_is_ours_by_its_exact_name_and_once() {
    let judges = Judges::with(&[("LATCHKEY_CARRIERS", "cookie")]);
    let good = judges.forge.good();
    let cookies = [
        (format!("{COOKIE}={good}"), true),
        (format!("theme=dark; {COOKIE}={good};other=\"x y\""), true),
        (format!("{COOKIE}={good}; {COOKIE}={good}"), false),
        (format!("{COOKIE}=x; {COOKIE}={good}"), false),
        (format!("{COOKIE}=\"{good}\""), false),
        (format!("{COOKIE}={good} x"), false),
        (format!("{COOKIE}="), false),
        (format!("{COOKIE} ={good}"), false),
        (format!("\u{2000}{COOKIE}={good}"), false),
        (format!("{COOKIE}={good}; \u{2000}{COOKIE}=x"), false),
        (format!("{}={good}", COOKIE.to_lowercase()), false),
        (format!("{COOKIE}={good}; {}=x", COOKIE.to_uppercase()), false),
        (format!("$Version=1; {COOKIE}={good}"), false),
        (format!("a=\"; {COOKIE}={good}; b=\""), true),
        (format!("a={COOKIE}; {COOKIE}={good}"), false),
        (format!("x{COOKIE}={good}"), false),
        (format!("{COOKIE}2={good}"), false),
        (good.clone(), false),
        (String::new(), false),
    ];
    for kind in [Kind::HttpApi2, Kind::HttpApi1, Kind::RestToken, Kind::RestRequest, Kind::WebSocket] {
        for (cookie, good) in &cookies {
            let event = event(kind, &[("cookie", cookie)]);
            let outcome = judges.decide(event.as_bytes());
            assert_eq!(kind.lets_in(&outcome), *good, "{kind:?}, {cookie:.60}: {outcome:?}");
        }
    }
    // API Gateway's own way of handing cookies to HTTP APIs: a list, and no header.
    let list = |cookies: Value| {
        let mut event: Value =
            serde_json::from_str(&event(Kind::HttpApi2, &[("cookie", &format!("{COOKIE}={good}"))])).unwrap();
        event["headers"] = json!({});
        event["cookies"] = cookies;
        Kind::HttpApi2.lets_in(&judges.decide(event.to_string().as_bytes()))
    };
    assert!(list(json!(["theme=dark", format!("{COOKIE}={good}")])));
    assert!(!list(json!([format!("{COOKIE}={good}"), format!("{COOKIE}=x")])));
}

#[test]
fn f8_carriers_that_are_none_stop_both_functions_at_start() {
    for carriers in ["bearer", "authorization,authorization", "Authorization", ",", "cookie x-auth-token"] {
        for function in ["authorizer", "session-authorizer"] {
            let exit = Environment::local().with("LATCHKEY_CARRIERS", carriers).start(function).err().unwrap();
            assert!(exit.output.contains("LATCHKEY_CARRIERS must be a list of"), "{function}: {}", exit.output);
        }
    }
}
