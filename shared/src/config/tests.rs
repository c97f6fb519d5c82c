use super::*;

fn env(variables: &[(&str, &str)]) -> Env {
    Env::new(variables.iter().map(|(name, value)| (name.to_string(), value.to_string()))).unwrap()
}

fn problem<T>(result: Result<T, ConfigError>) -> String {
    result.err().unwrap().to_string()
}

#[test]
fn without_settings_the_defaults_hold() {
    let lifetimes = Lifetimes::from_env(&env(&[])).unwrap();
    assert_eq!((lifetimes.access_token, lifetimes.refresh_grace), (900, 30));
    assert_eq!(AttemptLimits::from_env(&env(&[])).unwrap().per_account, 10);
    assert_eq!(Algorithm::from_env(&env(&[])).unwrap(), Algorithm::RS256);
}

#[test]
fn a_misspelt_setting_is_fatal() {
    let unknown = Env::new([("LATCHKEY_REFRESH_GRACE_SECOND".to_owned(), "3".to_owned())]);
    assert_eq!(
        problem(unknown),
        "LATCHKEY_REFRESH_GRACE_SECOND is not a setting of Latchkey: remove it or correct its spelling"
    );
}

#[test]
fn numbers_out_of_bounds_say_their_bounds() {
    for value in ["0", "-1", "3601", "9e2", "900 ", "99999999999999999999"] {
        let lifetimes = Lifetimes::from_env(&env(&[("LATCHKEY_ACCESS_TOKEN_SECONDS", value)]));
        assert_eq!(
            problem(lifetimes),
            "LATCHKEY_ACCESS_TOKEN_SECONDS must be a whole number from 1 to 3600",
            "{value}"
        );
    }
}

#[test]
fn a_missing_or_unusable_issuer_is_refused() {
    assert_eq!(problem(Audience::from_env(&env(&[]))), "LATCHKEY_ISSUER is not set and has no default");
    for issuer in ["auth.example.com", "https://auth.example.com/", "https://auth.example.com?x", "ftp://x"] {
        assert!(
            problem(Audience::from_env(&env(&[("LATCHKEY_ISSUER", issuer)]))).starts_with("LATCHKEY_ISSUER must be"),
            "{issuer}"
        );
    }
}

#[test]
fn f8_an_empty_or_broken_key_set_is_refused() {
    for jwks in ["{}", "[]", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", "x"] {
        let keys = Jwks::from_env(&env(&[("LATCHKEY_JWKS", jwks)]));
        assert!(problem(keys).starts_with("LATCHKEY_JWKS must be the deployment's public JWKS"), "{jwks}");
    }
}

#[cfg(feature = "aws")]
#[test]
fn password_settings_never_fall_below_their_floor() {
    use crate::passwords::{HashWork, PasswordPolicy};
    assert!(PasswordPolicy::from_env(&env(&[("LATCHKEY_PASSWORD_MIN_LENGTH", "7")])).is_err());
    assert!(HashWork::from_env(&env(&[("LATCHKEY_ARGON2_MEMORY_KIB", "19455")])).is_err());
    assert!(HashWork::from_env(&env(&[("LATCHKEY_ARGON2_ITERATIONS", "1")])).is_err());
}

#[cfg(feature = "aws")]
#[test]
fn client_hashing_is_one_of_three_words_and_off_by_default() {
    use crate::domain::ClientHashing;
    let mode = |value| ClientHashing::from_env(&env(&[("LATCHKEY_CLIENT_HASHING", value)]));
    assert_eq!(ClientHashing::from_env(&env(&[])).unwrap(), ClientHashing::Off);
    assert_eq!(mode("required").unwrap(), ClientHashing::Required);
    for wrong in ["on", "Required", "true", "transition "] {
        assert_eq!(problem(mode(wrong)), "LATCHKEY_CLIENT_HASHING must be off, transition or required");
    }
}
