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

/// One ring that publishes both keys.
fn both(rsa: &Rings, ec: &Rings) -> Rings {
    let parse = |ring: &str| serde_json::from_str::<Value>(ring).unwrap();
    let (mut ring, mut second) = (parse(&rsa.sign), parse(&ec.sign)["keys"][0].clone());
    second["state"] = json!("retired");
    ring["keys"].as_array_mut().unwrap().push(second);
    Rings { sign: ring.to_string(), ..rsa.clone() }
}
