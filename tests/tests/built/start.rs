//! Settings and secrets that are missing or wrong: the function does not start, and says why in one sentence.

use base64::{Engine, engine::general_purpose::STANDARD};
use latchkey::domain::Random;
use latchkey_tests::{deployment::Environment, rings::Rings};
use serde_json::{Value, json};

use crate::folder::Folder;

/// Stands in values that must not be quoted.
const SECRET: &str = "dGhpcyBpcyBhIHNlbnRpbmVs";

/// Asserts that `function` refuses to start in `environment` with one line that holds `words`, and without `SECRET`.
#[track_caller]
fn assert_refuses(function: &str, environment: &Environment, words: &[&str]) {
    let Err(exit) = environment.start(function) else { panic!("{function} starts in spite of {words:?}") };
    assert!(!exit.status.success(), "{function}: {:?}", exit.status);
    let lines: Vec<_> = exit.output.lines().collect();
    assert_eq!(lines.len(), 1, "{function} says more than one sentence: {lines:?}");
    assert!(words.iter().all(|word| lines[0].contains(word)), "{function} does not say {words:?}: {}", lines[0]);
    assert!(!exit.output.contains(SECRET), "{function} quotes a value");
}

/// What each function cannot do without.
const NEEDS: [(&str, &[&str]); 20] = [
    ("admin", &["USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "ROOMS_TABLE"]),
    (
        "register",
        &["ISSUER", "USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "SIGN_KEYS", "SEAL_KEYS", "PEPPER_KEYS"],
    ),
    ("login", &["ISSUER", "USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "SIGN_KEYS", "SEAL_KEYS", "PEPPER_KEYS"]),
    ("refresh", &["ISSUER", "USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "SIGN_KEYS", "SEAL_KEYS"]),
    ("check", &["ISSUER", "USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "SIGN_KEYS", "SEAL_KEYS"]),
    ("pages", &["ISSUER", "USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "SIGN_KEYS", "SEAL_KEYS", "PEPPER_KEYS"]),
    ("logout", &["ISSUER", "SESSIONS_TABLE", "EPHEMERA_TABLE", "SEAL_KEYS"]),
    ("sessions", &["ISSUER", "USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "SEAL_KEYS"]),
    ("me", &["ISSUER", "USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "SIGN_KEYS", "SEAL_KEYS", "PEPPER_KEYS"]),
    ("ws-authorizer", &["ISSUER", "EPHEMERA_TABLE"]),
    ("ws-connect", &["USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "CONNECTIONS_TABLE"]),
    ("ws-message", &["ISSUER", "USERS_TABLE", "EPHEMERA_TABLE", "CONNECTIONS_TABLE", "ROOMS_TABLE", "LIVE_URL"]),
    ("ws-fanout", &["CONNECTIONS_TABLE", "ROOMS_TABLE", "LIVE_URL"]),
    ("session-ended", &["USERS_TABLE", "CONNECTIONS_TABLE", "ROOMS_TABLE", "LIVE_URL"]),
    ("ws-expire", &["CONNECTIONS_TABLE", "LIVE_URL"]),
    ("ws-disconnect", &["CONNECTIONS_TABLE"]),
    ("ws-ticket", &["ISSUER", "USERS_TABLE", "SESSIONS_TABLE", "EPHEMERA_TABLE", "SIGN_KEYS", "SEAL_KEYS"]),
    ("well-known", &["ISSUER", "EPHEMERA_TABLE"]),
    ("authorizer", &["ISSUER"]),
    ("session-authorizer", &["ISSUER", "USERS_TABLE", "SESSIONS_TABLE", "SEAL_KEYS"]),
];

#[test]
fn f8_a_missing_setting_is_named() {
    for (function, needs) in NEEDS {
        for need in needs {
            let name = format!("LATCHKEY_{need}");
            assert_refuses(function, &Environment::local().without(&name), &[&name, "is not set"]);
            assert_refuses(function, &Environment::local().with(&name, ""), &[&name, "is not set"]);
        }
        if function != "authorizer" {
            for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
                assert_refuses(function, &Environment::local().without(name), &[name, "is not set"]);
            }
        }
    }
}

#[test]
fn f8_a_misspelt_setting_is_named() {
    for (function, _) in NEEDS {
        let environment = Environment::local().with("LATCHKEY_ATTEMPTS_PER_ACCOUNTS", SECRET);
        assert_refuses(function, &environment, &["LATCHKEY_ATTEMPTS_PER_ACCOUNTS", "is not a setting"]);
    }
}

#[test]
fn f8_a_malformed_setting_is_named_and_its_value_is_not_shown() {
    let table = [
        ("login", "LATCHKEY_ISSUER", "must be a URL"),
        ("authorizer", "LATCHKEY_JWKS", "must be the deployment's public JWKS"),
        ("refresh", "LATCHKEY_KEYS_RELOAD_SECONDS", "must be a whole number from 1 to 3600"),
        ("refresh", "LATCHKEY_ACCESS_TOKEN_SECONDS", "must be a whole number from 1 to 3600"),
        ("refresh", "LATCHKEY_REFRESH_GRACE_SECONDS", "must be a whole number"),
        ("check", "LATCHKEY_PUBLIC_ORIGIN", "must be an origin"),
        ("check", "LATCHKEY_COOKIE_FRESH_SECONDS", "must be a whole number from 1 to 604800"),
        ("check", "LATCHKEY_COOKIE_SECONDS", "must be a whole number from 1 to 604800"),
        ("check", "LATCHKEY_COOKIE_UNCHECKED_SECONDS", "must be a whole number from 1 to 604800"),
        ("pages", "LATCHKEY_PAGE_COLOR", "must be a colour such as #1f5f8b"),
        ("login", "LATCHKEY_PAGE_COLOR", "must be a colour"),
        ("register", "LATCHKEY_PAGE_COLOR", "must be a colour"),
        ("login", "LATCHKEY_SESSION_IDLE_SECONDS", "must be a whole number"),
        ("register", "LATCHKEY_PASSWORD_MIN_LENGTH", "must be a whole number from 8 to 64"),
        ("register", "LATCHKEY_ARGON2_MEMORY_KIB", "must be a whole number from 19456"),
        ("login", "LATCHKEY_ARGON2_ITERATIONS", "must be a whole number from 2"),
        ("login", "LATCHKEY_CLIENT_HASHING", "must be off, transition or required"),
        ("register", "LATCHKEY_CLIENT_HASHING", "must be off"),
        ("me", "LATCHKEY_CLIENT_HASHING", "must be off"),
        ("pages", "LATCHKEY_CLIENT_HASHING", "must be off"),
        ("login", "LATCHKEY_ATTEMPTS_PER_ACCOUNT", "must be a whole number"),
        ("me", "LATCHKEY_ATTEMPT_WINDOW_SECONDS", "must be a whole number"),
        ("authorizer", "LATCHKEY_KEYS_RELOAD_SECONDS", "must be a whole number from 1 to 3600"),
        ("authorizer", "LATCHKEY_KEYS_COOLDOWN_SECONDS", "must be a whole number from 1 to 300"),
        ("authorizer", "LATCHKEY_REVOCATION", "must be stateless or bounded"),
        ("authorizer", "LATCHKEY_REVOCATION_MAX_AGE_SECONDS", "must be a whole number from 1 to 60"),
        ("authorizer", "LATCHKEY_REVOCATION_STALE_SECONDS", "must be a whole number from 0 to 3600"),
        ("authorizer", "LATCHKEY_LOG_LEVEL", "must be info, warn or error"),
        ("login", "AWS_ENDPOINT_URL_DYNAMODB", "must be a URL"),
        ("login", "LATCHKEY_SIGN_KEYS", "cannot be read"),
    ];
    for (function, name, words) in table {
        let environment = Environment::local().with("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9");
        assert_refuses(function, &environment.with(name, SECRET), &[name, words]);
    }
}

#[test]
fn f8_a_missing_short_sample_or_foreign_secret_is_refused() {
    let (local, folder) = (Environment::local(), Folder::new());
    let rings = Rings::of_this_process();
    let with_secret = |ring: &str, secret: &str| {
        let mut ring: Value = serde_json::from_str(ring).unwrap();
        ring["keys"][0]["secret"] = json!(secret);
        ring.to_string()
    };
    let counter: Vec<u8> = (0..32).collect();
    let random: [u8; 31] = Random::SYSTEM.draw().unwrap();
    let secrets = [
        (SECRET.to_owned(), "is not 32 bytes"),
        (STANDARD.encode(random), "is not 32 bytes"),
        (STANDARD.encode([0; 32]), "is a sample"),
        (STANDARD.encode(&counter), "is a sample"),
        (STANDARD.encode("change-me-change-me-change-me-42"), "is a sample"),
        ("not base64!".to_owned(), "not base64"),
    ];
    for (secret, words) in secrets {
        for (name, ring) in [("LATCHKEY_SEAL_KEYS", &rings.seal), ("LATCHKEY_PEPPER_KEYS", &rings.pepper)] {
            let environment = local.clone().with(name, &folder.file(&with_secret(ring, &secret)));
            assert_refuses("login", &environment, &[name, words]);
        }
    }
    let texts = [
        (format!("{SECRET}{{"), "not valid JSON"),
        (String::new(), "not valid JSON"),
        ("{}".to_owned(), "not valid JSON"),
        (rings.seal.replace("active", "retired"), "exactly one active key"),
        (rings.pepper.clone(), "this is the `pepper` key ring"),
        (rings.seal.replace("\"version\":1", "\"version\":2"), "version 1"),
    ];
    for (text, words) in texts {
        let environment = local.clone().with("LATCHKEY_SEAL_KEYS", &folder.file(&text));
        for function in ["login", "refresh", "check", "pages", "logout", "sessions", "me", "session-authorizer"] {
            assert_refuses(function, &environment, &["LATCHKEY_SEAL_KEYS", words]);
        }
    }
    let gone = local.with("LATCHKEY_SEAL_KEYS", "file:/nowhere/seal.json");
    assert_refuses("login", &gone, &["LATCHKEY_SEAL_KEYS", "cannot be read"]);
}

#[test]
fn f8_a_signing_key_that_is_none_is_refused() {
    let (local, folder) = (Environment::local(), Folder::new());
    let ring = Rings::of_this_process().sign;
    for broken in [ring.replace("RS256", "ES256"), ring.replace("MII", SECRET), ring.replace("active", "next")] {
        let environment = local.clone().with("LATCHKEY_SIGN_KEYS", &folder.file(&broken));
        assert_refuses("refresh", &environment, &["LATCHKEY_SIGN_KEYS"]);
    }
}
