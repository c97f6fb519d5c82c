//! The stateless authorizer and keys it has to fetch: none in its environment, or others than a token names.

use latchkey::{ports::PublishKeys, published::Refetch, tokens::Algorithm};
use latchkey_tests::{
    api::Tokens,
    asking::{
        Asking, Line,
        Verdict::{In, Out, Undecided},
    },
    forge::Forge,
    rings::Rings,
    store::Store,
    world::World,
};
use serde_json::json;

/// A token of another ring, good but for its key.
fn of_others(world: &World, rings: &Rings) -> String {
    let (forge, now) = (Forge::new(rings), world.now().seconds());
    forge.token(&forge.header(), &Forge::claims_with(&json!({ "iat": now, "exp": now + 900, "auth_time": now })))
}

fn registered(asking: &Asking) -> Tokens {
    asking.run(asking.world.registered()).1
}

#[test]
fn keys_in_the_environment_need_no_issuer() {
    let asking = Asking::for_nothing(Store::memory());
    let tokens = registered(&asking);
    asking.world.advance(899);
    assert_eq!((asking.verdict(&tokens.access), asking.asked().len()), (In, 0));
}

#[test]
fn a_stranger_who_makes_it_ask_does_not_make_it_depend_on_the_issuer() {
    let asking = Asking::for_nothing(Store::memory());
    let stranger = of_others(&asking.world, &Rings::generate(Algorithm::ES256));
    assert_eq!((asking.verdict(&stranger), asking.asked().len()), (Out, 1));
    asking.line(Line::Down);
    asking.world.advance(7200);
    let token = of_others(&asking.world, &asking.world.settings.rings);
    assert_eq!((asking.verdict(&token), asking.asked().len()), (In, 0));
}

#[test]
fn without_keys_the_first_token_fetches_them_and_what_is_no_token_does_not() {
    let asking = Asking::for_keys(Store::memory());
    let tokens = registered(&asking);
    for text in ["", "x.y.z", &tokens.refresh] {
        assert_eq!(asking.verdict(text), Out);
    }
    assert_eq!(asking.asked().len(), 0);
    assert_eq!((asking.verdict(&tokens.access), asking.verdict(&tokens.access)), (In, In));
    assert_eq!(asking.asked(), ["/.well-known/jwks.json"]);
}

#[test]
fn a18_without_keys_nothing_is_decided_and_one_try_a_second_is_made() {
    let asking = Asking::for_keys(Store::memory());
    let tokens = registered(&asking);
    for line in [Line::Down, Line::Says("{}".to_owned()), Line::Says(r#"{"keys":[]}"#.to_owned())] {
        asking.line(line);
        asking.world.advance(1);
        for _ in 0..5 {
            assert_eq!(asking.verdict(&tokens.access), Undecided);
        }
        assert_eq!(asking.asked().len(), 1);
    }
    asking.line(Line::Up);
    asking.world.advance(1);
    assert_eq!(asking.verdict(&tokens.access), In);
}

#[test]
fn a17_fetched_keys_are_fetched_again_and_used_for_an_hour_without_the_issuer() {
    let asking = Asking::for_keys(Store::memory());
    let token = || of_others(&asking.world, &asking.world.settings.rings);
    assert_eq!(asking.verdict(&token()), In);
    asking.world.advance(299);
    assert_eq!((asking.verdict(&token()), asking.asked().len()), (In, 1));
    asking.world.advance(1);
    assert_eq!((asking.verdict(&token()), asking.asked().len()), (In, 1));
    asking.line(Line::Down);
    asking.world.advance(3599);
    assert_eq!((asking.verdict(&token()), asking.asked().len()), (In, 1));
    asking.world.advance(1);
    assert_eq!(asking.verdict(&token()), Undecided);
    asking.line(Line::Up);
    asking.world.advance(1);
    assert_eq!(asking.verdict(&token()), In);
}

#[test]
fn keys_that_are_to_be_fetched_often_are() {
    let asking = Asking::for_keys_again(Store::memory(), Refetch { reload: 5, ..Refetch::default() });
    let token = || of_others(&asking.world, &asking.world.settings.rings);
    for (seconds, fetches) in [(0, 1), (4, 0), (1, 1), (4, 0), (1, 1)] {
        asking.world.advance(seconds);
        assert_eq!((asking.verdict(&token()), asking.asked().len()), (In, fetches));
    }
}

#[test]
fn a17_an_unknown_key_is_fetched_once_per_cooldown_however_many_ask() {
    let every = |cooldown| Asking::for_keys_again(Store::memory(), Refetch { cooldown, ..Refetch::default() });
    let authorizers = [
        (Asking::for_keys(Store::memory()), 2),
        (Asking::for_nothing(Store::memory()), 2),
        (every(20), 3),
        (every(60), 1),
    ];
    for (asking, fetches) in authorizers {
        let tokens = registered(&asking);
        let stranger = Rings::generate(Algorithm::ES256);
        asking.verdict(&tokens.access);
        asking.world.advance(60);
        asking.asked();
        for _ in 0..60 {
            for _ in 0..10 {
                assert_eq!(asking.verdict(&of_others(&asking.world, &stranger)), Out);
            }
            assert_eq!(asking.verdict(&tokens.access), In, "others are not slowed down");
            asking.world.advance(1);
        }
        assert_eq!(asking.asked(), vec!["/.well-known/jwks.json"; fetches]);
    }
}

#[test]
fn a17_a_key_that_is_new_is_found_and_replaces_those_of_the_environment() {
    let asking = Asking::for_nothing(Store::memory());
    let before = registered(&asking);
    let rotated = Rings::generate(Algorithm::ES256);
    asking.run(asking.world.store.publish_keys(&rotated.public_jwks(), 1)).unwrap();
    assert_eq!((asking.verdict(&before.access), asking.asked().len()), (In, 0));
    assert_eq!((asking.verdict(&of_others(&asking.world, &rotated)), asking.asked().len()), (In, 1));
    assert_eq!((asking.verdict(&before.access), asking.asked().len()), (Out, 0), "its key is published no more");
}

#[test]
fn g5_an_older_key_set_out_of_a_cache_brings_no_revoked_key_back() {
    let asking = Asking::for_nothing(Store::memory());
    let revoked = Rings::generate(Algorithm::ES256);
    let cached = |revision: u64| {
        let jwks = revoked.public_jwks();
        Line::Says(jwks.replace("\"revision\":0", &format!("\"revision\":{revision}")))
    };
    asking.line(cached(2));
    assert_eq!(asking.verdict(&of_others(&asking.world, &revoked)), In, "newer than those of the environment");
    let current = Rings::generate(Algorithm::ES256);
    asking.line(Line::Says(current.public_jwks().replace("\"revision\":0", "\"revision\":3")));
    asking.world.advance(300);
    assert_eq!(asking.verdict(&of_others(&asking.world, &current)), In);
    asking.line(cached(2));
    for _ in 0..3 {
        asking.world.advance(300);
        assert_eq!(asking.verdict(&of_others(&asking.world, &revoked)), Out, "of an older set");
        assert_eq!(asking.verdict(&of_others(&asking.world, &current)), In);
    }
}

#[test]
fn g5_without_keys_an_older_set_out_of_a_cache_is_none_since_the_last_revocation() {
    let asking = Asking::for_keys_since(Store::memory(), 3);
    let (revoked, current) = (Rings::generate(Algorithm::ES256), Rings::generate(Algorithm::ES256));
    let says = |rings: &Rings, revision: u64| {
        Line::Says(rings.public_jwks().replace("\"revision\":0", &format!("\"revision\":{revision}")))
    };
    asking.line(says(&revoked, 2));
    assert_eq!(asking.verdict(&of_others(&asking.world, &revoked)), Undecided);
    asking.line(says(&current, 3));
    asking.world.advance(1);
    assert_eq!(asking.verdict(&of_others(&asking.world, &current)), In);
    assert_eq!(asking.verdict(&of_others(&asking.world, &revoked)), Out);
}

#[test]
fn an_issuer_that_is_down_costs_no_token_of_a_known_key_anything() {
    let asking = Asking::for_nothing(Store::memory());
    let tokens = registered(&asking);
    asking.line(Line::Down);
    let stranger = Rings::generate(Algorithm::ES256);
    assert_eq!((asking.verdict(&of_others(&asking.world, &stranger)), asking.asked().len()), (Out, 1));
    assert_eq!((asking.verdict(&tokens.access), asking.asked().len()), (In, 0));
}
