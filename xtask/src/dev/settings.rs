//! The environment of the functions: development values, and over them whatever the developer has set.

use std::collections::BTreeMap;
use std::env;

use super::database::Ready;

/// Short enough for a person to see reuse detection, long enough for two tabs.
const REFRESH_GRACE_SECONDS: &str = "3";
/// Nothing here replaces the sandboxes of functions: a rotation or revocation reaches them within this time.
const KEYS_RELOAD_SECONDS: &str = "5";
/// Everybody here has the source 127.0.0.1; test suites sign in often.
const ATTEMPTS_PER_SOURCE: &str = "100000";

/// Environment variables by name.
pub type Settings = BTreeMap<String, String>;

/// What the functions are started with.
pub fn of(port: u16, ready: &Ready) -> Settings {
    let mut settings = defaults(port, ready);
    settings.extend(env::vars().filter(|(name, _)| name.starts_with("LATCHKEY_")));
    settings
}

fn defaults(port: u16, ready: &Ready) -> Settings {
    let mut settings = Settings::from(
        [
            ("LATCHKEY_ISSUER", format!("http://localhost:{port}")),
            // The pages and this API share an origin here.
            ("LATCHKEY_PUBLIC_ORIGIN", format!("http://localhost:{port}")),
            ("LATCHKEY_REFRESH_GRACE_SECONDS", REFRESH_GRACE_SECONDS.to_owned()),
            ("LATCHKEY_KEYS_RELOAD_SECONDS", KEYS_RELOAD_SECONDS.to_owned()),
            ("LATCHKEY_ATTEMPTS_PER_SOURCE", ATTEMPTS_PER_SOURCE.to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", ready.endpoint.clone()),
            // DynamoDB's API wants to be signed; these open nothing anywhere.
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "development".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "development".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    for (table, name) in &ready.tables {
        settings.insert(format!("LATCHKEY_{}_TABLE", table.to_uppercase()), name.clone());
    }
    for (kind, source) in &ready.keys {
        settings.insert(format!("LATCHKEY_{}_KEYS", kind.to_uppercase()), source.clone());
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_rings_become_variables() {
        let ready = Ready {
            endpoint: "http://127.0.0.1:1".to_owned(),
            tables: BTreeMap::from([("users".to_owned(), "latchkey-users".to_owned())]),
            keys: BTreeMap::from([("seal".to_owned(), "file:/keys/seal.json".to_owned())]),
        };
        let settings = defaults(9001, &ready);
        assert_eq!(settings["LATCHKEY_ISSUER"], "http://localhost:9001");
        assert_eq!(settings["LATCHKEY_USERS_TABLE"], "latchkey-users");
        assert_eq!(settings["LATCHKEY_SEAL_KEYS"], "file:/keys/seal.json");
    }
}
