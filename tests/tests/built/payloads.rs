//! The two functions that only IAM opens read what they are sent alike: the same mistake is the same problem, and does nothing.

use latchkey_tests::{
    deployment::{Deployment, Environment},
    runtime_api::Function,
};
use serde_json::{Value, json};

/// A payload in which nothing is wrong but what `ID` names, the member of a function's own: there is no such user or key.
const GOOD: &str = r#"{"action":"ACTION","actor":"ada","reason":"a drill","ID":"0"}"#;

/// What is to be told of a mistake: status and slug, the pointers, and a part of the words if there are words.
type Told = (u64, &'static str, &'static [&'static str], &'static str);

const fn malformed(words: &'static str) -> Told {
    (400, "malformed-body", &[], words)
}

const fn invalid(pointers: &'static [&'static str]) -> Told {
    (422, "invalid-input", pointers, "")
}

/// A part of [`GOOD`], what it is replaced by, and what is told then.
const MISTAKES: &[(&str, &str, Told)] = &[
    (GOOD, "null", malformed("not a JSON object")),
    (GOOD, "7", malformed("not a JSON object")),
    (GOOD, r#""ACTION""#, malformed("not a JSON object")),
    (GOOD, "[]", malformed("not a JSON object")),
    (GOOD, r#"["ACTION","ada","a drill","0"]"#, malformed("not a JSON object")),
    (GOOD, "{}", malformed("missing field `action`")),
    (r#""action":"ACTION","#, "", malformed("missing field `action`")),
    (r#""ACTION""#, "null", malformed("invalid type")),
    (r#""ACTION""#, "7", malformed("invalid type")),
    (r#""ACTION""#, "{}", malformed("invalid type")),
    ("ACTION", "", malformed("unknown variant ``")),
    ("ACTION", "make-coffee", malformed("unknown variant `make-coffee`")),
    ("ACTION", "constructor", malformed("unknown variant `constructor`")),
    (r#""action":"ACTION""#, r#""action":"ACTION","action":"ACTION""#, malformed("duplicate field `action`")),
    (r#""actor":"ada","#, "", malformed("missing field `actor`")),
    (r#""ada""#, "null", malformed("invalid type: null, expected a string")),
    (r#""ada""#, "7", malformed("invalid type: integer `7`, expected a string")),
    (r#""ada""#, r#"["ada"]"#, malformed("invalid type: sequence, expected a string")),
    (r#""ada""#, r#""ada","actor":"eve""#, malformed("duplicate field `actor`")),
    (r#""reason":"a drill","#, "", malformed("missing field `reason`")),
    (r#""a drill""#, "null", malformed("invalid type: null, expected a string")),
    (r#""a drill""#, "{}", malformed("invalid type: map, expected a string")),
    (r#""a drill""#, r#""a drill","reason":"a drill""#, malformed("duplicate field `reason`")),
    (r#","ID":"0""#, "", malformed("missing field `ID`")),
    (r#""0""#, "0", malformed("invalid type: integer `0`, expected a string")),
    (r#""0""#, r#""0","ID":"0""#, malformed("duplicate field `ID`")),
    (r#""0""#, r#""0","forse":true"#, malformed("unknown field `forse`")),
    (r#""0""#, r#""0","__proto__":{}"#, malformed("unknown field `__proto__`")),
    (r#""0""#, r#""0","Actor":"ada""#, malformed("unknown field `Actor`")),
    ("ada", "", invalid(&["/actor"])),
    ("ada", "  ", invalid(&["/actor"])),
    ("ada", r"ada\n{}", invalid(&["/actor"])),
    ("ada", r"ada\u001b[31m", invalid(&["/actor"])),
    ("a drill", "", invalid(&["/reason"])),
    ("a drill", r"\u2003", invalid(&["/reason"])),
    ("a drill", r"a\u0000drill", invalid(&["/reason"])),
    (r#""ada","reason":"a drill""#, r#""","reason":"""#, invalid(&["/actor", "/reason"])),
];

fn ask(deployment: &Deployment, function: &'static str, payload: &str) -> Value {
    deployment.invoke(function, payload.as_bytes()).unwrap_or_else(|report| panic!("{payload}: {report}"))
}

/// The payload, for the function that disables a user and for the one that revokes a key; and the member of its own.
fn for_each(payload: &str) -> [(&'static str, &'static str, String); 2] {
    [("admin", "disable-user", "user_id"), ("rotate-keys", "revoke", "id")]
        .map(|(function, action, member)| (function, member, payload.replace("ACTION", action).replace("ID", member)))
}

/// What both functions answer: the same problem but for the words. What is wrong with the member of their own is left out.
fn same_problem(deployment: &Deployment, payload: &str, words: &str) -> Value {
    let [admin, rotate_keys] = for_each(payload).map(|(function, member, payload)| {
        let mut problem = ask(deployment, function, &payload)["problem"].take();
        let told = problem["detail"].take();
        let expected = words.replace("ID", member);
        assert!(told.as_str().unwrap_or_default().contains(&expected), "{function}, {payload}: {told}");
        if let Some(errors) = problem["errors"].as_array_mut() {
            errors.retain(|error| error["pointer"] != format!("/{member}"));
        }
        problem
    });
    assert_eq!(admin, rotate_keys, "{payload}");
    admin
}

fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().into_iter().flatten().map(|error| error["pointer"].as_str().unwrap()).collect()
}

#[test]
fn a16_the_same_mistake_is_the_same_problem_of_both_functions() {
    let deployment = Deployment::new(Environment::local());
    for (part, with, (status, slug, named, words)) in MISTAKES {
        assert!(GOOD.contains(part), "{part}");
        let payload = GOOD.replacen(part, with, 1);
        let problem = same_problem(&deployment, &payload, words);
        let kind = json!(format!("urn:latchkey:problem:{slug}"));
        assert_eq!((&problem["status"], &problem["type"]), (&json!(status), &kind), "{payload}");
        assert_eq!(pointers(&problem), *named, "{payload}");
    }
}

#[test]
fn a16_what_is_too_long_or_too_deep_is_refused_alike() {
    let deployment = Deployment::new(Environment::local());
    let with_reason = |reason: &str| GOOD.replace("a drill", reason);
    // That there is neither such a user nor such a key is told only when the rest is fine.
    for (length, named) in [(200, &[][..]), (201, &["/reason"])] {
        let problem = same_problem(&deployment, &with_reason(&"ä".repeat(length)), "");
        assert_eq!((&problem["status"], pointers(&problem).as_slice()), (&json!(422), named), "{length}");
    }
    let long = same_problem(&deployment, &with_reason(&"x".repeat(32 << 10)), "");
    assert_eq!((&long["status"], &long["type"]), (&json!(413), &json!("urn:latchkey:problem:body-too-large")));
    let deep = GOOD.replace(r#""0""#, &format!("{}{}", "[".repeat(999), "]".repeat(999)));
    assert_eq!(same_problem(&deployment, &deep, "recursion limit")["status"], 400);
}

/// What the function makes of a payload: the pointer or the words of a mistake, or nothing if it is understood.
fn mistake(function: &Function, payload: &Value) -> Option<String> {
    let answer = function.invoke(payload.to_string().as_bytes()).unwrap();
    let problem = answer.get("problem")?;
    let words = problem["detail"].as_str().map(|detail| detail.split(" at ").next().unwrap().to_owned());
    words.or_else(|| pointers(problem).first().map(|pointer| (*pointer).to_owned()))
}

#[test]
fn what_changes_keys_says_who_and_what_ends_something_for_good_also_why() {
    let function = Environment::local().function("rotate-keys");
    let missing = |member: &str| Some(format!("missing field `{member}`"));
    for action in ["rotate", "publish", "revoke", "valid-from"] {
        let payload = json!({ "action": action, "reason": "a drill", "id": "no-such-key" });
        let mut payload = payload.as_object().unwrap().clone();
        if action != "revoke" {
            payload.remove("id");
        }
        assert_eq!(mistake(&function, &json!(payload)), missing("actor"), "{action}");
    }
    for payload in [
        json!({ "action": "revoke", "actor": "ada", "id": "no-such-key" }),
        json!({ "action": "valid-from", "actor": "ada" }),
    ] {
        assert_eq!(mistake(&function, &payload), missing("reason"), "{payload}");
    }
    for payload in [
        json!({ "action": "list" }),
        json!({ "action": "list", "actor": null, "reason": null }),
        json!({ "action": "publish", "actor": "deployment" }),
        json!({ "action": "rotate", "actor": "schedule" }),
    ] {
        assert_eq!(mistake(&function, &payload), None, "{payload}");
    }
}

#[test]
fn a_member_of_another_action_or_of_the_wrong_type_is_never_ignored() {
    let function = Environment::local().function("rotate-keys");
    let list = || function.invoke(br#"{"action":"list"}"#).unwrap();
    let before = list();
    for (payload, words) in [
        (json!({ "action": "list", "force": true }), "unknown field `force`"),
        (json!({ "action": "publish", "kind": "sign" }), "unknown field `kind`"),
        (json!({ "action": "rotate", "id": "x" }), "unknown field `id`"),
        (json!({ "action": "valid-from", "until": 7 }), "unknown field `until`"),
        (json!({ "action": "rotate", "kind": "salt" }), "unknown variant `salt`"),
        (json!({ "action": "rotate", "force": "yes" }), "invalid type: string"),
        (json!({ "action": "revoke", "kind": "seal", "id": 7 }), "invalid type: integer"),
        (json!({ "action": "valid-from", "at": -1 }), "invalid value: integer"),
        (json!({ "action": "valid-from", "at": "2026-01-31T12:00:00Z" }), "invalid type: string"),
    ] {
        let mut payload = payload;
        (payload["actor"], payload["reason"]) = (json!("ada"), json!("a drill"));
        let said = mistake(&function, &payload).unwrap_or_default();
        assert!(said.starts_with(words), "{payload}: {said}");
    }
    assert_eq!(list(), before, "nothing was done");
}

#[test]
fn e6_what_a_malformed_payload_holds_is_told_to_the_caller_and_never_logged() {
    let deployment = Deployment::new(Environment::local());
    for payload in [
        GOOD.replace(r#""0""#, r#"["hunter2"]"#),
        GOOD.replace(r#""0""#, r#""0","hunter2":0"#),
        GOOD.replace("ACTION", "hunter2"),
        GOOD.replace("ada", r"hunter2\n"),
    ] {
        for (function, _, payload) in for_each(&payload) {
            assert!(ask(&deployment, function, &payload)["problem"].is_object(), "{payload}");
        }
    }
    for (function, log) in deployment.stop() {
        assert_eq!(log.lines().count(), 4, "{function}: {log}");
        assert!(!log.contains("hunter2"), "{function}: {log}");
        let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        assert_eq!((&last["problem"], &last["purpose"]), (&json!("invalid-input"), &json!("a drill")), "{function}");
    }
}
