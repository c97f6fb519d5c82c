//! `rotate-keys` as it is built, on rings in files, with an account of functions whose environments it writes.

use std::{collections::BTreeSet, fs, thread};

use latchkey::{domain::time::system_clock, tokens::Algorithm};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    deployment::{Deployment, Environment},
    lambda::Lambda,
    rings::Rings,
    runtime_api::Function,
    store::Store,
};
use serde_json::{Value, json};

use crate::folder::Folder;

/// A deployment of its own: rings that are due, tables, functions.
struct Place {
    _folder: Folder,
    lambda: Lambda,
    environment: Environment,
    sign: String,
}

impl Place {
    fn new() -> Self {
        let (folder, rings, store) = (Folder::new(), Rings::generate(Algorithm::ES256), Store::dynamodb());
        let lambda = Lambda::with(&["authorizer", "login", "me"]);
        let tables = store.tables().unwrap();
        let sign = folder.file(&rings.sign);
        let environment = Environment::local()
            .with("LATCHKEY_SIGN_KEYS", &sign)
            .with("LATCHKEY_SEAL_KEYS", &folder.file(&rings.seal))
            .with("LATCHKEY_PEPPER_KEYS", &folder.file(&rings.pepper))
            .with("LATCHKEY_USERS_TABLE", &tables.users)
            .with("LATCHKEY_SESSIONS_TABLE", &tables.sessions)
            .with("LATCHKEY_EPHEMERA_TABLE", &tables.ephemera)
            .with("LATCHKEY_SIGNING_ALGORITHM", "ES256")
            .with("LATCHKEY_AUTHORIZER_FUNCTION", "authorizer")
            .with("LATCHKEY_KEY_HOLDERS", "login,me")
            .with("AWS_ENDPOINT_URL_LAMBDA", &lambda.endpoint());
        let place = Self { _folder: folder, lambda, environment, sign };
        place.publish_in_table();
        place
    }

    /// What a deployment has done, without the authorizer.
    fn publish_in_table(&self) {
        let environment = self.environment.clone().without("LATCHKEY_AUTHORIZER_FUNCTION");
        act(&environment.function("rotate-keys"), &json!({ "action": "publish", "actor": "ada" }));
    }

    fn rotate_keys(&self) -> Function {
        self.environment.function("rotate-keys")
    }

    fn act(&self, event: &Value) -> Value {
        act(&self.rotate_keys(), event)
    }

    /// The kids of the keys that sign, by state.
    fn kids(&self, state: &str) -> Vec<String> {
        kids(&self.act(&json!({ "action": "list" })), state)
    }

    /// The kids in the authorizer's environment.
    fn told(&self) -> BTreeSet<String> {
        kids_of(self.lambda.variables("authorizer")["LATCHKEY_JWKS"].as_str().unwrap())
    }
}

fn act(function: &Function, event: &Value) -> Value {
    function.invoke(event.to_string().as_bytes()).unwrap()
}

fn kids(answer: &Value, state: &str) -> Vec<String> {
    let keys = answer["keys"].as_array().unwrap_or_else(|| panic!("{answer}")).iter();
    let wanted = keys.filter(|key| key["kind"] == "sign" && key["state"] == state);
    wanted.map(|key| key["id"].as_str().unwrap().to_owned()).collect()
}

fn kids_of(jwks: &str) -> BTreeSet<String> {
    let jwks: Value = serde_json::from_str(jwks).unwrap();
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn revoke(kid: &str) -> Value {
    json!({ "action": "revoke", "id": kid, "actor": "ada", "reason": "a drill" })
}

#[test]
fn a_rotation_is_published_before_it_is_answered() {
    let place = Place::new();
    let before = place.act(&json!({ "action": "list" }));
    let answer = place.act(&json!({ "action": "rotate", "kind": "sign", "actor": "ada", "reason": "a drill" }));
    assert_eq!((&answer["changed"], &answer["valid_from"]), (&json!(true), &json!(0)), "{answer}");
    assert_eq!(kids(&answer, "active"), kids(&before, "next"));
    assert_eq!(kids(&answer, "retired"), kids(&before, "active"));
    let all: BTreeSet<_> = ["next", "active", "retired"].iter().flat_map(|state| kids(&answer, state)).collect();
    assert_eq!((place.told(), all.len()), (all, 3));
    assert_eq!(place.lambda.variables("authorizer")["LATCHKEY_LOG_LEVEL"], "info", "the rest stays");
    assert_eq!(place.lambda.variables("login").as_object().unwrap().len(), 1, "a rotation replaces no sandbox");
    let end = answer["keys"].as_array().unwrap().iter().find(|key| key["state"] == "retired").unwrap();
    let left = end["not_after"].as_u64().unwrap() - system_clock().unwrap().seconds();
    assert!((7100..=7200).contains(&left), "{left} s");
}

#[test]
fn of_many_that_rotate_what_is_due_at_once_exactly_one_does() {
    let place = Place::new();
    let functions: Vec<_> = (0..6).map(|_| place.rotate_keys()).collect();
    let event = json!({ "action": "rotate", "kind": "sign", "actor": "ada" });
    let answers: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = functions.iter().map(|function| scope.spawn(|| act(function, &event))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let rotated = answers.iter().filter(|answer| answer["changed"] == true).count();
    let others = answers.iter().filter(|answer| answer["changed"] == false || answer["problem"]["status"] == 409);
    assert_eq!((rotated, others.count()), (1, 5), "{answers:?}");
    assert_eq!((place.kids("active").len(), place.kids("retired").len(), place.kids("next").len()), (1, 1, 1));
}

#[test]
fn rotations_by_force_at_once_lose_no_key() {
    let place = Place::new();
    let functions: Vec<_> = (0..4).map(|_| place.rotate_keys()).collect();
    let event = json!({ "action": "rotate", "kind": "sign", "force": true, "actor": "ada" });
    let answers: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = functions.iter().map(|function| scope.spawn(|| act(function, &event))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let rotated = answers.iter().filter(|answer| answer["changed"] == true).count();
    let answer = place.act(&json!({ "action": "publish", "actor": "ada" }));
    assert!(rotated >= 1 && answers.iter().all(|answer| answer["problem"].is_null()), "{answers:?}");
    assert_eq!(kids(&answer, "retired").len(), rotated);
    assert_eq!(place.told().len(), rotated + 2);
}

#[test]
fn g5_a_revoked_key_is_gone_everywhere_and_every_holder_begins_anew() {
    let place = Place::new();
    let (active, next) = (place.kids("active").remove(0), place.kids("next").remove(0));
    let answer = place.act(&revoke(&active));
    assert_eq!((answer["changed"].clone(), kids(&answer, "active")), (json!(true), vec![next]), "{answer}");
    assert!(!answer.to_string().contains(&active) && !place.told().contains(&active));
    assert!(!fs::read_to_string(place.sign.strip_prefix("file:").unwrap()).unwrap().contains("retired"));
    let mark = |name: &str| place.lambda.variables(name)["LATCHKEY_KEYS_CHANGED"].clone();
    let first = mark("login");
    assert!(first.is_string() && [mark("me"), mark("authorizer")].iter().all(|mark| *mark == first));
    place.act(&revoke(&place.kids("next")[0]));
    assert_ne!(mark("login"), first, "and again");
}

#[test]
fn a_function_that_cannot_be_updated_is_named_and_the_action_can_be_repeated() {
    let place = Place::new();
    let active = place.kids("active").remove(0);
    place.lambda.delete("login");
    let problem = place.act(&revoke(&active))["problem"].clone();
    assert_eq!((&problem["status"], &problem["type"]), (&json!(503), &json!("urn:latchkey:problem:unavailable")));
    assert!(problem["detail"].as_str().unwrap().contains("the function login could not be updated"), "{problem}");
    assert!(!place.told().contains(&active), "what could be done is done");
    assert!(place.lambda.variables("me")["LATCHKEY_KEYS_CHANGED"].is_string(), "for the functions after it as well");
    let mended = Lambda::with(&["authorizer", "login", "me"]);
    let rotate_keys = place.environment.clone().with("AWS_ENDPOINT_URL_LAMBDA", &mended.endpoint());
    let again = act(&rotate_keys.function("rotate-keys"), &revoke(&active));
    assert_eq!(again["problem"]["status"], 422, "the key is gone already: {again}");
    assert!(mended.variables("login")["LATCHKEY_KEYS_CHANGED"].is_string(), "and now that is known to all");
}

#[test]
fn a_function_that_is_busy_or_written_by_somebody_else_is_asked_again() {
    let place = Place::new();
    place.lambda.refuse(&[409, 429, 500, 403, 412]);
    assert_eq!(place.act(&json!({ "action": "publish", "actor": "ada" }))["changed"], false);
    assert_eq!((place.told().len(), place.lambda.writes()), (2, 1));
    place.act(&json!({ "action": "publish", "actor": "ada" }));
    assert_eq!(place.lambda.writes(), 1, "what is as it should be is not written");
}

#[test]
fn a17_a_redeployment_after_a_rotation_changes_no_key_and_the_authorizer_gets_them_back() {
    let place = Place::new();
    place.act(&json!({ "action": "rotate", "kind": "sign", "actor": "ada" }));
    let (told, ring) = (place.told(), fs::read_to_string(place.sign.strip_prefix("file:").unwrap()).unwrap());
    place.lambda.deploy("authorizer", json!({ "LATCHKEY_LOG_LEVEL": "warn" }));
    let answer = place.act(&json!({ "action": "publish", "actor": "deployment" }));
    assert_eq!((&answer["changed"], place.told()), (&json!(false), told));
    assert_eq!(place.lambda.variables("authorizer")["LATCHKEY_LOG_LEVEL"], "warn", "and what was deployed stays");
    assert_eq!(fs::read_to_string(place.sign.strip_prefix("file:").unwrap()).unwrap(), ring);
}

#[test]
fn a_key_whose_time_is_over_takes_no_room_in_the_authorizer() {
    let place = Place::new();
    let ended = kids(&place.act(&json!({ "action": "rotate", "kind": "sign", "actor": "ada" })), "retired").remove(0);
    assert!(place.told().contains(&ended));
    let path = place.sign.strip_prefix("file:").unwrap();
    let mut ring: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let retired = ring["keys"].as_array_mut().unwrap().iter_mut().find(|key| key["state"] == "retired").unwrap();
    retired["not_after"] = system_clock().unwrap().seconds().into();
    fs::write(path, ring.to_string()).unwrap();
    assert_eq!(place.act(&json!({ "action": "publish", "actor": "ada" }))["changed"], false);
    assert!(!place.told().contains(&ended) && place.told().len() == 2);
}

#[test]
fn a_ring_of_an_earlier_deployment_gains_its_next_key() {
    let place = Place::new();
    let path = place.sign.strip_prefix("file:").unwrap();
    let mut ring: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    ring["keys"].as_array_mut().unwrap().truncate(1);
    ring.as_object_mut().unwrap().remove("revision");
    fs::write(path, ring.to_string()).unwrap();
    let problem = place.act(&json!({ "action": "rotate", "kind": "sign", "actor": "ada" }))["problem"].clone();
    assert_eq!(problem["status"], 409, "the new key is known to nobody yet: {problem}");
    assert_eq!((place.kids("active").len(), place.kids("next").len(), place.told().len()), (1, 1, 2));
}

#[test]
fn an_action_is_one_line_that_says_who_why_and_what_became_of_which_key() {
    let place = Place::new();
    let function = place.rotate_keys();
    let active = kids(&act(&function, &json!({ "action": "list", "actor": "ada" })), "active").remove(0);
    act(&function, &json!({ "action": "revoke", "id": active, "actor": "ada\u{1b}[31m", "reason": "a drill" }));
    act(&function, &revoke(&active));
    act(&function, &json!({ "action": "rotate", "kind": "seal", "actor": "schedule" }));
    place.lambda.delete("authorizer");
    act(&function, &json!({ "action": "publish", "actor": "ada" }));
    let log = function.stop().output;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |number: usize, member: &str| lines[number][member].clone();
    assert_eq!(
        (of(0, "path"), of(0, "actor"), of(0, "status"), of(0, "event")),
        (json!("list"), json!("ada"), json!(200), json!(null))
    );
    assert_eq!((of(1, "status"), of(1, "problem")), (json!(422), json!("invalid-input")), "no controls in names");
    assert_eq!(
        (of(2, "actor"), of(2, "purpose"), of(2, "event")),
        (json!("ada"), json!("a drill"), json!("key-revoked"))
    );
    let changes = of(2, "changes");
    assert_eq!((&changes[0], of(2, "level")), (&json!(format!("sign {active} revoked")), json!("warn")));
    assert!(changes[1].as_str().unwrap().ends_with(" activated") && changes[2].as_str().unwrap().ends_with(" drawn"));
    assert_eq!((of(3, "event"), of(3, "actor")), (json!("keys-rotated"), json!("schedule")));
    assert_eq!((of(4, "event"), of(4, "level"), of(4, "failures")), (json!("keys-failed"), json!("error"), json!(1)));
    assert_eq!(lines.len(), 5);
}

#[tokio::test]
async fn a17_warm_functions_take_a_rotation_up_and_every_token_stays_good() {
    let place = Place::new();
    let environment =
        place.environment.clone().with("LATCHKEY_KEYS_RELOAD_SECONDS", "1").without("LATCHKEY_KEY_HOLDERS");
    let deployment = Deployment::new(environment);
    place.act(&json!({ "action": "publish", "actor": "ada" }));
    let person = Person::new();
    let before = Tokens::from(deployment.register(&person).await);
    assert_eq!(deployment.me(&before.access).await.status, 200);
    let answer = place.act(&json!({ "action": "rotate", "actor": "ada" }));
    assert_eq!(answer["changed"], true, "{answer}");
    let after = loop {
        // Of the same warm function, within a second or two.
        let tokens = Tokens::from(deployment.login(&person).await);
        if tokens.kid() == kids(&answer, "active")[0] {
            break tokens;
        }
        assert_eq!(deployment.me(&tokens.access).await.status, 200, "during the rotation");
    };
    for tokens in [&before, &after] {
        assert_eq!(deployment.me(&tokens.access).await.status, 200);
        assert_eq!(deployment.refresh(&tokens.refresh).await.status, 200);
    }
}
