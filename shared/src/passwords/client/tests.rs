use super::super::{HashWork, Passwords, Verdict};
use super::*;
use crate::{
    domain::{ClientHashing, Proof, Random, Timestamp},
    tokens::{
        Algorithm,
        rings::{Change, Kind, Maker, change, list},
    },
};

const EMAIL: &str = "ada@example.com";

/// A ring of one pepper: the SHA-256 of `latchkey test pepper`. Whatever is drawn later has a lower id.
const RING: &str = r#"{"version":1,"kind":"pepper","keys":[{"id":4294967295,"state":"active","created_at":0,
    "secret":"XtJwOGyU+B3Q+pFvbGi15P1CAkrqr5drqjCWS3bBHN8="}]}"#;

fn salt(ring: &str, email: &str) -> String {
    ClientSalt::of(&PepperRing::parse(ring).unwrap(), email).unwrap().to_text()
}

fn changed(ring: &str, how: Change<'_>) -> String {
    let maker = Maker { algorithm: Algorithm::RS256, random: Random::SYSTEM };
    change(Kind::Pepper, ring, how, &maker, Timestamp::from_seconds(1_000_000)).unwrap().ring.unwrap()
}

/// Every client has the same vector: computed by the reference implementation in C (phc-winner-argon2), parameters of version 1.
#[test]
fn a_client_hash_is_what_the_reference_implementation_makes() {
    let bytes: [u8; 16] = std::array::from_fn(|n| n as u8);
    let salt = ClientSalt { pepper_id: 0, bytes };
    for spelling in ["correct horse battery st\u{e4}ple", "correct horse battery sta\u{308}ple"] {
        let made = hash(&Password::parse(spelling).unwrap(), &salt, &mut Vec::new()).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(made.reveal()), "TySGA2f9lXRO_IsDeqyR5Nrkz-CT7lFIG2xmZxjU114");
    }
}

/// Whoever signs in by a client hash is locked out if this changes. Computed by hmac of Python.
#[test]
fn a_salt_is_the_same_in_every_version() {
    assert_eq!(salt(RING, EMAIL), "fpm9YaU31RuEZXKZTvQ01Q");
}

#[test]
fn a_salt_stays_whatever_peppers_are_added_and_is_another_for_each_address_and_deployment() {
    let mut ring = changed(RING, Change::Ensure);
    for _ in 0..8 {
        ring = changed(&ring, Change::ForceRotate);
        assert_eq!(salt(&ring, EMAIL), salt(RING, EMAIL));
    }
    assert_ne!(salt(RING, "ade@example.com"), salt(RING, EMAIL));
    let another = PepperRing::generate(Random::SYSTEM, Timestamp::from_seconds(0)).unwrap();
    assert_ne!(salt(&another, EMAIL), salt(RING, EMAIL));
}

#[test]
fn without_the_pepper_of_the_salts_nobody_is_told_that_their_password_is_wrong() {
    let quick = HashWork { memory_kib: 64, iterations: 1 };
    let proof = Proof::from(Password::parse("correct horse battery").unwrap());
    let with = |ring: &str| Passwords::new(PepperRing::parse(ring).unwrap(), quick, ClientHashing::Transition);
    let ring = changed(&changed(RING, Change::Ensure), Change::ForceRotate);
    let before = with(&ring);
    let stored = before.hash(&before.prepare(&proof, EMAIL, "").unwrap(), Random::SYSTEM).unwrap();

    let oldest = list(Kind::Pepper, &ring).unwrap().0[0].id.clone();
    let after = with(&changed(&ring, Change::Revoke(&oldest)));
    let verdict = after.verify(&after.prepare(&proof, EMAIL, "").unwrap(), Some(&stored));
    assert!(matches!(&verdict, Err(Error::Internal(reason)) if reason.contains("pepper is gone")), "{verdict:?}");
    let verdict = before.verify(&before.prepare(&proof, EMAIL, "").unwrap(), Some(&stored)).unwrap();
    assert_eq!(verdict, Verdict::Right { needs_rehash: false });
}

#[test]
fn an_older_pepper_is_replaced_by_whichever_spelling_proves_the_password() {
    let quick = HashWork { memory_kib: 64, iterations: 1 };
    let with = |ring: &str| Passwords::new(PepperRing::parse(ring).unwrap(), quick, ClientHashing::Transition);
    let password = Password::parse("correct horse battery").unwrap();
    let (ring, before) = (changed(&changed(RING, Change::Ensure), Change::ForceRotate), with(RING));
    let client_hash = before.derive(&password, &before.client_salt(EMAIL).unwrap()).unwrap();
    let after = with(&ring);
    for proof in [Proof::from(password), Proof::ClientHash(client_hash)] {
        let stored = before.hash(&before.prepare(&proof, EMAIL, "").unwrap(), Random::SYSTEM).unwrap();
        let candidate = after.prepare(&proof, EMAIL, "").unwrap();
        assert_eq!(after.verify(&candidate, Some(&stored)).unwrap(), Verdict::Right { needs_rehash: true });
        let again = after.hash(&candidate, Random::SYSTEM).unwrap();
        assert_eq!(after.verify(&candidate, Some(&again)).unwrap(), Verdict::Right { needs_rehash: false });
    }
}

#[test]
fn b13_a_client_hash_and_a_password_of_the_same_bytes_are_not_the_same() {
    let quick = HashWork { memory_kib: 64, iterations: 1 };
    let with = |mode| Passwords::new(PepperRing::parse(RING).unwrap(), quick, mode);
    let (off, transition) = (with(ClientHashing::Off), with(ClientHashing::Transition));
    let text = "thirty-two letters of a password";
    let as_password = Proof::from(Password::parse(text).unwrap());
    let as_hash = Proof::ClientHash(ClientHash::from_bytes(text.as_bytes().try_into().unwrap()));
    let [password, hash] = [(&off, &as_password), (&transition, &as_hash)].map(|(passwords, proof)| {
        passwords.hash(&passwords.prepare(proof, EMAIL, "").unwrap(), Random::SYSTEM).unwrap()
    });
    for (passwords, proof, stored) in [(&transition, &as_hash, &password), (&transition, &as_password, &hash)] {
        let candidate = passwords.prepare(proof, EMAIL, "").unwrap();
        assert_eq!(passwords.verify(&candidate, Some(stored)).unwrap(), Verdict::Wrong);
    }
}
