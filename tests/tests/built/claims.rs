//! Claims of validly signed access tokens.

use latchkey::domain::time::system_clock;
use latchkey_tests::{authorizer_event::KINDS, forge::Forge, world::ISSUER};
use serde_json::{Value, json};

use crate::judges::Judges;

const CLAIMS: [&str; 14] = [
    "iss",
    "aud",
    "sub",
    "client_id",
    "sid",
    "iat",
    "exp",
    "nbf",
    "jti",
    "auth_time",
    "amr",
    "epoch",
    "scope",
    "roles",
];

/// What may stand in place of a claim, by the rules: everything else must be denied.
const LEGAL: [(&str, &str); 12] = [
    ("client_id", "string"),
    ("nbf", "missing"),
    ("nbf", "number"),
    ("jti", "string"),
    ("auth_time", "number"),
    ("amr", "array"),
    ("epoch", "number"),
    ("epoch", "u64::MAX"),
    ("scope", "missing"),
    ("scope", "string"),
    ("roles", "missing"),
    ("roles", "array"),
];

#[test]
fn a5_each_claim_as_anything_else_is_denied_unless_it_is_legal() {
    let judges = Judges::new();
    let values = [
        ("missing", json!("absent")),
        ("null", json!(null)),
        ("number", json!(1)),
        ("string", json!("x")),
        ("bool", json!(true)),
        ("array", json!([])),
        ("object", json!({})),
        ("1e300", json!(1e300)),
        ("-1", json!(-1)),
        ("u64::MAX", json!(u64::MAX)),
    ];
    for claim in CLAIMS {
        for (kind, value) in &values {
            let mut changes = serde_json::Map::new();
            changes.insert(claim.to_owned(), value.clone());
            let token = judges.forge.token(&judges.forge.header(), &Forge::claims_with(&Value::Object(changes)));
            if LEGAL.contains(&(claim, kind)) {
                assert!(judges.lets_in(&token), "{claim} as {kind}");
            } else {
                judges.assert_denied(&format!("{claim} as {kind}"), &token);
            }
        }
    }
}

#[test]
fn a5_claims_that_are_no_object_are_denied() {
    let judges = Judges::new();
    let claims = Forge::claims().to_string();
    for claims in [
        "null",
        "[]",
        "{}",
        "1",
        "\"x\"",
        "",
        &format!("[{claims}]"),
        &format!("{claims}{claims}"),
        &format!("{claims}x"),
    ] {
        judges.assert_denied(claims, &judges.forge.signed(judges.forge.header().to_string(), claims));
    }
    judges.assert_still_judging();
}

#[test]
fn a6_times_are_judged_without_leeway() {
    let judges = Judges::new();
    let now = system_clock().unwrap().seconds();
    let token = |changes: Value| judges.forge.token(&judges.forge.header(), &Forge::claims_with(&changes));
    let denied = [
        json!({ "exp": now }),
        json!({ "exp": now - 1 }),
        json!({ "exp": now - 59, "iat": now - 100, "auth_time": now - 100 }),
        json!({ "nbf": now + 60 }),
        json!({ "iat": now + 60 }),
        json!({ "iat": now + 60, "auth_time": now + 60 }),
        json!({ "auth_time": now + 60 }),
        json!({ "auth_time": now, "iat": now - 1 }),
        json!({ "iat": now, "exp": now + 3601 }),
        json!({ "iat": now, "exp": u64::MAX }),
        json!({ "iat": now + 10, "exp": now + 5 }),
        json!({ "iat": 0, "auth_time": 0 }),
    ];
    for changes in denied {
        judges.assert_denied(&changes.to_string(), &token(changes));
    }
    for changes in [
        json!({ "exp": now + 60 }),
        json!({ "exp": now + 3600 }),
        json!({ "nbf": now }),
        json!({ "auth_time": now - 86_400 }),
    ] {
        assert!(judges.lets_in(&token(changes.clone())), "{changes}");
    }
}

#[test]
fn a7_issuer_and_audience_are_compared_as_text() {
    let judges = Judges::new();
    let issuers = [
        json!(format!("{ISSUER}/")),
        json!(ISSUER.to_uppercase()),
        json!(ISSUER.replace("auth", "Auth")),
        json!(ISSUER.replace("https", "http")),
        json!(format!("{ISSUER}:443")),
        json!(format!(" {ISSUER}")),
        json!(format!("{ISSUER}\0")),
        json!([ISSUER]),
        json!([ISSUER, "https://evil.example"]),
        json!(""),
    ];
    let audiences = [
        json!("latchkey-staging"),
        json!("Latchkey"),
        json!("latchkey "),
        json!("latchkey/ws-ticket"),
        json!("latchkey/cookie"),
        json!(["latchkey"]),
        json!(["latchkey", "other"]),
        json!([]),
        json!(""),
    ];
    let issuers = issuers.map(|issuer| json!({ "iss": issuer }));
    let audiences = audiences.map(|audience| json!({ "aud": audience }));
    for changes in issuers.into_iter().chain(audiences) {
        let token = judges.forge.token(&judges.forge.header(), &Forge::claims_with(&changes));
        judges.assert_denied(&changes.to_string(), &token);
    }
    judges.assert_still_judging();
}

#[test]
fn a14_roles_and_scope_that_fit_no_context_are_a_legal_reply_or_a_denial() {
    let judges = Judges::new();
    let token = |changes: &Value| judges.forge.token(&judges.forge.header(), &Forge::claims_with(changes));
    let many: Vec<_> = (0..200).map(|number| format!("role-{number}")).collect();
    let odd = json!({ "roles": ["admin", "with \"quotes\"", "\u{1f511}", "line\nbreak"], "scope": "a b\n\u{0}" });
    for changes in [json!({ "roles": many }), odd, json!({ "roles": [""] }), json!({ "client_id": "x".repeat(3000) })] {
        for kind in KINDS {
            let answer = judges.decide(kind.about(&token(&changes)).to_string().as_bytes()).unwrap();
            let context = answer.get("context").or(answer.get("resolverContext")).and_then(Value::as_object).unwrap();
            assert!(context.values().all(Value::is_string), "{kind:?}: {answer}");
            assert!(kind.lets_in(&Ok(answer)));
        }
    }
    for roles in [json!([1]), json!([["admin"]]), json!("admin"), json!({ "admin": true })] {
        judges.assert_denied(&roles.to_string(), &token(&json!({ "roles": roles })));
    }
}
