//! Headers and signatures of hostile access tokens.

use std::net::TcpListener;

use latchkey::tokens::Algorithm;
use latchkey_tests::{
    authorizer_event::KINDS,
    forge::{Forge, decode, encode, split},
    rings::Rings,
};
use serde_json::{Value, json};

use crate::judges::Judges;

#[test]
fn a1_tokens_without_a_signature_are_denied_however_they_spell_none() {
    let judges = Judges::new();
    let good = judges.forge.good();
    let (message, signature) = split(&good);
    for alg in ["none", "None", "nOnE", "NONE", "", "RS256"] {
        let header = judges.forge.header_with(&json!({ "alg": alg }));
        let unsigned = format!("{}.{}", encode(header.to_string()), encode(Forge::claims().to_string()));
        for token in
            [format!("{unsigned}."), unsigned.clone(), format!("{unsigned}.{}", encode("")), format!("{unsigned}.AA")]
        {
            judges.assert_denied(alg, &token);
        }
        if alg != "RS256" {
            judges.assert_denied(alg, &format!("{unsigned}.{signature}"));
            judges.assert_denied(alg, &judges.forge.token(&header, &Forge::claims()));
        }
    }
    judges.assert_denied("stripped", &format!("{message}."));
    judges.assert_denied("stripped with its dot", message);
    judges.assert_still_judging();
}

#[test]
fn a2_our_public_key_is_no_shared_secret() {
    let judges = Judges::new();
    for alg in ["HS256", "RS256", "hs256"] {
        let header = judges.forge.header_with(&json!({ "alg": alg }));
        for secret in judges.forge.public_key_forms() {
            judges.assert_denied(alg, &Forge::with_hmac(&header, &secret));
        }
    }
    judges.assert_still_judging();
}

#[test]
fn a3_unknown_header_members_are_denied_though_they_are_signed_and_nothing_is_fetched() {
    let judges = Judges::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let members = [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("jwk", judges.forge.jwk.clone()),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AA")),
        ("cty", json!("JWT")),
        ("enc", json!("A256GCM")),
        ("p2c", json!(1_000_000_000)),
        ("", json!(null)),
    ];
    for (member, value) in members {
        let mut changes = serde_json::Map::new();
        changes.insert(member.to_owned(), value);
        let header = judges.forge.header_with(&Value::Object(changes));
        judges.assert_denied(member, &judges.forge.token(&header, &Forge::claims()));
    }
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody called the URL");
    judges.assert_still_judging();
}

#[test]
fn a4_a_jwt_of_another_type_is_denied_though_it_is_signed() {
    let judges = Judges::new();
    let types = [
        "JWT",
        "jwt",
        "latchkey-cookie+jwt",
        "latchkey-ticket+jwt",
        "at+JWT",
        "at+jwt ",
        "application/at+jwt",
        "id+jwt",
        "verify+jwt",
        "reset+jwt",
        "mfa+jwt",
        "",
    ];
    for typ in types.map(Value::from).into_iter().chain([json!("absent"), json!(null), json!(1), json!(["at+jwt"])]) {
        let header = judges.forge.header_with(&json!({ "typ": typ }));
        judges.assert_denied(&typ.to_string(), &judges.forge.token(&header, &Forge::claims()));
    }
    judges.assert_still_judging();
}

#[test]
fn a9_a_flipped_bit_in_any_part_is_denied() {
    let judges = Judges::new();
    let good = judges.forge.good();
    let parts: Vec<_> = good.split('.').map(decode).collect();
    for part in 0..3 {
        for bit in (0..parts[part].len() * 8).step_by(2) {
            let mut flipped = parts.clone();
            flipped[part][bit / 8] ^= 1 << (bit % 8);
            let token = flipped.iter().map(encode).collect::<Vec<_>>().join(".");
            let kind = KINDS[bit / 2 % KINDS.len()];
            judges.assert_event_denied(
                kind,
                &format!("part {part}, bit {bit}"),
                kind.about(&token).to_string().as_bytes(),
            );
        }
    }
    judges.assert_still_judging();
}

#[test]
fn a9_degenerate_and_reencoded_signatures_are_denied() {
    let judges = Judges::trusting(&Rings::generate(Algorithm::ES256));
    let good = judges.forge.good();
    let (message, signature) = split(&good);
    let bytes = decode(signature);
    let (r, s) = bytes.split_at(32);
    let zeros = [0; 32];
    let signatures = [
        ("r = s = 0", [&zeros[..], &zeros[..]].concat()),
        ("r = 0", [&zeros[..], s].concat()),
        ("s = 0", [r, &zeros[..]].concat()),
        ("r = s = the order", [ORDER, ORDER].concat()),
        ("swapped", [s, r].concat()),
        ("longer", [&bytes[..], &[0]].concat()),
        ("shorter", bytes[..63].to_vec()),
        ("led by zero", [&[0], &bytes[..]].concat()),
        ("none", Vec::new()),
    ];
    for (case, signature) in signatures {
        judges.assert_denied(case, &format!("{message}.{}", encode(signature)));
    }
    judges.assert_denied("DER", &judges.forge.with_asn1_signature());
    judges.assert_still_judging();

    let judges = Judges::new();
    let good = judges.forge.good();
    let (message, signature) = split(&good);
    for signature in
        [vec![0; 256], vec![0xff; 256], [decode(signature), vec![0]].concat(), decode(signature)[1..].to_vec()]
    {
        judges.assert_denied("RSA", &format!("{message}.{}", encode(signature)));
    }
    judges.assert_still_judging();
}

/// The order of P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3).
const ORDER: &[u8] = &[
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
