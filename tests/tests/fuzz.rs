//! Inputs nobody thought of, bounded: the way from an event to an answer and the way of a token never panic, never fail on our
//! side, and never let anybody in.

#![expect(clippy::unwrap_used, reason = "helpers that tests call, not tests themselves")]

#[path = "fuzz/feed.rs"]
mod feed;

use std::{cell::OnceCell, future::Future};

use latchkey::tokens::{RefreshToken, SessionToken, access::bearer};
use latchkey_tests::{
    anything::{any_json, config},
    api::{Api, Tokens},
    exchange::{Answer, Call},
    forge::Forge,
    store::Store,
    world::{ISSUER, START, Settings, World},
};
use proptest::{
    prelude::{Strategy, any, prop, prop_oneof},
    prop_assert, prop_assert_eq, proptest,
};
use serde_json::{Value, json};

/// A world and the tokens of somebody in it, made once per test.
struct Somewhere {
    runtime: tokio::runtime::Runtime,
    world: World,
    tokens: Tokens,
    session: String,
}

thread_local! {
    static SOMEWHERE: OnceCell<Somewhere> = const { OnceCell::new() };
}

fn somewhere<T>(look: impl FnOnce(&Somewhere) -> T) -> T {
    SOMEWHERE.with(|cell| {
        look(cell.get_or_init(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let world = World::new(Store::memory(), Settings::default());
            let (person, tokens) = runtime.block_on(world.registered());
            let session = Tokens::from(runtime.block_on(world.login_for_session_token(&person))).session;
            Somewhere { runtime, world, tokens, session }
        }))
    })
}

impl Somewhere {
    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Whether any door opens for `token`.
    fn opens_anything(&self, token: &str) -> bool {
        let doors = self.run(async { (self.world.refresh(token).await.status, self.world.me(token).await.status) });
        let authorized =
            self.world.authorize(token).is_some() || self.run(self.world.authorize_session(token)).is_some();
        authorized || doors != (401, 401)
    }
}

/// Where an event can be changed.
const PLACES: [&str; 13] = [
    "/rawPath",
    "/rawQueryString",
    "/headers",
    "/headers/user-agent",
    "/headers/content-type",
    "/requestContext",
    "/requestContext/http",
    "/requestContext/http/method",
    "/requestContext/http/path",
    "/requestContext/http/sourceIp",
    "/requestContext/domainName",
    "/body",
    "/isBase64Encoded",
];

const ROUTES: [(&str, &str); 10] = [
    ("POST", "/auth/register"),
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/logout"),
    ("GET", "/auth/sessions"),
    ("DELETE", "/auth/sessions/x"),
    ("GET", "/auth/me"),
    ("PATCH", "/auth/me"),
    ("POST", "/auth/me/password"),
    ("GET", "/.well-known/jwks.json"),
];

/// An answer that tells nothing it should not.
fn is_decent(answer: &Answer) -> bool {
    (200..500).contains(&answer.status)
        && answer.headers.contains_key("cache-control")
        && !answer.body.contains("panicked")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_event_changed_anywhere_is_answered(route in 0..ROUTES.len(), place in 0..PLACES.len(), value in any_json(), query in ".*") {
        let (method, path) = ROUTES[route];
        let call = Call::new(method, &format!("{path}?{query}")).json(&json!({ "email": "a@example.com", "password": "x" }));
        let mut event = call.event();
        *event.pointer_mut(PLACES[place]).unwrap() = value;
        let answer = somewhere(|here| here.run(here.world.send_event(method, path, &event.to_string())));
        prop_assert!(is_decent(&answer), "{} {}: {answer}", method, event);
    }

    #[test]
    fn headers_and_paths_of_any_text_are_answered(method in "[A-Z]{1,8}|.{0,9}", path in "/.*", name in ".{0,20}", value in ".*", source in ".*") {
        let call = Call::new(&method, &path).header(&name, &value).header("host", &value).header("x-forwarded-proto", &value).from(&source);
        let event = call.event().to_string();
        for (method, path) in ROUTES {
            let answer = somewhere(|here| here.run(here.world.send_event(method, path, &event)));
            prop_assert!(is_decent(&answer), "{event}: {answer}");
        }
    }

    #[test]
    fn bodies_of_any_json_or_text_are_answered(route in 0..4_usize, body in prop_oneof![any_json().prop_map(|body| body.to_string()), ".*"]) {
        let (method, path) = ROUTES[route];
        let call = Call::new(method, path).text("application/json", &body);
        let answer = somewhere(|here| here.run(here.world.send(call)));
        prop_assert!(is_decent(&answer) && (answer.status >= 400 || path == "/auth/logout"), "{body}: {answer}");
    }

    #[test]
    fn payloads_of_any_json_or_text_administer_nothing(payload in prop_oneof![any_json().prop_map(|payload| payload.to_string()), ".*"]) {
        let answer = somewhere(|here| here.run(here.world.invoke_admin(&payload)));
        prop_assert_eq!(&answer["problem"]["status"], 400, "{}: {}", payload, answer);
    }

    #[test]
    fn a_payload_changed_in_some_places_does_what_it_says_or_nothing(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<char>(), any::<bool>()), 1..4)) {
        somewhere(|here| {
            let payload = json!({ "action": "disable-user", "actor": "grace", "reason": "ticket 7", "user_id": here.tokens.user_id });
            let mut text: Vec<char> = payload.to_string().chars().collect();
            for (at, with, replaces) in changes {
                let at = at.index(text.len());
                if replaces { text[at] = with } else { text.insert(at, with) }
            }
            let text: String = text.into_iter().collect();
            let answer = here.run(here.world.invoke_admin(&text));
            if answer.get("problem").is_none() {
                let said: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!((&said["action"], &said["user_id"]), (&payload["action"], &answer["user"]["id"]), "{}", text);
                prop_assert_eq!(said.as_object().unwrap().len(), 4, "{}", text);
            }
            Ok(())
        })?;
    }

    #[test]
    fn texts_of_any_kind_are_no_token(text in prop_oneof![".*", "lk[rs]_[A-Za-z0-9_-]{0,200}", "[A-Za-z0-9_-]{0,99}(\\.[A-Za-z0-9_-]{0,99}){0,4}"]) {
        somewhere(|here| {
            prop_assert!(!here.opens_anything(&text), "{text}");
            let ring = here.world.settings.rings.seal();
            prop_assert!(RefreshToken::open(&text, &ring, ISSUER, START).is_err() && SessionToken::open(&text, &ring, ISSUER, START).is_err());
            Ok(())
        })?;
    }

    #[test]
    fn a_token_changed_in_one_place_is_none(which in 0..3_usize, at in any::<prop::sample::Index>(), with in any::<char>()) {
        somewhere(|here| {
            let token = [&here.tokens.access, &here.tokens.refresh, &here.session][which];
            let mut changed: Vec<char> = token.chars().collect();
            let at = at.index(changed.len());
            if changed[at] != with {
                changed[at] = with;
                let changed: String = changed.into_iter().collect();
                prop_assert!(!here.opens_anything(&changed), "{changed}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn signed_claims_of_any_kind_let_nobody_in(claim in 0..13_usize, value in any_json(), header in any_json()) {
        somewhere(|here| {
            let forge = Forge::new(&here.world.settings.rings);
            let now = here.world.now().seconds();
            let mut claims = Forge::claims_with(&json!({ "iat": now, "exp": now + 900, "auth_time": now }));
            prop_assert!(here.world.authorize(&forge.token(&forge.header(), &claims)).is_some());
            prop_assert!(here.world.authorize(&forge.token(&header, &claims)).is_none());
            prop_assert!(here.world.authorize(&forge.token(&forge.header(), &value)).is_none());
            let claim = ["iss", "aud", "sub", "sid", "iat", "exp", "nbf", "auth_time", "amr", "epoch", "roles", "scope", "jti"][claim];
            claims[claim] = value.clone();
            if let Some(context) = here.world.authorize(&forge.token(&forge.header(), &claims)) {
                let same_type = value.is_string() == ["scope", "jti"].contains(&claim) && !value.is_null() && !value.is_boolean() && !value.is_object();
                prop_assert!(same_type, "{claim} as {value}");
                prop_assert!(context.as_object().unwrap().values().all(Value::is_string));
            }
            Ok(())
        })?;
    }

    #[test]
    fn an_authorization_header_of_any_text_holds_at_most_one_token(value in ".*") {
        if let Some(token) = bearer(&value) {
            prop_assert_eq!(value.len(), "Bearer ".len() + token.len());
            prop_assert!(!token.contains([' ', ',', '\t', '\n']));
        }
    }
}
