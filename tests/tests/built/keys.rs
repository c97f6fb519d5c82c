//! Which key an access token names.

use latchkey::tokens::Algorithm;
use latchkey_tests::{forge::Forge, rings::Rings};
use serde_json::{Value, json};

use crate::judges::Judges;

#[test]
fn a8_a_kid_names_one_of_our_keys_and_its_own_algorithm() {
    let (rsa, ec) = (Rings::generate(Algorithm::RS256), Rings::generate(Algorithm::ES256));
    let judges = Judges::trusting(&both(&rsa, &ec));
    let (rsa, ec) = (Forge::new(&rsa), Forge::new(&ec));
    assert!(judges.lets_in(&rsa.good()) && judges.lets_in(&ec.good()), "each key with its own algorithm");
    let mixed = [
        (&rsa, "RS256", &ec),
        (&rsa, "ES256", &ec),
        (&rsa, "ES256", &rsa),
        (&ec, "RS256", &rsa),
        (&ec, "ES256", &rsa),
        (&ec, "RS256", &ec),
    ];
    for (signer, alg, named) in mixed {
        let header = json!({ "alg": alg, "typ": "at+jwt", "kid": named.jwk["kid"] });
        judges.assert_denied(alg, &signer.token(&header, &Forge::claims()));
    }
    let kid = rsa.jwk["kid"].as_str().unwrap();
    let kids = [
        json!("unknown"),
        json!(""),
        json!("../../etc/passwd"),
        json!("/dev/null"),
        json!("\0"),
        json!(format!("{kid}\0")),
        json!(kid.to_lowercase()),
        json!(format!(" {kid}")),
        json!("x".repeat(5000)),
        json!("x".repeat(10_240)),
        json!("' OR 1=1 --"),
        json!("absent"),
        json!(null),
        json!(0),
        json!([kid]),
        json!({ "kid": kid }),
    ];
    for kid in kids {
        let header = rsa.header_with(&json!({ "kid": kid }));
        judges.assert_denied(&kid.to_string(), &rsa.token(&header, &Forge::claims()));
    }
}

#[test]
fn g5_a_key_that_is_published_no_more_signs_nothing_for_any_kind_of_api() {
    let (leaked, kept) = (Rings::generate(Algorithm::RS256), Rings::generate(Algorithm::ES256));
    let (thief, owner) = (Forge::new(&leaked), Forge::new(&kept));
    let before = Judges::trusting(&both(&leaked, &kept));
    assert!(before.lets_in(&thief.good()) && before.lets_in(&owner.good()));
    let after = Judges::trusting(&kept);
    after.assert_denied("leaked", &thief.good());
    let with_kept_kid = json!({ "alg": "RS256", "typ": "at+jwt", "kid": owner.jwk["kid"] });
    after.assert_denied("leaked, under the name of the other", &thief.token(&with_kept_kid, &Forge::claims()));
    after.assert_denied(
        "carrying its own key",
        &thief.token(&thief.header_with(&json!({ "jwk": thief.jwk })), &Forge::claims()),
    );
    assert!(after.lets_in(&owner.good()));
}

/// One ring that publishes both keys.
fn both(rsa: &Rings, ec: &Rings) -> Rings {
    let parse = |ring: &str| serde_json::from_str::<Value>(ring).unwrap();
    let (mut ring, mut second) = (parse(&rsa.sign), parse(&ec.sign)["keys"][0].clone());
    second["state"] = json!("next");
    ring["keys"].as_array_mut().unwrap().push(second);
    Rings { sign: ring.to_string(), ..rsa.clone() }
}
