//! The authorizer in `bounded` mode: what has ended is refused within the bound, and nothing is decided without a fresh feed.

use latchkey::{ports::PublishKeys, published::Bound, tokens::Algorithm};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    asking::{
        Asking, Line,
        Verdict::{In, Out, Undecided},
    },
    exchange::Call,
    forge::Forge,
    rings::Rings,
    store::Store,
    world::START,
};
use serde_json::{Value, json};

use crate::changes;

const BOUND: Bound = Bound { max_age: 5, stale: 0 };

/// The seconds that the documents name: the bound, the second that caches may keep the feed, and two more.
const DOCUMENTED: u64 = 5 + 1 + 2;

fn on_each_store() -> impl Iterator<Item = Asking> {
    [false, true].into_iter().map(|real| {
        println!("-- on {}", if real { "DynamoDB" } else { "memory" }); // shown when the test fails
        Asking::for_revocations(if real { Store::dynamodb() } else { Store::memory() }, BOUND)
    })
}

fn in_memory() -> (Asking, Person, Tokens) {
    let asking = Asking::for_revocations(Store::memory(), BOUND);
    let (person, tokens) = asking.run(asking.world.registered());
    (asking, person, tokens)
}

/// Asserts that `tokens` get in until `end` happens, and not once the documented bound has passed; somebody else always does.
fn assert_refused_within_the_bound(asking: &Asking, how: &str, tokens: &Tokens, end: impl Future<Output = ()>) {
    let (_, other) = asking.run(asking.world.registered());
    assert_eq!((asking.verdict(&tokens.access), asking.verdict(&other.access)), (In, In), "{how}: before");
    asking.run(end);
    asking.world.advance(DOCUMENTED);
    assert_eq!((asking.verdict(&tokens.access), asking.verdict(&other.access)), (Out, In), "{how}: after");
}

#[test]
fn a13_however_a_session_ends_its_access_token_is_refused_within_the_bound() {
    for asking in on_each_store() {
        let world = &asking.world;
        let (person, mut tokens) = asking.run(world.registered());
        let login = || Tokens::from(asking.run(world.login(&person)));
        let current = login();
        let send = async |call: Call| assert_eq!(world.send(call).await.status, 204);

        let end = async { assert_eq!(world.logout(&tokens.refresh).await.status, 204) };
        assert_refused_within_the_bound(&asking, "signing out", &tokens, end);

        tokens = login();
        let path = format!("/auth/sessions/{}", tokens.session_id);
        let end = send(Call::delete(&path).bearer(&current.access));
        assert_refused_within_the_bound(&asking, "from another session", &tokens, end);

        tokens = Tokens::from(asking.run(world.refresh(&login().refresh)));
        let stolen = tokens.refresh.clone();
        asking.run(world.refresh(&stolen));
        world.advance(31);
        let end = async { assert_eq!(world.refresh(&stolen).await.status, 401) };
        assert_refused_within_the_bound(&asking, "a token used twice", &tokens, end);

        tokens = login();
        let end = send(Call::delete("/auth/sessions?keep=current").bearer(&current.access));
        assert_refused_within_the_bound(&asking, "all others", &tokens, end);
        assert_eq!(asking.verdict(&current.access), In);

        tokens = login();
        let end = send(Call::delete("/auth/sessions").bearer(&current.access));
        assert_refused_within_the_bound(&asking, "everywhere", &tokens, end);
        assert_eq!(asking.verdict(&current.access), Out, "everywhere");
    }
}

#[test]
fn a13_whatever_happens_to_an_account_its_access_tokens_are_refused_within_the_bound() {
    for asking in on_each_store() {
        let world = &asking.world;
        let (person, tokens) = asking.run(world.registered());
        let hash = changes::hash(&world.settings, &person, "another long password");
        let end = changes::change_password(&world.store, &person, &hash, world.now());
        assert_refused_within_the_bound(&asking, "a changed password", &tokens, end);

        let person = person.with_password("another long password");
        let tokens = Tokens::from(asking.run(world.login(&person)));
        let end = changes::disable(&world.store, &person, world.now());
        assert_refused_within_the_bound(&asking, "a disabled account", &tokens, end);

        let (person, tokens) = asking.run(world.registered());
        let body = json!({ "password": person.password });
        let end = async {
            let call = Call::delete("/auth/me").bearer(&tokens.access).json(&body);
            assert_eq!(world.send(call).await.status, 204);
        };
        assert_refused_within_the_bound(&asking, "a deleted account", &tokens, end);
    }
}

#[test]
fn b11_signing_in_after_signing_out_everywhere_lets_in_again() {
    let (asking, person, tokens) = in_memory();
    let call = Call::delete("/auth/sessions").bearer(&tokens.access);
    asking.run(asking.world.send(call));
    let again = Tokens::from(asking.run(asking.world.login(&person)));
    asking.world.advance(DOCUMENTED);
    assert_eq!((asking.verdict(&tokens.access), asking.verdict(&again.access)), (Out, In));
}

#[test]
fn g5_a_revoked_key_is_refused_within_the_bound_by_who_still_holds_it() {
    let (asking, _, tokens) = in_memory();
    assert_eq!(asking.verdict(&tokens.access), In);
    let others = Rings::generate(Algorithm::ES256).public_jwks();
    asking.run(asking.world.store.publish_keys(&others, 1)).unwrap();
    asking.world.advance(DOCUMENTED);
    assert_eq!(asking.verdict(&tokens.access), Out);
}

#[test]
fn g4_what_is_older_than_a_moved_valid_from_is_refused_within_the_bound() {
    let (asking, person, tokens) = in_memory();
    assert_eq!(asking.verdict(&tokens.access), In);
    let mut jwks: Value = serde_json::from_str(&asking.world.settings.rings.public_jwks()).unwrap();
    jwks["valid_from"] = json!(START.seconds() + 1);
    asking.run(asking.world.store.publish_keys(&jwks.to_string(), 1)).unwrap();
    asking.world.advance(DOCUMENTED);
    let later = Tokens::from(asking.run(asking.world.login(&person)));
    assert_eq!((asking.verdict(&tokens.access), asking.verdict(&later.access)), (Out, In));
}

#[test]
fn the_feed_is_asked_for_two_seconds_before_its_bound_and_only_for_what_is_new() {
    let (asking, _, tokens) = in_memory();
    assert_eq!((asking.asked().len(), asking.verdict(&tokens.access)), (0, In));
    assert_eq!(asking.asked(), ["/.well-known/revocations"]);
    for _ in 0..50 {
        asking.verdict(&tokens.access);
    }
    asking.world.advance(2);
    asking.verdict(&tokens.access);
    assert!(asking.asked().is_empty(), "a fresh feed is not asked for");
    asking.world.advance(1);
    asking.verdict(&tokens.access);
    assert_eq!(asking.asked(), ["/.well-known/revocations?after=399999996"]);
}

#[test]
fn a_token_that_is_not_good_asks_for_nothing() {
    let (asking, _, tokens) = in_memory();
    let forge = Forge::new(&asking.world.settings.rings);
    let now = START.seconds();
    let claims = |changes: Value| {
        let good = json!({ "iat": now, "exp": now + 900, "auth_time": now });
        let mut claims = Forge::claims_with(&good);
        changes.as_object().unwrap().iter().for_each(|(name, value)| claims[name] = value.clone());
        forge.token(&forge.header(), &claims)
    };
    let (touched, _) = tokens.access.split_at(tokens.access.len() - 4);
    for token in [
        "",
        "x.y.z",
        &tokens.refresh,
        &format!("{touched}AAAA"),
        &claims(json!({ "exp": now })),
        &claims(json!({ "aud": "another" })),
        &claims(json!({ "sid": "x" })),
        &forge.token(&forge.header_with(&json!({ "typ": "JWT" })), &Forge::claims()),
    ] {
        assert_eq!(asking.verdict(token), Out, "{token}");
    }
    assert!(asking.asked().is_empty());
    assert_eq!(asking.verdict(&claims(json!({}))), In);
}

#[test]
fn without_the_feed_nothing_is_decided_beyond_the_bound() {
    let (asking, _, tokens) = in_memory();
    asking.line(Line::Down);
    assert_eq!(asking.verdict(&tokens.access), Undecided, "a first request");
    assert_eq!((asking.verdict(&tokens.access), asking.asked().len()), (Undecided, 1), "one try a second");
    asking.line(Line::Up);
    assert_eq!((asking.verdict(&tokens.access), asking.asked().len()), (Undecided, 0), "one try a second");
    asking.world.advance(1);
    assert_eq!(asking.verdict(&tokens.access), In);
    asking.line(Line::Down);
    for (seconds, tries, verdict) in [(2, 0, In), (1, 1, In), (1, 1, In), (1, 1, Undecided), (1, 1, Undecided)] {
        asking.world.advance(seconds);
        asking.asked();
        assert_eq!((asking.verdict(&tokens.access), asking.verdict(&tokens.access)), (verdict, verdict));
        assert_eq!(asking.asked().len(), tries);
    }
    asking.line(Line::Up);
    asking.world.advance(1);
    assert_eq!(asking.verdict(&tokens.access), In);
}

#[test]
fn an_older_feed_decides_for_as_long_as_the_parameter_allows() {
    let asking = Asking::for_revocations(Store::memory(), Bound { max_age: 5, stale: 60 });
    let (_, tokens) = asking.run(asking.world.registered());
    let (_, ended) = asking.run(asking.world.registered());
    asking.line(Line::Down);
    assert_eq!(asking.verdict(&tokens.access), Undecided, "there is none to be used");
    asking.line(Line::Up);
    asking.run(asking.world.logout(&ended.refresh));
    asking.world.advance(1);
    assert_eq!((asking.verdict(&tokens.access), asking.verdict(&ended.access)), (In, Out));
    asking.line(Line::Down);
    asking.world.advance(59);
    assert_eq!((asking.verdict(&tokens.access), asking.verdict(&ended.access)), (In, Out));
    asking.world.advance(1);
    assert_eq!((asking.verdict(&tokens.access), asking.verdict(&ended.access)), (Undecided, Undecided));
}

/// What an issuer says that has been out of touch, or a cache that keeps too much.
#[test]
fn a_document_from_the_past_or_about_something_else_is_not_the_feed() {
    let (asking, _, tokens) = in_memory();
    // What a sandbox makes of a document that is the first it hears.
    let verdict = |document: &str| {
        let fresh = Asking::for_revocations(Store::memory(), BOUND);
        fresh.line(Line::Says(document.to_owned()));
        fresh.verdict(&tokens.access)
    };
    let good = asking.run(asking.world.send(Call::get("/.well-known/revocations"))).json();
    let now = START.seconds();
    let with = |member: &str, value: Value| {
        let mut document = good.clone();
        document[member] = value;
        document
    };
    let bucket = |bucket: u64, sessions: &str, users: &str| {
        with("buckets", json!([{ "bucket": bucket, "sessions": sessions, "users": users }]))
    };
    let bad = [
        with("now", json!(now - 3)),
        with("now", json!(now + 3)),
        with("now", json!(null)),
        with("bucket_seconds", json!(60)),
        with("after", json!(1)),
        with("closed", json!(u64::MAX)),
        with("next", json!(0)),
        with("next", json!(u64::MAX)),
        with("kids", json!("x")),
        with("buckets", json!({})),
        bucket(0, "", ""),
        bucket(400_000_002, "", ""),
        bucket(400_000_000, "AAAA", ""),
        bucket(400_000_000, "AAAAAAAAAAA=", ""),
        bucket(400_000_000, "", "AAAAAAAAAAA"),
        json!({}),
        json!([]),
    ];
    for document in bad.iter().map(Value::to_string).chain(["".to_owned(), "<html>".to_owned()]) {
        assert_eq!(verdict(&document), Undecided, "{document}");
    }
    for member in ["now", "valid_from", "kids", "closed", "buckets"] {
        let mut document = good.clone();
        document.as_object_mut().unwrap().remove(member);
        assert_eq!(verdict(&document.to_string()), Undecided, "without {member}");
    }
    for document in [good.clone(), with("now", json!(now - 2)), with("something", json!("new"))] {
        assert_eq!(verdict(&document.to_string()), In, "{document}");
    }
}

#[test]
fn f6_a_sandbox_that_was_frozen_and_one_whose_clock_was_set_back_ask_again() {
    let (asking, person, tokens) = in_memory();
    assert_eq!(asking.verdict(&tokens.access), In);
    asking.run(asking.world.logout(&tokens.refresh));
    asking.world.advance(800);
    assert_eq!((asking.asked().len(), asking.verdict(&tokens.access), asking.asked().len()), (1, Out, 1));

    let again = Tokens::from(asking.run(asking.world.login(&person)));
    asking.verdict(&again.access);
    asking.asked();
    asking.line(Line::Down);
    asking.world.set_clock(START.plus(799));
    assert_eq!((asking.asked().len(), asking.verdict(&tokens.access), asking.asked().len()), (0, Undecided, 1));
}

#[test]
fn a_feed_of_several_pages_is_read_in_one_go_and_counts_when_it_is_whole() {
    let (asking, _, tokens) = in_memory();
    let document = asking.run(asking.world.send(Call::get("/.well-known/revocations"))).json();
    let page = |after: u64, next: Value| {
        let mut page = document.clone();
        (page["after"], page["next"]) = (json!(after), next);
        page
    };
    // The line says the same to both questions, so the second answer is not one to the second question.
    asking.line(Line::Says(page(0, json!(399_999_990)).to_string()));
    assert_eq!(asking.verdict(&tokens.access), Undecided);
    assert_eq!(asking.asked(), ["/.well-known/revocations", "/.well-known/revocations?after=399999990"]);
    asking.line(Line::Up);
    asking.world.advance(1);
    assert_eq!(asking.verdict(&tokens.access), In);
    assert_eq!(asking.asked(), ["/.well-known/revocations?after=399999990"], "what was closed is known already");
}
