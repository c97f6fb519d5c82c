//! Route rules, asked through every kind of API.

use latchkey_tests::{
    authorizer_event::{KINDS, Kind},
    deployment::Environment,
    forge::Forge,
    rules::{Asked, HTTP_KINDS, OWN_ID, rules},
};
use serde_json::{Value, json};

use crate::judges::Judges;

const OTHER_ID: &str = "11111111-2222-4333-8444-555555555555";

struct Api {
    judges: Judges,
}

impl Api {
    fn new() -> Self {
        Self { judges: Judges::with(&[("LATCHKEY_RULES", &rules().to_string())]) }
    }

    fn token(&self, claims: &Value) -> String {
        self.judges.forge.token(&self.judges.forge.header(), &Forge::claims_with(claims))
    }

    /// Whether a caller with these claims gets through, in the opinion of one kind.
    fn passes(&self, kind: Kind, claims: &Value, asked: Asked<'_>) -> bool {
        let event = asked.event(kind, &self.token(claims)).to_string();
        asked.passes(kind, &self.judges.decide(event.as_bytes()))
    }

    #[track_caller]
    fn assert_passes(&self, claims: &Value, asked: Asked<'_>, expected: bool) {
        for kind in HTTP_KINDS {
            assert_eq!(self.passes(kind, claims, asked), expected, "{kind:?}, {claims}: {asked:?}");
        }
    }
}

#[test]
fn each_rule_holds_behind_every_kind_of_api() {
    let api = Api::new();
    let (nobody, admin, writer) =
        (json!({}), json!({ "roles": ["admin"] }), json!({ "scope": "notes:read notes:write x" }));
    let own = format!("/exp/{OWN_ID}");
    let other = format!("/exp/{OTHER_ID}");
    let table: [(Asked<'_>, [bool; 3]); 17] = [
        (Asked::plain("GET", "/"), [true; 3]),
        (Asked::plain("GET", "/notes"), [true; 3]),
        (Asked::plain("POST", "/notes"), [false, false, true]),
        (Asked::plain("PUT", "/notes"), [false; 3]),
        (Asked::with("GET", "/notes/{id}", "/notes/7", "id", "7"), [true; 3]),
        (Asked::with("DELETE", "/notes/{id}", "/notes/7", "id", "7"), [false; 3]),
        (Asked::plain("GET", "/notes/all"), [false, true, false]),
        (Asked::with("GET", "/exp/{staff_id}", &own, "staff_id", OWN_ID), [true; 3]),
        (Asked::with("GET", "/exp/{staff_id}", &other, "staff_id", OTHER_ID), [false, true, false]),
        (Asked::plain("GET", "/profile"), [true; 3]),
        (Asked::plain("PATCH", "/profile"), [true; 3]),
        (Asked::plain("DELETE", "/profile"), [false; 3]),
        (Asked::with("GET", "/files/{path+}", "/files/a/b", "path", "a/b"), [false; 3]),
        (Asked::plain("GET", "/unnamed"), [false; 3]),
        (Asked::plain("GET", "/exp"), [false; 3]),
        (Asked::plain("OPTIONS", "/notes"), [false; 3]),
        (Asked::plain("GET", "/notes/7/comments"), [false; 3]),
    ];
    for (asked, expected) in table {
        for (claims, expected) in [&nobody, &admin, &writer].into_iter().zip(expected) {
            api.assert_passes(claims, asked, expected);
        }
    }
    api.assert_passes(&json!({ "roles": ["viewer", "auditor"] }), Asked::plain("GET", "/notes/all"), true);
    api.assert_passes(&json!({ "scope": "notes:write" }), Asked::plain("POST", "/notes"), false);
    api.assert_passes(&json!({ "scope": "notes:writer notes:read" }), Asked::plain("POST", "/notes"), false);
    api.assert_passes(
        &json!({ "scope": "files" }),
        Asked::with("GET", "/files/{path+}", "/files/a/b", "path", "a/b"),
        true,
    );
}

#[test]
fn g9_the_route_that_the_gateway_chose_decides_and_never_the_path() {
    let api = Api::new();
    let own = format!("/exp/{OWN_ID}");
    let paths = [
        "/notes/all",
        "/notes//all",
        "/notes/all/",
        "//notes/all",
        "/notes/./all",
        "/notes/%61ll",
        "/notes%2Fall",
        "/notes%2fall",
        "/NOTES/ALL",
        "/notes/7",
        "/profile",
        "/notes",
        "/",
        "/*",
        "/notes/*",
        "/notes/?",
        "/notes/${x}",
        &own,
    ];
    for kind in [Kind::HttpApi2, Kind::HttpApi1, Kind::RestRequest] {
        for path in paths {
            let refused = Asked { method: "GET", resource: "/notes/all", path, parameter: None };
            assert!(!api.passes(kind, &json!({}), refused), "{kind:?}, {path}");
            let unnamed = Asked { method: "GET", resource: "/unnamed", path, parameter: None };
            assert!(!api.passes(kind, &json!({ "roles": ["admin"] }), unnamed), "{kind:?}, {path}");
        }
        for resource in
            ["/notes/ALL", "/notes/all/", "//notes", "/Notes", "/notes/{ID}", "/exp/{id}", "/notes/{id+}", ""]
        {
            let unknown = Asked { method: "GET", resource, path: "/notes/x", parameter: None };
            assert!(!api.passes(kind, &json!({}), unknown), "{kind:?}, {resource}");
        }
    }
}

#[test]
fn g9_a_path_that_spells_another_route_gets_no_policy_for_it() {
    let api = Api::new();
    for path in [
        "/notes/all",
        "/notes//all",
        "/notes/all/",
        "//notes/all",
        "/notes//",
        "/notes/",
        "/notes/%61ll",
        "/notes/x%2Fall",
        "/notes/x/all",
        "/notes%2Fall",
        "/notes%2fall",
        "/NOTES/ALL",
        "/Notes",
        "/notes/*/x",
        "/exp/*",
        "/exp/",
        "/exp",
    ] {
        for kind in [Kind::HttpApi1, Kind::RestToken, Kind::RestRequest] {
            // As if the gateway had kept the policy of an honest request and used it for this one.
            let honest = Asked::with("GET", "/notes/{id}", "/notes/7", "id", "7");
            let kept = api.judges.decide(honest.event(kind, &api.token(&json!({}))).to_string().as_bytes());
            assert!(honest.passes(kind, &kept), "{kind:?}: {kept:?}");
            assert!(!Asked::plain("GET", path).passes(kind, &kept), "{kind:?}, {path}: {kept:?}");
        }
        assert!(!api.passes(Kind::RestToken, &json!({}), Asked::plain("GET", path)), "{path}");
    }
}

#[test]
fn a_path_parameter_is_the_callers_own_only_if_it_is_their_id_and_nothing_else() {
    let api = Api::new();
    let spellings = [
        OWN_ID.to_uppercase(),
        format!("{OWN_ID}/"),
        format!("{OWN_ID} "),
        format!(" {OWN_ID}"),
        format!("{OWN_ID}%20"),
        format!("{OWN_ID}\0"),
        format!("{{{OWN_ID}}}"),
        OWN_ID.replace('-', ""),
        OWN_ID[..35].to_owned(),
        "*".to_owned(),
        String::new(),
        OTHER_ID.to_owned(),
    ];
    for kind in HTTP_KINDS {
        for spelling in &spellings {
            let path = format!("/exp/{spelling}");
            let asked = Asked::with("GET", "/exp/{staff_id}", &path, "staff_id", spelling);
            assert!(!api.passes(kind, &json!({}), asked), "{kind:?}, {spelling}");
        }
    }
    let path = format!("/exp/{OTHER_ID}");
    for kind in [Kind::HttpApi2, Kind::HttpApi1, Kind::RestRequest] {
        for parameter in [None, Some(("id", OWN_ID)), Some(("STAFF_ID", OWN_ID))] {
            let asked = Asked { method: "GET", resource: "/exp/{staff_id}", path: &path, parameter };
            assert!(!api.passes(kind, &json!({}), asked), "{kind:?}, {parameter:?}");
        }
    }
    let twice = Asked::with("GET", "/exp/{staff_id}", &path, "staff_id", OTHER_ID)
        .event(Kind::HttpApi2, &api.token(&json!({})));
    let twice = twice.to_string().replace("\"staff_id\":", &format!("\"staff_id\":\"{OWN_ID}\",\"staff_id\":"));
    assert!(!Kind::HttpApi2.lets_in(&api.judges.decide(twice.as_bytes())));
}

#[test]
fn g9_a_route_that_the_gateway_prefers_is_not_opened_by_a_wider_one() {
    let rules = json!({ "routes": {
        "GET /{user}/{file}": { "subject": "user" },
        "GET /{user}/secret": { "roles": ["admin"] },
        "GET /shared/{file}": "authenticated",
        "GET /shared/{file}/log": "authenticated",
        "GET /shared/key": "deny",
    } });
    let api = Api { judges: Judges::with(&[("LATCHKEY_RULES", &rules.to_string())]) };
    let (file, secret) = (format!("/{OWN_ID}/a"), format!("/{OWN_ID}/secret"));
    let file = Asked::with("GET", "/{user}/{file}", &file, "user", OWN_ID);
    let secret = Asked::with("GET", "/{user}/secret", &secret, "user", OWN_ID);
    let log = Asked::with("GET", "/shared/{file}/log", "/shared/a/log", "file", "a");
    let shared = Asked::with("GET", "/shared/{file}", "/shared/a", "file", "a");
    let refused = [secret, Asked::plain("GET", "/shared/key"), Asked::plain("GET", "/shared/a/key")];
    for asked in [file, log, shared] {
        api.assert_passes(&json!({}), asked, true);
    }
    for (kind, honest) in HTTP_KINDS.into_iter().flat_map(|kind| [file, log, shared].map(|honest| (kind, honest))) {
        let kept = api.judges.decide(honest.event(kind, &api.token(&json!({}))).to_string().as_bytes());
        for asked in refused {
            assert!(!api.passes(kind, &json!({}), asked), "{kind:?}, {asked:?}");
            assert!(kind == Kind::HttpApi2 || !asked.passes(kind, &kept), "{kind:?}, {asked:?}: {kept:?}");
        }
    }
}

#[test]
fn a_policy_lists_all_that_the_caller_may_do_and_is_the_same_for_every_route() {
    let api = Api::new();
    let token = api.token(&json!({ "scope": "notes:read notes:write" }));
    let own = format!("/exp/{OWN_ID}");
    let asked = [Asked::plain("GET", "/notes"), Asked::with("GET", "/exp/{staff_id}", &own, "staff_id", OWN_ID)];
    let stage = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod";
    let arns = |rest: &[&str]| rest.iter().map(|rest| format!("{stage}/{rest}")).collect::<Vec<_>>();
    let allowed = [
        "GET/",
        "GET/exp/6d1e5f9a-0f0e-4b7d-9f53-2f6a1c0b9e11",
        "GET/notes",
        "GET/notes/*",
        "GET/profile",
        "HEAD/profile",
        "OPTIONS/profile",
        "PATCH/profile",
        "POST/notes",
        "POST/profile",
        "PUT/profile",
    ];
    let denied = ["*%*", "GET/notes/", "GET/notes/*/*", "GET/notes/all"];
    let statement = |effect: &str, resource: Vec<String>| json!({ "Action": "execute-api:Invoke", "Effect": effect, "Resource": resource });
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [statement("Allow", arns(&allowed)), statement("Deny", arns(&denied))],
    });
    for kind in [Kind::RestToken, Kind::RestRequest] {
        for asked in asked {
            let answer = api.judges.decide(asked.event(kind, &token).to_string().as_bytes()).unwrap();
            assert_eq!(answer["policyDocument"], policy, "{kind:?}, {asked:?}");
        }
    }
}

#[test]
fn a_websocket_and_appsync_are_judged_by_their_own_names() {
    let api = Api::new();
    let ask = |kind: Kind, claims: Value| api.judges.decide(kind.about(&api.token(&claims)).to_string().as_bytes());
    let connect = ask(Kind::WebSocket, json!({ "scope": "live" })).unwrap();
    let resource = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/$connect";
    assert_eq!(
        connect["policyDocument"]["Statement"],
        json!([{ "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": [resource] }])
    );
    assert!(!Kind::WebSocket.lets_in(&ask(Kind::WebSocket, json!({}))));
    let denied = |claims: Value| ask(Kind::AppSync, claims).unwrap()["deniedFields"].clone();
    assert_eq!(denied(json!({})), json!(["Mutation.addNote", "Query.audit"]));
    assert_eq!(denied(json!({ "scope": "notes:write" })), json!(["Query.audit"]));
    assert_eq!(denied(json!({ "scope": "notes:write", "roles": ["admin"] })), json!([]));
    let default = |claims: Value| {
        let mut event = Kind::HttpApi2.about(&api.token(&claims));
        event["routeKey"] = json!("$default");
        Kind::HttpApi2.lets_in(&api.judges.decide(event.to_string().as_bytes()))
    };
    assert_eq!((default(json!({})), default(json!({ "roles": ["admin"] }))), (false, true));
}

#[test]
fn a_default_is_for_routes_that_are_not_named_and_for_this_request_alone() {
    let rules = json!({ "default": "authenticated", "routes": { "GET /admin/{page}": { "roles": ["admin"] } } });
    let api = Api { judges: Judges::with(&[("LATCHKEY_RULES", &rules.to_string())]) };
    let page = Asked::with("GET", "/admin/{page}", "/admin/users", "page", "users");
    api.assert_passes(&json!({}), page, false);
    api.assert_passes(&json!({ "roles": ["admin"] }), page, true);
    api.assert_passes(&json!({}), Asked::plain("GET", "/anything"), true);
    for kind in HTTP_KINDS {
        let event = Asked::plain("GET", "/anything").event(kind, &api.token(&json!({})));
        let kept = api.judges.decide(event.to_string().as_bytes());
        assert!(kind == Kind::HttpApi2 || !page.passes(kind, &kept), "{kind:?}");
    }
    for path in ["/admin//users", "/admin/users/", "/admin%2Fusers", "/%61dmin/users", "//admin/users"] {
        assert!(!api.passes(Kind::RestToken, &json!({}), Asked::plain("GET", path)), "{path}");
    }
}

#[test]
fn a14_a_policy_beyond_the_limits_of_the_gateway_is_a_denial() {
    let many: serde_json::Map<String, Value> =
        (0..200).map(|number| (format!("GET /a-path-of-some-length/{number}"), json!("authenticated"))).collect();
    let long = json!({ format!("GET /{}", "x".repeat(500)): "authenticated" });
    for routes in [Value::Object(many), long] {
        let api = Api { judges: Judges::with(&[("LATCHKEY_RULES", &json!({ "routes": routes }).to_string())]) };
        let path = routes.as_object().unwrap().keys().next().unwrap()[4..].to_owned();
        for kind in [Kind::HttpApi1, Kind::RestToken, Kind::RestRequest] {
            let event = Asked::plain("GET", &path).event(kind, &api.token(&json!({}))).to_string();
            let answer = api.judges.decide(event.as_bytes());
            assert!(answer.is_ok() && !kind.lets_in(&answer), "{kind:?}: {answer:?}");
        }
        assert!(api.passes(Kind::HttpApi2, &json!({}), Asked::plain("GET", &path)), "no policy, no limit");
    }
}

#[test]
fn rules_change_nothing_for_whoever_is_nobody() {
    let api = Api::new();
    for kind in KINDS {
        api.judges.assert_event_denied(kind, "rules", kind.about("x.y.z").to_string().as_bytes());
    }
}

#[test]
fn f8_rules_that_are_not_understood_stop_both_functions_at_start() {
    let route = |key: &str, rule: Value| json!({ "routes": { key: rule } }).to_string();
    let any = || json!("authenticated");
    let table = [
        ("{".to_owned(), "must be the JSON"),
        ("[]".to_owned(), "must be the JSON"),
        ("{}".to_owned(), "must be the JSON"),
        (json!({ "routes": {}, "defaults": "deny" }).to_string(), "must be the JSON"),
        (json!({ "routes": {}, "default": "allow" }).to_string(), "must be the JSON"),
        (json!({ "routes": {}, "default": { "subject": "id" } }).to_string(), "the default has no path parameters"),
        (route("GET /a", json!("public")), "must be the JSON"),
        (route("GET /a", json!({ "role": ["admin"] })), "must be the JSON"),
        (route("GET /a", json!({ "roles": "admin" })), "must be the JSON"),
        (route("GET /a", json!({})), "route 1 asks for nothing"),
        (route("GET /a", json!({ "any_of": [] })), "route 1 asks for nothing"),
        (route("GET /a", json!({ "any_of": [{}] })), "route 1 asks for nothing"),
        (route("GET /a", json!({ "roles": [] })), "route 1 has scopes or roles that are not words"),
        (route("GET /a", json!({ "scopes": ["a b"] })), "route 1 has scopes or roles that are not words"),
        (route("GET /a/{id}", json!({ "subject": "user_id" })), "route 1 has no path parameter"),
        (route("GET /a/{id+}", json!({ "subject": "id" })), "route 1 has no path parameter"),
        (route("$connect", json!({ "subject": "id" })), "route 1 has no path parameter"),
        (route("get /a", any()), "route 1 is none"),
        (route("GET a", any()), "route 1 is none"),
        (route("GET /a/", any()), "route 1 is none"),
        (route("GET //a", any()), "route 1 is none"),
        (route("GET /a*", any()), "route 1 is none"),
        (route("GET /a b", any()), "route 1 is none"),
        (route("GET /{a}{b}", any()), "route 1 is none"),
        (route("GET /{a+}/b", any()), "route 1 is none"),
        (route("GET /{a}/{a}", any()), "route 1 is none"),
        (route("GET /%61", any()), "route 1 is none"),
        (route("GET /..", any()), "route 1 is none"),
        (route(&format!("GET {}", "/a".repeat(17)), any()), "route 1 is none"),
        (route("$disconnect", any()), "route 1 is none"),
        (route("Query", any()), "route 1 is none"),
        (route("Query.a.b", any()), "route 1 is none"),
        (
            json!({ "routes": { "GET /{a}": "deny", "GET /{b}": "authenticated" } }).to_string(),
            "route 2 cannot be told from",
        ),
        (r#"{"routes":{"GET /a":"deny","GET /a":"authenticated"}}"#.to_owned(), "route 2 cannot be told from"),
        (r#"{"routes":{"GET /a":{"roles":["a"],"roles":["b"]}}}"#.to_owned(), "must be the JSON"),
        (r#"{"routes":{},"default":"deny","default":"authenticated"}"#.to_owned(), "must be the JSON"),
    ];
    for (text, words) in table {
        for function in ["authorizer", "session-authorizer"] {
            let exit = Environment::local().with("LATCHKEY_RULES", &text).start(function).err();
            let output = exit.unwrap_or_else(|| panic!("{function} starts with {text}")).output;
            assert!(output.contains("LATCHKEY_RULES") && output.contains(words), "{text}: {output}");
            assert_eq!(output.lines().count(), 1, "{output}");
        }
    }
}
