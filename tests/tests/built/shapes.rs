//! Texts that look like access tokens and are none.

use std::time::{Duration, Instant};

use latchkey_tests::{
    api::{Api, Tokens},
    authorizer_event::about,
    forge::{Forge, encode, split},
    rings::Rings,
    store::Store,
    world::{Settings, World},
};
use serde_json::{Value, json};

use crate::judges::Judges;

#[tokio::test]
async fn a4_a_token_of_another_kind_is_denied_and_still_good_at_its_own() {
    let judges = Judges::new();
    let world = World::new(Store::of_functions(), Settings { rings: Rings::of_local(), ..Settings::default() });
    world.set_clock(latchkey::domain::time::system_clock().unwrap());
    let (person, tokens) = world.registered().await;
    let session = Tokens::from(world.login_for_session_token(&person).await).session;
    let is_authorized = |decision: Result<Value, Value>| decision.unwrap()["isAuthorized"] == true;
    let event = |token: &str| about(token).to_string();
    assert!(is_authorized(judges.decide(event(&tokens.access).as_bytes())));
    assert!(is_authorized(judges.decide_session(event(&session).as_bytes())));
    assert!(!is_authorized(judges.decide(event(&session).as_bytes())));
    assert!(!is_authorized(judges.decide_session(event(&tokens.access).as_bytes())));
    let relabelled = |token: &str, label: &str| format!("{label}_{}", &token[4..]);
    for token in [
        &tokens.refresh,
        &relabelled(&tokens.refresh, "lks"),
        &relabelled(&session, "lkr"),
        &relabelled(&session, "lkc"),
    ] {
        judges.assert_denied("another kind", token);
    }
    assert_eq!(world.refresh(&tokens.refresh).await.status, 200);
    assert!(is_authorized(judges.decide_session(event(&session).as_bytes())));
}

#[test]
fn a10_texts_around_a_good_token_are_denied() {
    let judges = Judges::new();
    let good = judges.forge.good();
    let parts: Vec<_> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("a token has three parts") };
    let json_serialization = json!({ "payload": payload, "protected": header, "signature": signature }).to_string();
    let texts = [
        format!("{good} "),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}\r\n"),
        format!("{good}\t"),
        format!("{header}.\n{payload}.{signature}"),
        format!("{header} .{payload}.{signature}"),
        format!("{good}="),
        format!("{good}=="),
        format!("{header}=.{payload}=.{signature}="),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!("{header}.{payload}.{signature}.{signature}.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}.{payload}"),
        format!("{good},{good}"),
        format!("{good};"),
        format!("\"{good}\""),
        format!("{good}\0"),
        good.replace('.', "%2e"),
        good.replace(['-', '_'], "/"),
        encode(&good),
        json_serialization,
        stray_bits(&good),
        "...".to_owned(),
        ".".to_owned(),
        String::new(),
    ];
    for text in texts {
        judges.assert_denied(&text.clone(), &text);
    }
    judges.assert_still_judging();
}

/// Another spelling of the same bytes: the last character of an RSA signature holds four bits that mean nothing.
fn stray_bits(good: &str) -> String {
    let (message, signature) = split(good);
    let last = signature.chars().last().unwrap();
    let other = char::from_u32(u32::from(last) + 1).unwrap();
    format!("{message}.{}{other}", &signature[..signature.len() - 1])
}

#[test]
fn a10_huge_texts_are_denied_quickly() {
    let judges = Judges::new();
    let good = judges.forge.good();
    let padded = Forge::claims_with(&json!({ "padding": "x".repeat(64 << 10) }));
    let texts = [
        ".".repeat(100_000),
        format!("{good}{}", ".".repeat(100_000)),
        "a".repeat(64 << 10),
        format!("{}.a.a", "a".repeat(64 << 10)),
        format!("a.{}.a", encode("[".repeat(48 << 10))),
        judges.forge.token(&judges.forge.header(), &padded),
        judges.forge.token(&judges.forge.header_with(&json!({ "kid": "x".repeat(64 << 10) })), &Forge::claims()),
    ];
    judges.assert_still_judging();
    for text in texts {
        let event = about(&text).to_string();
        // The bound is 5 ms for a release build; a debug build parses the event itself for longer than that.
        let fastest = (0..10).map(|_| {
            let started = Instant::now();
            assert_eq!(judges.decide(event.as_bytes()), Ok(json!({ "isAuthorized": false })), "{text:.50}");
            started.elapsed()
        });
        let fastest = fastest.min().unwrap();
        assert!(fastest < Duration::from_millis(50), "{text:.50}: {fastest:?}");
        judges.assert_denied("huge", &text);
    }
}

#[test]
fn a11_json_that_readers_disagree_about_is_denied() {
    let judges = Judges::new();
    let (header, claims) = (judges.forge.header().to_string(), Forge::claims().to_string());
    let with = |object: &str, member: &str| object.replacen('{', &format!("{{{member},"), 1);
    let mut invalid_utf8 = claims.clone().into_bytes();
    let position = claims.find("latchkey").unwrap();
    invalid_utf8[position] = 0xff;
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let unknown_utf8 = [&claims.as_bytes()[..claims.len() - 1], b",\"x\":\"\xff\"}"].concat();
    let values: Vec<_> = Forge::claims().as_object().unwrap().values().cloned().collect();
    let signed: [(&str, Vec<u8>, Vec<u8>); 15] = [
        ("sub twice", header.clone().into(), with(&claims, r#""sub":"00000000-0000-4000-8000-000000000000""#).into()),
        ("exp twice", header.clone().into(), with(&claims, r#""exp":1"#).into()),
        ("exp twice, once escaped", header.clone().into(), with(&claims, r#""\u0065xp":1"#).into()),
        ("alg twice", with(&header, r#""alg":"none""#).into(), claims.clone().into()),
        ("kid twice", with(&header, r#""kid":"x""#).into(), claims.clone().into()),
        ("typ in another case as well", with(&header, r#""TYP":"at+jwt""#).into(), claims.clone().into()),
        ("BOM before the claims", header.clone().into(), format!("\u{feff}{claims}").into()),
        ("BOM before the header", format!("\u{feff}{header}").into(), claims.clone().into()),
        ("invalid UTF-8", header.clone().into(), invalid_utf8),
        (
            "a lone surrogate",
            header.clone().into(),
            with(&claims, r#""jti2":"\ud800""#).replace("f3a5c1de", r"\ud800").into(),
        ),
        (
            "depth 1000 in an unknown claim",
            header.clone().into(),
            with(&claims, &format!("\"x\":{}", deep(1000))).into(),
        ),
        ("invalid UTF-8 in an unknown claim", header.clone().into(), unknown_utf8),
        ("claims as a list", header.clone().into(), json!(values).to_string().into()),
        (
            "header as a list",
            json!(["RS256", "at+jwt", judges.forge.jwk["kid"]]).to_string().into(),
            claims.clone().into(),
        ),
        ("UTF-16", header.into(), claims.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ];
    for (case, header, claims) in signed {
        judges.assert_denied(case, &judges.forge.signed(header, claims));
    }
    judges.assert_still_judging();
}
