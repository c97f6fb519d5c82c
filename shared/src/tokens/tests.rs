//! The edges of tokens, in pairs: the last good one and the first bad one.

use super::*;
use crate::{
    domain::{Random, SessionId, Timestamp, UserId},
    error::Refusal,
};

const ISSUER: &str = "https://auth.example.com";
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn audience() -> Audience {
    Audience { issuer: ISSUER.into(), audience: "latchkey".into(), client_id: "latchkey".into() }
}

fn sign_ring(algorithm: Algorithm) -> SignRing {
    SignRing::parse(&SignRing::generate(algorithm, NOW).unwrap()).unwrap()
}

fn seal_ring() -> SealRing {
    SealRing::parse(&SealRing::generate(Random::SYSTEM, NOW).unwrap()).unwrap()
}

fn verifier(ring: &SignRing) -> Verifier {
    Verifier::new(&audience(), Jwks::parse(&ring.public_jwks()).unwrap())
}

fn subject() -> Subject {
    Subject {
        user_id: UserId::from_random([1; 16]),
        session_id: SessionId::from_random([2; 16]),
        auth_time: NOW,
        amr: vec!["pwd".into()],
        epoch: 7,
        roles: vec!["admin".into()],
        scope: "notes:read notes:write".into(),
    }
}

fn issue(ring: &SignRing, lifetime: u64) -> String {
    access::issue(ring, &audience(), &subject(), "t1".into(), NOW, lifetime).unwrap()
}

#[test]
fn a_token_of_every_algorithm_verifies_and_gives_back_its_subject() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let ring = sign_ring(algorithm);
        let claims = verifier(&ring).verify(&issue(&ring, 900), NOW).unwrap();
        assert_eq!((claims.subject, claims.expires_at), (subject(), NOW.plus(900)), "{algorithm:?}");
    }
}

#[test]
fn a6_a_token_is_good_until_one_second_before_it_expires() {
    let ring = sign_ring(Algorithm::ES256);
    let token = issue(&ring, 900);
    assert!(verifier(&ring).verify(&token, NOW.plus(899)).is_ok());
    assert_eq!(verifier(&ring).verify(&token, NOW.plus(900)), Err(Refusal("expired")));
    assert_eq!(verifier(&ring).verify(&token, NOW.minus(1)), Err(Refusal("from the future")));
}

#[test]
fn a6_a_lifetime_of_an_hour_is_the_longest() {
    let ring = sign_ring(Algorithm::ES256);
    assert!(verifier(&ring).verify(&issue(&ring, 3600), NOW).is_ok());
    assert_eq!(verifier(&ring).verify(&issue(&ring, 3601), NOW), Err(Refusal("lifetime")));
}

#[test]
fn a7_a_token_for_a_sibling_is_refused() {
    let ring = sign_ring(Algorithm::ES256);
    let keys = || Jwks::parse(&ring.public_jwks()).unwrap();
    let token = issue(&ring, 900);
    let sibling = Audience { audience: "latchkey2".into(), ..audience() };
    assert_eq!(Verifier::new(&sibling, keys()).verify(&token, NOW), Err(Refusal("audience")));
    let slash = Audience { issuer: format!("{ISSUER}/"), ..audience() };
    assert_eq!(Verifier::new(&slash, keys()).verify(&token, NOW), Err(Refusal("issuer")));
}

#[test]
fn a9_a_flipped_bit_anywhere_is_noticed() {
    let ring = sign_ring(Algorithm::ES256);
    let (verifier, token) = (verifier(&ring), issue(&ring, 900));
    for position in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[position] ^= 1 << bit;
            let flipped = String::from_utf8(bytes).unwrap();
            assert!(verifier.verify(&flipped, NOW).is_err(), "byte {position}, bit {bit}");
        }
    }
}

#[test]
fn a_key_past_its_end_verifies_nothing() {
    let ring = sign_ring(Algorithm::ES256);
    let ending = ring.public_jwks().replacen("\"kid\"", "\"not_after\":1800000100,\"kid\"", 1);
    let verifier = Verifier::new(&audience(), Jwks::parse(&ending).unwrap());
    let token = issue(&ring, 900);
    assert!(verifier.verify(&token, NOW.plus(99)).is_ok());
    assert_eq!(verifier.verify(&token, NOW.plus(100)), Err(Refusal("unknown key")));
}

#[test]
fn g4_a_session_from_before_valid_from_is_refused() {
    let ring = sign_ring(Algorithm::ES256);
    let moved = |second: u64| ring.public_jwks().replace("\"valid_from\":0", &format!("\"valid_from\":{second}"));
    let verify =
        |second| Verifier::new(&audience(), Jwks::parse(&moved(second)).unwrap()).verify(&issue(&ring, 900), NOW);
    assert!(verify(NOW.seconds()).is_ok());
    assert_eq!(verify(NOW.seconds() + 1), Err(Refusal("session older than valid_from")));
}

#[test]
fn a_cookie_whose_times_contradict_each_other_is_refused_though_it_is_signed() {
    let (sign, seal) = (sign_ring(Algorithm::ES256), seal_ring());
    let good = CookieClaims {
        subject: subject(),
        key_id: sign.active_id().to_owned(),
        fresh_until: NOW.plus(10),
        checked_at: NOW,
        expires_at: NOW.plus(100),
        session_expires_at: NOW.plus(100),
    };
    let verify = |claims: &CookieClaims| {
        let renewal = refresh_token(&seal);
        let value = cookie::issue((&sign, &seal), &audience(), claims, &renewal, "t1".into(), NOW).unwrap();
        verifier(&sign).verify_cookie(cookie::split(value.reveal()).unwrap().0, NOW)
    };
    assert_eq!(verify(&good), Ok(good.clone()));
    let week = 7 * 24 * 3600;
    let longest = CookieClaims {
        checked_at: NOW,
        expires_at: NOW.plus(week),
        session_expires_at: NOW.plus(week),
        ..good.clone()
    };
    assert!(verify(&longest).is_ok());
    for (claims, reason) in [
        (CookieClaims { expires_at: NOW.plus(101), ..good.clone() }, "times"),
        (CookieClaims { checked_at: NOW.plus(1), ..good.clone() }, "from the future"),
        (CookieClaims { checked_at: NOW.minus(1), ..longest.clone() }, "times"),
        (CookieClaims { expires_at: NOW.plus(week + 1), ..longest.clone() }, "lifetime"),
        (CookieClaims { expires_at: NOW, ..good }, "expired"),
    ] {
        assert_eq!(verify(&claims), Err(Refusal(reason)), "{claims:?}");
    }
}

#[test]
fn e5_a_ticket_opens_no_connection_for_longer_than_an_access_token_could_live() {
    let ring = sign_ring(Algorithm::ES256);
    let verify = |seconds| {
        let id = crate::domain::TicketId::parse("f3a5c1de-1111-4222-8333-944445555666").unwrap();
        let claims = ticket::TicketClaims { subject: subject(), id, good_until: NOW.plus(seconds), origin: None };
        let ticket = ticket::issue(&ring, &audience(), &claims, NOW).unwrap();
        verifier(&ring).verify_ticket(ticket.reveal(), NOW.plus(29)).map(|claims| claims.good_until)
    };
    assert_eq!(verify(3600), Ok(NOW.plus(3600)));
    assert_eq!(verify(3601), Err(Refusal("longer than an access token")));
    assert_eq!(verify(u64::MAX), Err(Refusal("longer than an access token")));
}

/// A ticket of `subject()` and the JWT of its cookie.
fn other_kinds(sign: &SignRing) -> [String; 2] {
    let seal = seal_ring();
    let id = crate::domain::TicketId::parse("f3a5c1de-1111-4222-8333-944445555666").unwrap();
    let claims = ticket::TicketClaims { subject: subject(), id, good_until: NOW.plus(900), origin: None };
    let ticket = ticket::issue(sign, &audience(), &claims, NOW).unwrap();
    let (end, key_id) = (NOW.plus(600), sign.active_id().to_owned());
    let claims = CookieClaims {
        subject: subject(),
        key_id,
        fresh_until: end,
        checked_at: NOW,
        expires_at: end,
        session_expires_at: end,
    };
    let renewal = refresh_token(&seal);
    let cookie = cookie::issue((sign, &seal), &audience(), &claims, &renewal, "t1".into(), NOW).unwrap();
    [ticket.reveal().to_owned(), cookie::split(cookie.reveal()).unwrap().0.to_owned()]
}

#[test]
fn a4_a_verifier_that_does_not_look_at_the_type_takes_access_tokens_alone() {
    // As the JWT authorizers of gateways do: signature, issuer, audience.
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let ring = sign_ring(algorithm);
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&ring.public_jwks()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&keys.keys[0]).unwrap();
        let mut expected = jsonwebtoken::Validation::new(algorithm.to_jsonwebtoken());
        expected.set_audience(&["latchkey"]);
        expected.set_issuer(&[ISSUER]);
        expected.validate_exp = false;
        let verify = |token: &str| jsonwebtoken::decode::<serde_json::Value>(token, &key, &expected);
        assert!(verify(&issue(&ring, 900)).is_ok(), "{algorithm:?}");
        for token in other_kinds(&ring) {
            let error = verify(&token).unwrap_err();
            assert_eq!(*error.kind(), jsonwebtoken::errors::ErrorKind::InvalidAudience, "{algorithm:?}");
        }
    }
}

#[test]
fn a4_every_kind_of_jwt_is_refused_with_the_audience_of_another() {
    let ring = sign_ring(Algorithm::ES256);
    let (verifier, [ticket, cookie]) = (verifier(&ring), other_kinds(&ring));
    let with_audience = |token: &str, typ: &str, audience: &str| {
        let payload = token.split('.').nth(1).unwrap();
        let payload = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload).unwrap();
        let mut claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        claims["aud"] = audience.into();
        jws::sign(ring.active(), typ, &claims).unwrap()
    };
    for audience in ["latchkey", "latchkey/ws-ticket", "latchkey/cookie", "latchkey/", "/ws-ticket", "/cookie"] {
        let access = verifier.verify(&with_audience(&issue(&ring, 900), "at+jwt", audience), NOW);
        let ticket = verifier.verify_ticket(&with_audience(&ticket, "latchkey-ticket+jwt", audience), NOW);
        let cookie = verifier.verify_cookie(&with_audience(&cookie, "latchkey-cookie+jwt", audience), NOW);
        let own = [access.map(drop), ticket.map(drop), cookie.map(drop)];
        for (result, own) in own.into_iter().zip(["latchkey", "latchkey/ws-ticket", "latchkey/cookie"]) {
            let expected = if audience == own { Ok(()) } else { Err(Refusal("audience")) };
            assert_eq!(result, expected, "{audience} where {own} is right");
        }
    }
}

fn refresh_token(ring: &SealRing) -> RefreshToken {
    RefreshToken {
        user_id: UserId::from_random([1; 16]),
        session_id: SessionId::from_random([2; 16]),
        generation: 3,
        seed: Seed::from_random([4; 16]),
        key_id: ring.active_id(),
    }
}

#[test]
fn a_refresh_token_gives_back_what_was_sealed() {
    let ring = seal_ring();
    let sealed = refresh_token(&ring).seal(&ring, ISSUER).unwrap();
    let opened = RefreshToken::open(sealed.reveal(), &ring, ISSUER, NOW).unwrap();
    assert_eq!(
        (opened.user_id, opened.session_id, opened.generation),
        (UserId::from_random([1; 16]), SessionId::from_random([2; 16]), 3)
    );
    assert!(opened.seed.matches(&Seed::from_random([4; 16]).hash()));
}

#[test]
fn b8_a_refresh_token_that_was_touched_is_refused() {
    let ring = seal_ring();
    let token = refresh_token(&ring).seal(&ring, ISSUER).unwrap().reveal().to_owned();
    for position in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[position] ^= 1;
        assert!(RefreshToken::open(&String::from_utf8(bytes).unwrap(), &ring, ISSUER, NOW).is_err(), "byte {position}");
        assert!(RefreshToken::open(&token[..position], &ring, ISSUER, NOW).is_err(), "cut at {position}");
    }
    for touched in
        [format!("{token}="), format!("{token}A"), format!(" {token}"), token.to_uppercase(), token.repeat(2)]
    {
        assert!(RefreshToken::open(&touched, &ring, ISSUER, NOW).is_err());
    }
}

#[test]
fn g2_a_token_of_one_label_issuer_or_ring_is_none_of_another() {
    let ring = seal_ring();
    let token = refresh_token(&ring);
    let session =
        SessionToken { user_id: token.user_id, session_id: token.session_id, seed: token.seed, key_id: token.key_id };
    let (refresh, session) = (token.seal(&ring, ISSUER).unwrap(), session.seal(&ring, ISSUER).unwrap());
    assert!(RefreshToken::open(&session.reveal().replace("lks_", "lkr_"), &ring, ISSUER, NOW).is_err());
    assert!(SessionToken::open(&refresh.reveal().replace("lkr_", "lks_"), &ring, ISSUER, NOW).is_err());
    assert!(RefreshToken::open(refresh.reveal(), &ring, "https://other.example.com", NOW).is_err());
    assert!(RefreshToken::open(refresh.reveal(), &seal_ring(), ISSUER, NOW).is_err());
}

#[test]
fn f8_a_ring_that_is_broken_short_or_of_another_kind_is_refused_without_being_quoted() {
    let seal = SealRing::generate(Random::SYSTEM, NOW).unwrap();
    let secret = seal.split("\"secret\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let rings = [
        String::new(),
        "{}".into(),
        seal.replace("\"version\":1", "\"version\":2"),
        seal.replace("\"keys\"", "\"locks\""),
        seal.replace("\"state\"", "\"status\""),
        seal.replace("\"active\"", "\"retired\""),
        seal.replace(&secret, "AAAA"),
        seal.replace(&secret, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        PepperRing::generate(Random::SYSTEM, NOW).unwrap(),
        SignRing::generate(Algorithm::EdDSA, NOW).unwrap(),
    ];
    for json in rings {
        let error = SealRing::parse(&json).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&secret), "{error}");
    }
    let sign = SignRing::generate(Algorithm::EdDSA, NOW).unwrap();
    assert!(SignRing::parse(&sign.replace("EdDSA", "ES256")).is_err());
    assert!(SignRing::parse(&sign.replace("MC4C", "MC4D")).is_err());
}

#[test]
fn what_is_published_holds_nothing_private() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let jwks: serde_json::Value = serde_json::from_str(&sign_ring(algorithm).public_jwks()).unwrap();
        let mut members: Vec<_> = jwks["keys"][0].as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        let expected = match algorithm {
            Algorithm::RS256 => vec!["alg", "e", "kid", "kty", "n", "use"],
            Algorithm::ES256 => vec!["alg", "crv", "kid", "kty", "use", "x", "y"],
            Algorithm::EdDSA => vec!["alg", "crv", "kid", "kty", "use", "x"],
        };
        assert_eq!(members, expected);
    }
}

#[test]
fn a_private_member_in_a_published_key_set_does_not_get_out() {
    let published = sign_ring(Algorithm::RS256).public_jwks();
    let careless = published.replacen("\"kty\"", "\"d\":\"c2VjcmV0\",\"kty\"", 1);
    assert!(Jwks::parse(&careless).is_ok());
    assert_eq!(jwks::public_only(&careless, NOW).unwrap(), published);
    assert!(jwks::public_only("{\"keys\":[]}", NOW).is_err());
}
