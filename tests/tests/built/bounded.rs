//! The built authorizer and its issuer over a network: what it asks, for how long it waits, and what it does without an answer.

use std::{
    thread,
    time::{Duration, Instant},
};

use latchkey::{
    domain::{FeedEntry, SessionId, feed::TOLD_SECONDS, time::system_clock},
    tokens::Algorithm,
};
use latchkey_tests::{
    authorizer_event::{KINDS, Kind, about},
    deployment::Environment,
    forge::Forge,
    issuer::{Issuer, Manner},
    rings::Rings,
    runtime_api::Function,
};
use serde_json::{Value, json};

const FEED: &str = "/.well-known/revocations";
const KEYS: &str = "/.well-known/jwks.json";

/// An issuer, and what forges its tokens.
struct Deployed {
    issuer: Issuer,
    forge: Forge,
    environment: Environment,
}

impl Deployed {
    fn bounded() -> Self {
        let deployed = Self::stateless();
        Self { environment: deployed.environment.with("LATCHKEY_REVOCATION", "bounded"), ..deployed }
    }

    fn stateless() -> Self {
        let rings = Rings::generate(Algorithm::ES256);
        let issuer = Issuer::start(&rings);
        let environment = Environment::of_authorizer(&rings).with("LATCHKEY_ISSUER", issuer.url());
        Self { issuer, forge: Forge::new(&rings), environment }
    }

    fn authorizer(&self) -> Function {
        self.environment.function("authorizer")
    }

    fn token(&self, session: &str) -> String {
        self.token_of(&self.forge, session)
    }

    fn token_of(&self, forge: &Forge, session: &str) -> String {
        let claims = Forge::claims_with(&json!({ "iss": self.issuer.url(), "sid": session }));
        forge.token(&forge.header(), &claims)
    }

    fn ends(&self, session: &str) {
        let now = system_clock().unwrap();
        let session: SessionId = session.parse().unwrap();
        self.issuer.tells([FeedEntry::session(session, now, now.plus(TOLD_SECONDS))]);
    }
}

const ADA: &str = "0b0c7a52-98d5-4f43-8f41-1c5f2b1f7c22";
const EVE: &str = "1c1d8b63-a9e6-4054-9052-2d603c208d33";

fn decide(authorizer: &Function, token: &str) -> Result<Value, Value> {
    let decision = authorizer.invoke(about(token).to_string().as_bytes());
    decision.map(|decision| decision["isAuthorized"].clone()).map_err(|report| report["errorMessage"].clone())
}

fn undecided() -> Result<Value, Value> {
    Err(json!("a dependency is unavailable"))
}

#[test]
fn nothing_is_asked_before_the_first_good_token_and_then_the_feed_alone() {
    let deployed = Deployed::bounded();
    let authorizer = deployed.authorizer();
    for token in ["", "x.y.z", &Forge::new(&Rings::generate(Algorithm::ES256)).good()[..40]] {
        assert_eq!(decide(&authorizer, token), Ok(json!(false)));
    }
    assert_eq!(deployed.issuer.asked(), [""; 0]);
    assert_eq!(decide(&authorizer, &deployed.token(ADA)), Ok(json!(true)));
    assert_eq!(deployed.issuer.asked(), [FEED]);
    assert_eq!(decide(&authorizer, &deployed.token(EVE)), Ok(json!(true)));
    assert_eq!(deployed.issuer.asked(), [""; 0]);
}

#[test]
fn the_stateless_authorizer_asks_for_nothing() {
    let deployed = Deployed::stateless();
    let authorizer = deployed.authorizer();
    assert_eq!(decide(&authorizer, &deployed.token(ADA)), Ok(json!(true)));
    assert_eq!(deployed.issuer.asked(), [""; 0]);
}

#[test]
fn appsync_keeps_no_answer_where_an_ended_session_is_refused() {
    let deployed = Deployed::bounded();
    let event = Kind::AppSync.about(&deployed.token(ADA)).to_string();
    let answer = deployed.authorizer().invoke(event.as_bytes()).unwrap();
    assert_eq!((&answer["isAuthorized"], &answer["ttlOverride"]), (&json!(true), &json!(0)));
}

#[test]
fn a13_a_session_that_the_feed_names_is_denied_and_no_other() {
    let deployed = Deployed::bounded();
    deployed.ends(EVE);
    let authorizer = deployed.authorizer();
    assert_eq!(decide(&authorizer, &deployed.token(EVE)), Ok(json!(false)));
    assert_eq!(decide(&authorizer, &deployed.token(ADA)), Ok(json!(true)));
    assert_eq!(deployed.issuer.asked(), [FEED], "one feed for both");
}

/// Decides a first request, and gives how long it took and what was logged.
fn first_request(deployed: &Deployed) -> (Result<Value, Value>, Duration, String) {
    let (authorizer, token) = (deployed.authorizer(), deployed.token(ADA));
    let start = Instant::now();
    let decision = decide(&authorizer, &token);
    (decision, start.elapsed(), authorizer.stop().output)
}

#[test]
fn whatever_is_wrong_with_the_feed_nobody_gets_in_and_nobody_waits_for_long() {
    let deployed = Deployed::bounded();
    let manners = [
        (Manner::Silent, "cannot be reached"),
        (Manner::Stalls, "cannot be reached"),
        (Manner::Redirects, "answers 302"),
        (Manner::Says(200, b"<html>".to_vec()), "malformed"),
        (Manner::Says(200, Vec::new()), "malformed"),
        (Manner::Says(200, vec![b' '; (6 << 20) + 1]), "something else"),
        (Manner::Says(404, Vec::new()), "answers 404"),
        (Manner::Says(503, b"{}".to_vec()), "answers 503"),
        (Manner::Late(4), "seconds old"),
    ];
    for (manner, reason) in manners {
        deployed.issuer.answers(manner.clone());
        deployed.issuer.asked();
        let (decision, waited, output) = first_request(&deployed);
        assert_eq!(decision, undecided(), "{reason}");
        // 300 ms, and what two busy cores may add.
        assert!(waited < Duration::from_millis(900), "{reason} after {waited:?}");
        assert!(!matches!(manner, Manner::Silent) || waited >= Duration::from_millis(300), "{waited:?}");
        let line = output.lines().find(|line| line.contains("revocation-feed-unreachable")).unwrap();
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["function"], &line["events"]), (&json!("authorizer"), &json!(1)));
        assert!(line["reason"].as_str().unwrap().contains(reason), "{line}");
        assert_eq!(deployed.issuer.asked(), [FEED], "{reason}: no redirect is followed");
    }
    deployed.issuer.answers(Manner::Good);
    assert_eq!(first_request(&deployed).0, Ok(json!(true)));
}

#[test]
fn an_issuer_that_is_not_there_lets_nobody_in() {
    let mut deployed = Deployed::bounded();
    // Port 9 is nobody's here.
    deployed.environment = deployed.environment.with("LATCHKEY_ISSUER", "http://127.0.0.1:9");
    let claims = Forge::claims_with(&json!({ "iss": "http://127.0.0.1:9" }));
    let token = deployed.forge.token(&deployed.forge.header(), &claims);
    assert_eq!(decide(&deployed.authorizer(), &token), undecided());
}

#[test]
fn a13_behind_every_kind_of_api_an_ended_session_is_denied_and_without_the_feed_nothing_is_decided() {
    let deployed = Deployed::bounded();
    deployed.ends(EVE);
    let (ended, alive) = (deployed.token(EVE), deployed.token(ADA));
    let ask =
        |authorizer: &Function, kind: Kind, token: &str| authorizer.invoke(kind.about(token).to_string().as_bytes());
    let authorizer = deployed.authorizer();
    for kind in KINDS {
        let outcome = ask(&authorizer, kind, &ended);
        assert!(kind.is_denial(&outcome), "{kind:?}: {outcome:?}");
        assert!(kind.lets_in(&ask(&authorizer, kind, &alive)), "{kind:?}");
    }
    deployed.issuer.answers(Manner::Silent);
    let authorizer = deployed.authorizer();
    for kind in KINDS {
        let outcome = ask(&authorizer, kind, &alive).map_err(|report| report["errorMessage"].clone());
        assert_eq!(outcome, undecided(), "{kind:?}");
    }
}

#[test]
fn a17_behind_every_kind_of_api_a_key_that_is_gone_lets_nobody_in() {
    let deployed = Deployed::stateless();
    let stranger = deployed.token_of(&Forge::new(&Rings::generate(Algorithm::ES256)), ADA);
    let authorizer = deployed.authorizer();
    for kind in KINDS {
        let outcome = authorizer.invoke(kind.about(&stranger).to_string().as_bytes());
        assert!(kind.is_denial(&outcome), "{kind:?}: {outcome:?}");
    }
}

#[test]
fn an_issuer_that_is_slow_costs_one_request_a_second_its_patience() {
    let deployed = Deployed::bounded();
    deployed.issuer.answers(Manner::Silent);
    let (authorizer, token) = (deployed.authorizer(), deployed.token(ADA));
    let start = Instant::now();
    for _ in 0..50 {
        assert_eq!(decide(&authorizer, &token), undecided());
    }
    let tries = deployed.issuer.asked().len() as u64;
    assert!(tries <= start.elapsed().as_secs() + 2, "{tries} tries in {:?}", start.elapsed());
}

#[test]
fn a17_a_flood_of_unknown_keys_is_one_fetch() {
    let deployed = Deployed::stateless();
    let stranger = Forge::new(&Rings::generate(Algorithm::ES256));
    let (authorizer, unknown) = (deployed.authorizer(), deployed.token_of(&stranger, EVE));
    for _ in 0..200 {
        assert_eq!(decide(&authorizer, &unknown), Ok(json!(false)));
    }
    assert_eq!(decide(&authorizer, &deployed.token(ADA)), Ok(json!(true)));
    assert_eq!(deployed.issuer.asked(), [KEYS]);
}

#[test]
fn a17_a_warm_sandbox_finds_a_new_key_and_refuses_one_that_is_gone() {
    let deployed = Deployed::stateless();
    let authorizer = deployed.authorizer();
    assert_eq!(decide(&authorizer, &deployed.token(ADA)), Ok(json!(true)));
    let rotated = Rings::generate(Algorithm::RS256);
    deployed.issuer.rotates_to(&rotated);
    assert_eq!(decide(&authorizer, &deployed.token_of(&Forge::new(&rotated), ADA)), Ok(json!(true)));
    assert_eq!(decide(&authorizer, &deployed.token(ADA)), Ok(json!(false)));
}

#[test]
fn without_keys_in_its_environment_a_sandbox_fetches_them_in_its_first_request() {
    let mut deployed = Deployed::stateless();
    deployed.environment = deployed.environment.clone().without("LATCHKEY_JWKS");
    let authorizer = deployed.authorizer();
    assert_eq!(deployed.issuer.asked(), [""; 0]);
    assert_eq!(decide(&authorizer, &deployed.token(ADA)), Ok(json!(true)));
    assert_eq!(decide(&authorizer, "x.y.z"), Ok(json!(false)));
    assert_eq!(deployed.issuer.asked(), [KEYS]);
    deployed.issuer.answers(Manner::Silent);
    let (decision, waited, output) = first_request(&deployed);
    assert_eq!(decision, undecided());
    assert!(waited < Duration::from_secs(2), "{waited:?}");
    assert!(output.contains("keys-unreachable"), "{output}");
}

#[test]
fn g5_a_cold_sandbox_without_keys_takes_none_from_before_the_last_revocation() {
    let mut deployed = Deployed::stateless();
    // What is fetched is of revision 0.
    for (mark, decision) in [("0-0000000000000001", Ok(json!(true))), ("1-0000000000000001", undecided())] {
        let environment = deployed.environment.clone().without("LATCHKEY_JWKS");
        deployed.environment = environment.with("LATCHKEY_KEYS_CHANGED", mark);
        assert_eq!(decide(&deployed.authorizer(), &deployed.token(ADA)), decision, "{mark}");
    }
}

#[test]
fn g5_a_revoked_key_is_refused_by_two_hundred_cold_sandboxes() {
    let deployed = Deployed::bounded();
    deployed.issuer.rotates_to(&Rings::generate(Algorithm::ES256));
    let token = deployed.token(ADA);
    // Ten hands keep as many sandboxes starting at once: more would only wait for the machine's cores.
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(decide(&deployed.authorizer(), &token), Ok(json!(false)));
                }
            });
        }
    });
}
