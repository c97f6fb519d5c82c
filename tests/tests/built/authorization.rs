//! Events that ask the authorizers, of every kind: the credential in every shape, and events that are none.

use latchkey_tests::authorizer_event::{KINDS, Kind};
use serde_json::{Value, json};

use crate::judges::Judges;

#[test]
fn a12_exactly_one_scheme_and_one_token() {
    let judges = Judges::new();
    let good = judges.forge.good();
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        for kind in KINDS {
            let event = kind.event(&format!("{scheme} {good}")).to_string();
            assert!(kind.lets_in(&judges.decide(event.as_bytes())), "{scheme}, {kind:?}");
        }
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
        // AppSync keeps the scheme to itself where it has other modes of authorization.
        for kind in KINDS.into_iter().filter(|kind| *kind != Kind::AppSync || value != good) {
            judges.assert_event_denied(kind, &value, kind.event(&value).to_string().as_bytes());
        }
    }
    judges.assert_still_judging();
    let bare = Kind::AppSync.event(&good).to_string();
    assert!(Kind::AppSync.lets_in(&judges.decide(bare.as_bytes())));
}

#[test]
fn a12_only_the_declared_identity_source_counts() {
    let judges = Judges::new();
    let value = format!("Bearer {}", judges.forge.good());
    for (kind, member) in [
        (Kind::HttpApi2, "identitySource"),
        (Kind::HttpApi1, "identitySource"),
        (Kind::RestToken, "authorizationToken"),
        (Kind::AppSync, "authorizationToken"),
    ] {
        for source in [json!([]), json!([""]), json!(""), json!("Bearer x"), json!([value, value]), json!([value, ""])]
        {
            let mut event = kind.event(&value);
            event["headers"] = json!({ "authorization": value, "x-auth-token": value });
            event[member] = source.clone();
            let outcome = judges.decide(event.to_string().as_bytes());
            assert!(!kind.lets_in(&outcome), "{kind:?}, {source}: {outcome:?}");
        }
        let mut event = kind.event(&value);
        event.as_object_mut().unwrap().remove(member);
        let outcome = judges.decide(event.to_string().as_bytes());
        assert!(!kind.lets_in(&outcome), "{kind:?}: {outcome:?}");
    }
    for source in [json!(null), json!([null]), json!([[value]]), json!({}), json!(7)] {
        let mut event = Kind::HttpApi2.event(&value);
        event["identitySource"] = source.clone();
        judges.assert_event_denied(Kind::HttpApi2, &source.to_string(), event.to_string().as_bytes());
    }
}

#[test]
fn a12_the_route_may_stand_beside_the_credential_where_a_gateway_remembers_answers() {
    let judges = Judges::new();
    let value = format!("Bearer {}", judges.forge.good());
    let of_2 = |source: Value| ("GET /notes", Kind::HttpApi2, source);
    let of_1 = |source: String| ("GET /notes", Kind::HttpApi1, json!(source));
    let with = |(route, kind, source): (&str, Kind, Value)| {
        let mut event = kind.event(&value);
        event["requestContext"]["routeKey"] = json!(route);
        event["routeKey"] = json!(route);
        event["identitySource"] = source;
        event.to_string()
    };
    for case in [
        of_2(json!([value, "GET /notes"])),
        of_2(json!(["GET /notes", value])),
        of_1(format!("{value},GET /notes")),
        of_1(value.clone()),
        ("ANY /notes", Kind::HttpApi2, json!([value, "ANY /notes"])),
        ("ANY /notes", Kind::HttpApi1, json!(format!("{value},ANY /notes"))),
        ("$default", Kind::HttpApi2, json!([value, "$default"])),
    ] {
        let event = with(case.clone());
        assert!(case.1.lets_in(&judges.decide(event.as_bytes())), "{case:?}");
    }
    for case in [
        of_2(json!([value, "GET /other"])),
        of_2(json!([value, "GET /notes", "GET /notes"])),
        of_2(json!(["GET /notes", "GET /notes"])),
        of_2(json!(["GET /notes"])),
        of_1(format!("{value},GET /other")),
        of_1(format!("{value},GET /notes,GET /notes")),
        of_1(format!("{value},{value}")),
        ("ANY /notes", Kind::HttpApi2, json!([value, "GET /notes"])),
    ] {
        judges.assert_event_denied(case.1, &format!("{case:?}"), with(case.clone()).as_bytes());
    }
}

#[test]
fn a12_headers_count_under_every_spelling_and_only_once() {
    let judges = Judges::new();
    let value = format!("Bearer {}", judges.forge.good());
    for kind in [Kind::RestRequest, Kind::WebSocket] {
        let with = |headers: Value, multiple: Value| {
            let mut event = kind.event(&value);
            event["headers"] = headers;
            event["multiValueHeaders"] = multiple;
            event.to_string()
        };
        let (one, none) = (json!({ "Authorization": value }), json!({}));
        let let_in = [
            (one.clone(), json!({ "Authorization": [value] })),
            (json!({ "authorization": value }), json!({ "AUTHORIZATION": [value] })),
            (none.clone(), json!({ "authorization": [value] })),
            (json!({ "aUTHORIZATION": value }), json!(null)),
        ];
        for (headers, multiple) in let_in {
            let event = with(headers, multiple);
            assert!(kind.lets_in(&judges.decide(event.as_bytes())), "{kind:?}: {event}");
        }
        let denied = [
            (none.clone(), none.clone()),
            (json!(null), json!(null)),
            (one.clone(), json!({ "authorization": [value, value] })),
            (one.clone(), json!({ "authorization": ["Bearer x"] })),
            (one.clone(), json!({ "authorization": [value], "Authorization": [value] })),
            (json!({ "authorization": value, "Authorization": value }), none.clone()),
            (json!({ "authorization": "" }), none.clone()),
            (json!({ "authorization\u{2000}": value }), none.clone()),
            (json!({ "x-auth-token": judges.forge.good() }), none.clone()),
            (json!({ "cookie": format!("__Host-latchkey-token={}", judges.forge.good()) }), none),
        ];
        for (headers, multiple) in denied {
            let event = with(headers, multiple);
            judges.assert_event_denied(kind, &event, event.as_bytes());
        }
    }
}

#[test]
fn a16_events_of_another_kind_are_denied() {
    let judges = Judges::new();
    let good = format!("Bearer {}", judges.forge.good());
    let changed = |kind: Kind, pointer: &str, value: Value| {
        let mut event = kind.event(&good);
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[member] = value;
        event
    };
    let events = [
        json!(null),
        json!({}),
        json!([]),
        json!(1),
        json!("Bearer"),
        json!([Kind::HttpApi2.event(&good)]),
        json!(["2.0", "REQUEST", [good], null, "GET /notes"]),
        changed(Kind::HttpApi2, "/version", json!(2.0)),
        changed(Kind::HttpApi2, "/version", json!("3.0")),
        changed(Kind::HttpApi2, "/version", json!("1.0")),
        changed(Kind::HttpApi2, "/type", json!("TOKEN")),
        changed(Kind::HttpApi2, "/type", json!(null)),
        changed(Kind::HttpApi2, "/type", json!(["REQUEST"])),
        changed(Kind::HttpApi2, "/routeKey", json!({})),
        changed(Kind::HttpApi1, "/version", json!("2.0")),
        changed(Kind::HttpApi1, "/methodArn", json!(null)),
        changed(Kind::RestToken, "/type", json!("REQUEST")),
        changed(Kind::RestToken, "/type", json!("token")),
        changed(Kind::RestToken, "/version", json!("1.0")),
        changed(Kind::RestToken, "/methodArn", json!(null)),
        changed(Kind::RestRequest, "/type", json!("TOKEN")),
        changed(Kind::RestRequest, "/version", json!("2.0")),
        changed(Kind::RestRequest, "/methodArn", json!(7)),
        changed(Kind::WebSocket, "/requestContext/eventType", json!("MESSAGE")),
        changed(Kind::WebSocket, "/requestContext/routeKey", json!("sendMessage")),
        changed(Kind::WebSocket, "/requestContext/connectionId", json!(null)),
        changed(Kind::AppSync, "/type", json!("TOKEN")),
        changed(
            Kind::AppSync,
            "/methodArn",
            json!("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/notes"),
        ),
        changed(Kind::AppSync, "/requestContext/apiId", json!(null)),
        changed(Kind::AppSync, "/authorizationToken", json!(null)),
        changed(Kind::AppSync, "/authorizationToken", json!([good])),
        changed(Kind::AppSync, "/requestContext", json!(null)),
        json!({ "Records": [] }),
        json!({ "RequestType": "Create" }),
    ];
    for event in events {
        for outcome in
            [judges.decide(event.to_string().as_bytes()), judges.decide_session(event.to_string().as_bytes())]
        {
            let let_in = KINDS.iter().any(|kind| kind.lets_in(&outcome));
            assert!(!let_in, "{event:.80}: {outcome:?}");
        }
    }
    judges.assert_still_judging();
}

#[test]
fn a16_bytes_that_are_no_event_never_let_anybody_in_and_never_end_the_function() {
    let judges = Judges::new();
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let mut bytes: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b" ".to_vec(),
        b"{".to_vec(),
        deep(1000).into(),
        format!("{{\"type\":{}}}", deep(1000)).into(),
        vec![0; 100],
    ];
    for kind in KINDS {
        let event = kind.about(&judges.forge.good()).to_string();
        let mut invalid_utf8 = event.clone().into_bytes();
        let position = event.rfind("notes").or(event.find("apiId")).unwrap();
        invalid_utf8[position] = 0xff;
        let (first, _) = event[1..].split_once(',').unwrap();
        let members: [&str; 3] =
            ["\"type\":\"REQUEST\",", "\"identitySource\":[\"Bearer x\"],", "\"authorizationToken\":\"x\","];
        bytes.extend([
            event.as_bytes()[..event.len() / 2].to_vec(),
            format!("\u{feff}{event}").into(),
            format!("{event}{event}").into(),
            format!("{{{first},{first}}}").into(),
            invalid_utf8,
        ]);
        let doubled = members.iter().filter(|member| event.contains(member.split(':').next().unwrap()));
        bytes.extend(doubled.map(|member| event.replacen('{', &format!("{{{member}"), 1).into_bytes()));
    }
    for bytes in bytes {
        for outcome in [judges.decide(&bytes), judges.decide_session(&bytes)] {
            let let_in = KINDS.iter().any(|kind| kind.lets_in(&outcome));
            assert!(!let_in, "{:.80}: {outcome:?}", String::from_utf8_lossy(&bytes));
        }
    }
    judges.assert_still_judging();
}
