//! Events, rules and paths nobody thought of, bounded: no answer is a panic, nobody unproven gets in, and no policy allows what
//! the rules refuse.

#![expect(clippy::unwrap_used, reason = "helpers that tests call, not tests themselves")]

use std::cell::OnceCell;

use latchkey::{
    config::Env,
    domain::Timestamp,
    http::authorizer::{Authorizer, Caller},
    tokens::Subject,
};
use latchkey_tests::{
    anything::{any_json, config},
    authorizer_event::{KINDS, Kind},
    rules::{Asked, OWN_ID, rules},
    store::Store,
    world::{START, Settings, World},
};
use proptest::{
    prelude::{Just, Strategy, any, prop, prop_oneof},
    prop_assert, prop_assert_eq, proptest,
    test_runner::TestCaseError,
};
use serde_json::{Value, json};

/// A world, a good access token in it, and the authorizer in three configurations.
struct Somewhere {
    world: World,
    token: String,
    authorizers: [Authorizer; 3],
}

thread_local! {
    static SOMEWHERE: OnceCell<Somewhere> = const { OnceCell::new() };
}

fn somewhere<T>(look: impl FnOnce(&Somewhere) -> T) -> T {
    SOMEWHERE.with(|cell| {
        look(cell.get_or_init(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let world = World::new(Store::memory(), Settings::default());
            let token = runtime.block_on(world.registered()).1.access;
            let carriers = "authorization,x-auth-token,cookie";
            let authorizers = [
                authorizer(&[]),
                authorizer(&[("LATCHKEY_RULES", &rules().to_string())]),
                authorizer(&[
                    ("LATCHKEY_CARRIERS", carriers),
                    ("LATCHKEY_RULES", r#"{"routes":{},"default":"authenticated"}"#),
                ]),
            ];
            let authorizers = authorizers.map(Result::unwrap);
            Somewhere { world, token, authorizers }
        }))
    })
}

fn authorizer(settings: &[(&str, &str)]) -> Result<Authorizer, latchkey::config::ConfigError> {
    let quiet = [("LATCHKEY_LOG_LEVEL", "error")].into_iter().chain(settings.iter().copied());
    let variables = quiet.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Authorizer::from_env("test", &Env::new(variables)?)
}

/// The members of an event and of what is in it, as pointers.
fn places(value: &Value, at: &str) -> Vec<String> {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    members
        .into_iter()
        .flat_map(|(name, value)| {
            let place = format!("{at}/{}", escaped(&name));
            [place.clone()].into_iter().chain(places(value, &place))
        })
        .collect()
}

/// An answer in the exact form of some kind, or one of the two failures.
fn is_legal(outcome: &Result<Value, &'static str>) -> bool {
    let answer = match outcome {
        Ok(answer) => answer,
        Err(text) => return *text == "Unauthorized",
    };
    let context = answer.get("context").or(answer.get("resolverContext"));
    let is_flat = context.is_none_or(|context| context.as_object().unwrap().values().all(Value::is_string));
    is_flat && (answer["isAuthorized"].is_boolean() || answer["policyDocument"]["Statement"].is_array())
}

fn lets_in(outcome: &Result<Value, &'static str>) -> bool {
    KINDS.iter().any(|kind| kind.lets_in(&outcome.clone().map_err(Value::from)))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a16_an_event_of_any_kind_changed_anywhere_is_answered_and_lets_no_stranger_in(
        kind in 0..KINDS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4),
        is_good in any::<bool>(),
        stranger in "[A-Za-z0-9_.-]{0,40}",
    ) {
        somewhere(|here| {
            let token = if is_good { &here.token } else { &stranger };
            let mut event = KINDS[kind].about(token);
            for (place, value) in changes {
                let places = places(&event, "");
                if let Some(target) = places.get(place.index(places.len().max(1))) {
                    *event.pointer_mut(target).unwrap() = value;
                }
            }
            for authorizer in &here.authorizers {
                let outcome = here.world.decide(authorizer, event.to_string().as_bytes());
                prop_assert!(is_legal(&outcome), "{event}: {outcome:?}");
                prop_assert!(is_good || !lets_in(&outcome), "{event}: {outcome:?}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn a16_bytes_and_json_of_any_kind_let_nobody_in(bytes in prop::collection::vec(any::<u8>(), 0..200), json in any_json(), text in ".*") {
        somewhere(|here| {
            for event in [bytes, json.to_string().into_bytes(), text.into_bytes()] {
                for authorizer in &here.authorizers {
                    let outcome = here.world.decide(authorizer, &event);
                    prop_assert!(is_legal(&outcome) && !lets_in(&outcome), "{outcome:?}");
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn f8_rules_of_any_text_or_json_are_read_or_refused_in_words(json in any_json(), key in ".*|(GET|ANY) /[a-z{}+/.$*%]{0,12}", text in ".*") {
        let routes = json!({ "routes": { key: json } });
        for text in [text, json.to_string(), routes.to_string()] {
            let words = authorizer(&[("LATCHKEY_RULES", &text)]).err().map(|error| error.to_string());
            prop_assert!(words.is_none_or(|words| words.starts_with("LATCHKEY_RULES ")));
        }
    }

    #[test]
    fn a15_a_policy_never_allows_what_the_rules_refuse(api in api(), is_admin in any::<bool>(), honest in path(), paths in prop::collection::vec(path(), 1..40)) {
        check_policies(&api, is_admin, &honest, &paths)?;
    }
}

/// One route of a generated API, with its rule.
#[derive(Debug, Clone)]
struct Route {
    method: &'static str,
    segments: Vec<&'static str>,
    rule: &'static str,
}

/// Routes, and the default.
type Api = (Vec<Route>, &'static str);

const DENY: &str = r#""deny""#;
const AUTHENTICATED: &str = r#""authenticated""#;
const ADMIN: &str = r#"{"roles":["admin"]}"#;
const OWN: &str = r#"{"any_of":[{"roles":["admin"]},{"subject":"x"}]}"#;

fn api() -> impl Strategy<Value = Api> {
    let segment = prop_oneof![Just("a"), Just("b"), Just("{x}"), Just("{y}"), Just("{z+}")];
    let route = (
        prop_oneof![4 => Just("GET"), 1 => Just("ANY"), 1 => Just("PUT")],
        prop::collection::vec(segment, 0..4),
        prop_oneof![3 => Just(AUTHENTICATED), 1 => Just(DENY), 2 => Just(ADMIN), 2 => Just(OWN)],
    );
    let route = route.prop_map(|(method, segments, rule)| Route { method, segments, rule });
    let routes = prop::collection::vec(route, 1..9).prop_map(only_possible);
    (routes, prop_oneof![3 => Just(DENY), 1 => Just(AUTHENTICATED)])
}

/// Leaves out routes that no API has beside those before them: the setting refuses them.
fn only_possible(routes: Vec<Route>) -> Vec<Route> {
    let mut possible = Vec::new();
    for route in routes {
        possible.push(route);
        if authorizer(&[("LATCHKEY_RULES", &setting(&possible, DENY))]).is_err() {
            possible.pop();
        }
    }
    possible
}

fn setting(routes: &[Route], default: &str) -> String {
    let members: Vec<_> = routes.iter().map(|route| format!("{:?}:{}", route.key(), route.rule)).collect();
    format!(r#"{{"default":{default},"routes":{{{}}}}}"#, members.join(","))
}

/// A path that callers write: plain, or of the kind that gateways and patterns read differently.
fn path() -> impl Strategy<Value = String> {
    let plain = prop_oneof![Just("a"), Just("b"), Just("c"), Just(OWN_ID), Just("a1")];
    let odd = prop_oneof![Just(""), Just("%61"), Just("a%2Fb"), Just("*"), Just("A"), Just(".."), Just("$x")];
    let segment = prop_oneof![5 => plain, 1 => odd];
    prop::collection::vec(segment, 1..5).prop_map(|segments| format!("/{}", segments.join("/")))
}

impl Route {
    fn resource(&self) -> String {
        format!("/{}", self.segments.join("/"))
    }

    fn key(&self) -> String {
        format!("{} {}", self.method, self.resource())
    }

    /// As the gateway matches a GET, and the value of `{x}`.
    fn matches<'p>(&self, path: &'p str) -> Option<Option<&'p str>> {
        let given: Vec<_> = path[1..].split('/').collect();
        let wanted = if self.segments.is_empty() { vec![""] } else { self.segments.clone() };
        let greedy = wanted.last() == Some(&"{z+}");
        let fits = if greedy { given.len() >= wanted.len() } else { given.len() == wanted.len() };
        let pairs = || wanted.iter().zip(&given);
        let matches = pairs().all(|(wanted, given)| match *wanted {
            "{x}" | "{y}" => !given.is_empty(),
            "{z+}" => true,
            literal => literal == *given,
        });
        let own = pairs().find(|(wanted, _)| **wanted == "{x}").map(|(_, given)| *given);
        (fits && matches && self.method != "PUT").then_some(own)
    }

    /// By which the gateway prefers one of two routes that match.
    fn rank(&self) -> Vec<u8> {
        let rank = |segment: &&str| match *segment {
            "{x}" | "{y}" => 1,
            "{z+}" => 2,
            _ => 0,
        };
        let method = u8::from(self.method == "ANY");
        self.segments.iter().map(rank).chain([method]).collect()
    }
}

/// What the rules say about a GET of `path`, by a reading of its own; and the route.
fn verdict<'a>((routes, default): &'a Api, is_admin: bool, path: &str) -> (bool, Option<&'a Route>) {
    let matching = routes.iter().filter(|route| route.matches(path).is_some());
    let Some(route) = matching.min_by_key(|route| route.rank()) else { return (*default == AUTHENTICATED, None) };
    let own = route.matches(path).flatten() == Some(OWN_ID);
    let may = match route.rule {
        AUTHENTICATED => true,
        ADMIN => is_admin,
        OWN => is_admin || own,
        _ => false,
    };
    (may, Some(route))
}

fn caller(is_admin: bool) -> Caller {
    Caller {
        subject: Subject {
            user_id: OWN_ID.parse().unwrap(),
            session_id: "0b0c7a52-98d5-4f43-8f41-1c5f2b1f7c22".parse().unwrap(),
            auth_time: START,
            amr: Vec::new(),
            epoch: 1,
            roles: if is_admin { vec!["admin".to_owned()] } else { Vec::new() },
            scope: String::new(),
        },
        client_id: "latchkey".to_owned(),
        expires_at: START.plus(900),
        is_good_until_then: true,
    }
}

fn check_policies(api: &Api, is_admin: bool, honest: &str, paths: &[String]) -> Result<(), TestCaseError> {
    let (routes, default) = api;
    let rules = setting(routes, default);
    let authorizer = authorizer(&[("LATCHKEY_RULES", &rules)]).unwrap();
    let (may, route) = verdict(api, is_admin, honest);
    let resource = route.map_or_else(|| honest.to_owned(), Route::resource);
    let own = route.and_then(|route| route.matches(honest)).flatten();
    let asked = Asked { method: "GET", resource: &resource, path: honest, parameter: own.map(|own| ("x", own)) };
    for kind in [Kind::RestRequest, Kind::RestToken] {
        let event = asked.event(kind, "token").to_string();
        let clock = || Ok(Timestamp::from_seconds(START.seconds()));
        let answer = authorizer.decide("id", event.as_bytes(), clock, |_, _| Ok(caller(is_admin)));
        let answer = answer.map(|answer| serde_json::from_str(&answer).unwrap()).map_err(Value::from);
        let is_plain = !honest.contains(['%', '*', '$', '.'])
            && !honest.contains("//")
            && (honest == "/" || !honest.ends_with('/'));
        if is_plain {
            prop_assert_eq!(asked.passes(kind, &answer), may, "{:?}, {}, {}: {:?}", kind, rules, honest, answer);
        }
        for path in paths {
            let passes = Asked { path, ..asked }.passes(kind, &answer);
            let (may, _) = verdict(api, is_admin, path);
            prop_assert!(may || !passes, "{kind:?}, {rules}, asked for {honest}, kept for {path}: {answer:?}");
        }
    }
    Ok(())
}
