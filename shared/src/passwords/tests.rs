use super::*;
use crate::domain::{Email, Timestamp, WeakPassword};

const EMAIL: &str = "ada@example.com";
const QUICK: HashWork = HashWork { memory_kib: 64, iterations: 1 };

fn ring() -> PepperRing {
    PepperRing::parse(&PepperRing::generate(Random::SYSTEM, Timestamp::from_seconds(0)).unwrap()).unwrap()
}

fn passwords(ring: PepperRing, work: HashWork) -> Passwords {
    Passwords::new(ring, work, ClientHashing::Off)
}

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

fn hash(passwords: &Passwords, text: &str) -> String {
    let proof = Proof::from(password(text));
    passwords.hash(&passwords.prepare(&proof, EMAIL, "/client_hash").unwrap(), Random::SYSTEM).unwrap()
}

fn verify(passwords: &Passwords, text: &str, stored: &str) -> Result<Verdict, Error> {
    let proof = Proof::from(password(text));
    passwords.verify(&passwords.prepare(&proof, EMAIL, "/client_hash").unwrap(), Some(stored))
}

#[test]
fn a_password_verifies_against_its_own_hash_and_no_other() {
    let passwords = passwords(ring(), QUICK);
    let stored = hash(&passwords, "correct horse battery");
    assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1,keyid="), "{stored}");
    assert_eq!(verify(&passwords, "correct horse battery", &stored).unwrap(), Verdict::Right { needs_rehash: false });
    assert_eq!(verify(&passwords, "correct horse batterz", &stored).unwrap(), Verdict::Wrong);
}

#[test]
fn c4_passwords_that_share_their_first_72_bytes_differ() {
    let passwords = passwords(ring(), QUICK);
    let stored = hash(&passwords, &format!("{}a", "x".repeat(72)));
    assert_eq!(verify(&passwords, &format!("{}b", "x".repeat(72)), &stored).unwrap(), Verdict::Wrong);
}

#[test]
fn c3_a_nul_does_not_end_a_password() {
    let passwords = passwords(ring(), QUICK);
    let stored = hash(&passwords, "before\0after the zero");
    assert_eq!(verify(&passwords, "before\0another ending", &stored).unwrap(), Verdict::Wrong);
}

#[test]
fn b13_a_hash_without_its_pepper_says_nothing() {
    let stored = hash(&passwords(ring(), QUICK), "correct horse battery");
    assert!(matches!(verify(&passwords(ring(), QUICK), "correct horse battery", &stored), Err(Error::Internal(_))));
}

#[test]
fn c11_an_older_hash_still_verifies_and_asks_to_be_made_again() {
    let ring = ring();
    let stored = hash(&passwords(ring.clone(), QUICK), "correct horse battery");
    let stronger = passwords(ring, HashWork { memory_kib: 128, ..QUICK });
    assert_eq!(verify(&stronger, "correct horse battery", &stored).unwrap(), Verdict::Right { needs_rehash: true });
    assert_eq!(verify(&stronger, "incorrect horse battery", &stored).unwrap(), Verdict::Wrong);
}

#[test]
fn c11_hashes_that_are_none_of_ours_are_refused_before_any_work() {
    let passwords = passwords(ring(), QUICK);
    let own = hash(&passwords, "correct horse battery");
    let planted = [
        own.replace("m=64", "m=4194304"),
        own.replace("t=1", "t=4000000"),
        own.replace("p=1", "p=64"),
        own.replace("argon2id", "argon2i"),
        own.replace("v=19", "v=16"),
        "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW".into(),
        String::new(),
        "plain".into(),
    ];
    for stored in planted {
        assert!(verify(&passwords, "correct horse battery", &stored).is_err(), "{stored}");
    }
}

#[test]
fn two_hashes_of_one_password_differ() {
    let passwords = passwords(ring(), QUICK);
    let hashes = [(); 2].map(|()| hash(&passwords, "correct horse battery"));
    assert_ne!(hashes[0], hashes[1]);
}

fn judge(text: &str) -> Result<(), WeakPassword> {
    PasswordPolicy::default().judge(&password(text), "ada.lovelace@example.com")
}

#[test]
fn c3_fifteen_characters_of_any_kind_are_enough() {
    for good in [
        "blau Zwiebel Tür",
        "🦀 🍎 🚲 🎻 🐙 🌋 🧭 🪗",
        "tr0ub4dor & three staples",
        &"a long walk by the sea ".repeat(11),
    ] {
        assert_eq!(judge(good), Ok(()), "{good}");
    }
    assert_eq!(judge("fourteen chars").unwrap_err().to_string(), "must have at least 15 characters");
}

#[test]
fn c5_passwords_that_attackers_try_first_are_refused_with_the_reason() {
    let common = [
        "passwordpassword",
        "P@ssw0rdP@ssw0rd",
        "123456789012345",
        "qwertyuiopasdfghjkl",
        "1qaz2wsx3edc4rfv",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "password1234567890",
        "iloveyouiloveyou",
        "Welcome123456789!",
        "Summer2026Summer2026",
        "administrator123",
        "zyxwvutsrqponmlkjihgfedcba",
    ];
    for text in common {
        assert!(judge(text).is_err_and(|reason| reason == WeakPassword::TooCommon), "{text}");
    }
    for own in ["ada.lovelace@example.com", "Ada.Lovelace@Example.com!"] {
        assert_eq!(judge(own), Err(WeakPassword::HasEmail), "{own}");
    }
    assert_eq!(judge("ada.lovelace12345"), Err(WeakPassword::TooCommon));
}

#[test]
fn c5_hostile_passwords_are_judged_without_effort() {
    for unit in ["4@8({[<369 1!|70$5+%2", "12", "qw", "passw0rd", "\u{fdfa}", "aß", "pass"] {
        let text: String = unit.chars().cycle().take(256).collect();
        if let Ok(password) = Password::parse(&text) {
            let _ = PasswordPolicy::default().judge(&password, "a@example.com");
        }
    }
}

/// What the clients that hash judge for themselves, because no password arrives here.
#[derive(serde::Deserialize)]
struct Judged {
    password: String,
    email: String,
    verdict: Option<String>,
}

#[test]
fn c5_clients_that_hash_give_the_same_verdicts() {
    let list = include_str!("../../../clients/typescript/test/passwords.json");
    let judged: Vec<Judged> = serde_json::from_str(list).unwrap();
    assert!(judged.len() > 80);
    for Judged { password, email, verdict } in judged {
        let email = Email::parse(&email).unwrap();
        let judge = |text| PasswordPolicy::default().judge(text, email.canonical());
        let reason = match Password::parse(&password) {
            Err(reason) => Some(reason.to_string()),
            Ok(text) => judge(&text).err().map(|reason| reason.to_string()),
        };
        assert_eq!(reason, verdict, "{password}");
    }
}
