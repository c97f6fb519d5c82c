//! Events that ask the authorizers: the identity source in every shape, and events that are none.

use latchkey_tests::authorizer_event::authorizer_event;
use serde_json::{Value, json};

use crate::judges::Judges;

#[test]
fn a12_exactly_one_scheme_and_one_token() {
    let judges = Judges::new();
    let good = judges.forge.good();
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let event = authorizer_event(&format!("{scheme} {good}")).to_string();
        assert_eq!(judges.decide(event.as_bytes()).unwrap()["isAuthorized"], true, "{scheme}");
    }
    let values = [
        String::new(),
        " ".to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        good.clone(),
        format!("Basic {good}"),
        "Basic x".to_owned(),
        format!("Token {good}"),
        format!("Bearer\t{good}"),
        format!("Bearer  {good}"),
        format!(" Bearer {good}"),
        format!("Bearer {good} "),
        format!("Bearer {good}\t"),
        format!("Bearer {good},Bearer {good}"),
        format!("Bearer {good}, Bearer {good}"),
        format!("Bearer {good} Bearer {good}"),
        format!("Bearer x,Bearer {good}"),
        format!("Bearer: {good}"),
        format!("Bearer={good}"),
        format!("Bearer\u{a0}{good}"),
        format!("\u{feff}Bearer {good}"),
        format!("Beare\u{280} {good}"),
        format!("Bearer \"{good}\""),
    ];
    for value in values {
        judges.assert_event_denied(&value, authorizer_event(&value).to_string().as_bytes());
    }
    judges.assert_still_judging();
}

#[test]
fn a12_only_the_declared_identity_source_counts() {
    let judges = Judges::new();
    let value = format!("Bearer {}", judges.forge.good());
    let event = authorizer_event(&value);
    for source in [
        json!("absent"),
        json!(null),
        json!([]),
        json!([""]),
        json!([null]),
        json!(value),
        json!([value, value]),
        json!([[value]]),
        json!({}),
    ] {
        let mut event = event.clone();
        event["identitySource"] = source.clone();
        event["headers"] = json!({ "authorization": value, "x-auth-token": value });
        if source == "absent" {
            event.as_object_mut().unwrap().remove("identitySource");
        }
        judges.assert_event_denied(&source.to_string(), event.to_string().as_bytes());
    }
}

#[test]
fn a16_events_of_another_kind_are_denied() {
    let judges = Judges::new();
    let good = judges.forge.good();
    let event = authorizer_event(&format!("Bearer {good}"));
    let changed = |member: &str, value: Value| {
        let mut event = event.clone();
        event[member] = value;
        event
    };
    let rest_token =
        json!({ "type": "TOKEN", "methodArn": event["routeArn"], "authorizationToken": format!("Bearer {good}") });
    let mut version_1 = changed("version", json!("1.0"));
    version_1["identitySource"] = json!(format!("Bearer {good}"));
    let events = [
        json!(null),
        json!({}),
        json!([]),
        json!(1),
        json!("Bearer"),
        json!([event]),
        rest_token,
        version_1,
        changed("version", json!(2.0)),
        changed("version", json!("3.0")),
        changed("type", json!("TOKEN")),
        changed("type", json!(null)),
        changed("type", json!(["REQUEST"])),
        changed("routeKey", json!({})),
        json!({ "Records": [] }),
        json!({ "RequestType": "Create" }),
    ];
    for event in events {
        judges.assert_event_denied(&format!("{event:.80}"), event.to_string().as_bytes());
    }
    judges.assert_still_judging();
}

#[test]
fn a16_bytes_that_are_no_event_never_let_anybody_in_and_never_end_the_function() {
    let judges = Judges::new();
    let event = authorizer_event(&format!("Bearer {}", judges.forge.good())).to_string();
    let identity = event.split("\"identitySource\":").nth(1).unwrap().split(']').next().unwrap();
    let doubled = event.replacen('{', &format!("{{\"identitySource\":{identity}],"), 1);
    let mut invalid_utf8 = event.clone().into_bytes();
    let position = event.find("/notes").unwrap();
    invalid_utf8[position] = 0xff;
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let bytes: [Vec<u8>; 9] = [
        b"".to_vec(),
        b" ".to_vec(),
        b"{".to_vec(),
        event[..event.len() / 2].into(),
        format!("\u{feff}{event}").into(),
        invalid_utf8,
        doubled.into(),
        deep(1000).into(),
        vec![0; 100],
    ];
    for bytes in bytes {
        for decision in [judges.decide(&bytes), judges.decide_session(&bytes)] {
            let let_in = decision.as_ref().is_ok_and(|decision| *decision != json!({ "isAuthorized": false }));
            assert!(!let_in, "{:.80}: {decision:?}", String::from_utf8_lossy(&bytes));
        }
        judges.assert_still_judging();
    }
}
