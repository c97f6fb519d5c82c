//! Settings: environment variables, read once at start, each with its default, bounds and reason where the value lives.
//!
//! A value that is malformed, out of bounds or missing stops the function at start with a sentence that says what to do, and so
//! does a `LATCHKEY_` variable nobody knows: a misspelt limit must not silently be the default.

mod env;

pub use env::{ConfigError, Env};

use crate::{
    domain::{
        AttemptLimits, Lifetimes, Random,
        lifetimes::{
            MAX_ACCESS_TOKEN_SECONDS, MAX_COOKIE_SECONDS, MAX_KEPT_SECONDS, MAX_MESSAGE_SECONDS, MAX_SESSION_SECONDS,
        },
    },
    published::{Bound, Refetch},
    tokens::{Algorithm, Audience, Jwks, rings::Maker},
};

/// Every variable there is. A function reads the ones it needs and may be given all of them.
const NAMES: [&str; 44] = [
    "LATCHKEY_ISSUER",
    "LATCHKEY_PUBLIC_ORIGIN",
    "LATCHKEY_PAGE_NAME",
    "LATCHKEY_PAGE_COLOR",
    "LATCHKEY_AUDIENCE",
    "LATCHKEY_CLIENT_ID",
    "LATCHKEY_USERS_TABLE",
    "LATCHKEY_SESSIONS_TABLE",
    "LATCHKEY_EPHEMERA_TABLE",
    "LATCHKEY_CONNECTIONS_TABLE",
    "LATCHKEY_ROOMS_TABLE",
    "LATCHKEY_MESSAGE_SECONDS",
    "LATCHKEY_LIVE_URL",
    "LATCHKEY_ALLOWED_ORIGINS",
    "LATCHKEY_SIGN_KEYS",
    "LATCHKEY_SEAL_KEYS",
    "LATCHKEY_PEPPER_KEYS",
    "LATCHKEY_JWKS",
    "LATCHKEY_RULES",
    "LATCHKEY_CARRIERS",
    "LATCHKEY_SIGNING_ALGORITHM",
    "LATCHKEY_ACCESS_TOKEN_SECONDS",
    "LATCHKEY_REFRESH_GRACE_SECONDS",
    "LATCHKEY_COOKIE_FRESH_SECONDS",
    "LATCHKEY_COOKIE_SECONDS",
    "LATCHKEY_COOKIE_UNCHECKED_SECONDS",
    "LATCHKEY_SESSION_IDLE_SECONDS",
    "LATCHKEY_SESSION_ABSOLUTE_SECONDS",
    "LATCHKEY_PASSWORD_MIN_LENGTH",
    "LATCHKEY_ARGON2_MEMORY_KIB",
    "LATCHKEY_ARGON2_ITERATIONS",
    "LATCHKEY_CLIENT_HASHING",
    "LATCHKEY_ATTEMPTS_PER_ACCOUNT",
    "LATCHKEY_ATTEMPTS_PER_SOURCE",
    "LATCHKEY_ATTEMPT_WINDOW_SECONDS",
    "LATCHKEY_LOG_LEVEL",
    "LATCHKEY_KEYS_RELOAD_SECONDS",
    "LATCHKEY_KEYS_COOLDOWN_SECONDS",
    "LATCHKEY_KEYS_CHANGED",
    "LATCHKEY_KEY_HOLDERS",
    "LATCHKEY_AUTHORIZER_FUNCTION",
    "LATCHKEY_REVOCATION",
    "LATCHKEY_REVOCATION_MAX_AGE_SECONDS",
    "LATCHKEY_REVOCATION_STALE_SECONDS",
];

impl Audience {
    /// Reads `LATCHKEY_ISSUER`, `LATCHKEY_AUDIENCE` and `LATCHKEY_CLIENT_ID`.
    ///
    /// # Errors
    /// [`ConfigError`] when the issuer is missing or is not a URL without a trailing slash.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let issuer = env.required("LATCHKEY_ISSUER")?;
        let is_origin = issuer.starts_with("https://") || issuer.starts_with("http://");
        if !is_origin || issuer.ends_with('/') || issuer.contains(['?', '#', ' ']) {
            return Err(ConfigError::new(
                "LATCHKEY_ISSUER",
                "must be a URL without a trailing slash, such as https://auth.example.com",
            ));
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            audience: env.text("LATCHKEY_AUDIENCE", "latchkey").to_owned(),
            client_id: env.text("LATCHKEY_CLIENT_ID", "latchkey").to_owned(),
        })
    }
}

impl Jwks {
    /// Reads `LATCHKEY_JWKS`.
    ///
    /// # Errors
    /// [`ConfigError`] when it is missing or no usable key set.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let unusable =
            |error| ConfigError::new("LATCHKEY_JWKS", format!("must be the deployment's public JWKS: {error}"));
        Self::parse(env.required("LATCHKEY_JWKS")?).map_err(unusable)
    }
}

impl Maker {
    /// Reads what keys are made with: the algorithm of those that sign.
    ///
    /// # Errors
    /// [`ConfigError`] when it is malformed.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        Ok(Self { algorithm: Algorithm::from_env(env)?, random: Random::SYSTEM })
    }
}

impl Bound {
    /// Reads `LATCHKEY_REVOCATION`: `stateless` (default, `None`) or `bounded`; and how old the feed may be then.
    ///
    /// # Errors
    /// [`ConfigError`] for another word, and for a number out of bounds.
    pub fn from_env(env: &Env) -> Result<Option<Self>, ConfigError> {
        let bound = Self {
            max_age: env.number("LATCHKEY_REVOCATION_MAX_AGE_SECONDS", 5, 1..=60)?,
            stale: env.number("LATCHKEY_REVOCATION_STALE_SECONDS", 0, 0..=MAX_ACCESS_TOKEN_SECONDS)?,
        };
        match env.text("LATCHKEY_REVOCATION", "stateless") {
            "stateless" => Ok(None),
            "bounded" => Ok(Some(bound)),
            _ => Err(ConfigError::new("LATCHKEY_REVOCATION", "must be stateless or bounded")),
        }
    }
}

impl Refetch {
    /// Reads when keys are fetched again; each field names its variable.
    ///
    /// # Errors
    /// [`ConfigError`] when one is out of bounds.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let default = Self::default();
        Ok(Self {
            reload: env.number("LATCHKEY_KEYS_RELOAD_SECONDS", default.reload, 1..=MAX_KEPT_SECONDS)?,
            cooldown: env.number("LATCHKEY_KEYS_COOLDOWN_SECONDS", default.cooldown, 1..=300)?,
        })
    }
}

impl Lifetimes {
    /// Reads the lifetimes; each field names its variable.
    ///
    /// # Errors
    /// [`ConfigError`] when one is out of bounds. An idle limit beyond the absolute one never comes to bear.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let default = Self::default();
        Ok(Self {
            access_token: env.number(
                "LATCHKEY_ACCESS_TOKEN_SECONDS",
                default.access_token,
                1..=MAX_ACCESS_TOKEN_SECONDS,
            )?,
            refresh_grace: env.number("LATCHKEY_REFRESH_GRACE_SECONDS", default.refresh_grace, 1..=300)?,
            cookie_fresh: env.number("LATCHKEY_COOKIE_FRESH_SECONDS", default.cookie_fresh, 1..=MAX_COOKIE_SECONDS)?,
            cookie: env.number("LATCHKEY_COOKIE_SECONDS", default.cookie, 1..=MAX_COOKIE_SECONDS)?,
            cookie_unchecked: env.number(
                "LATCHKEY_COOKIE_UNCHECKED_SECONDS",
                default.cookie_unchecked,
                1..=MAX_COOKIE_SECONDS,
            )?,
            session_idle: env.number("LATCHKEY_SESSION_IDLE_SECONDS", default.session_idle, 1..=MAX_SESSION_SECONDS)?,
            session_absolute: env.number(
                "LATCHKEY_SESSION_ABSOLUTE_SECONDS",
                default.session_absolute,
                1..=MAX_SESSION_SECONDS,
            )?,
            message: env.number("LATCHKEY_MESSAGE_SECONDS", default.message, 60..=MAX_MESSAGE_SECONDS)?,
        })
    }
}

impl AttemptLimits {
    /// Reads the limits; each field names its variable.
    ///
    /// # Errors
    /// [`ConfigError`] when one is out of bounds.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let default = Self::default();
        Ok(Self {
            per_account: env.number("LATCHKEY_ATTEMPTS_PER_ACCOUNT", default.per_account, 1..=1_000_000)?,
            per_source: env.number("LATCHKEY_ATTEMPTS_PER_SOURCE", default.per_source, 1..=1_000_000)?,
            window: env.number("LATCHKEY_ATTEMPT_WINDOW_SECONDS", default.window, 1..=24 * 3600)?,
        })
    }
}

impl Algorithm {
    /// Reads `LATCHKEY_SIGNING_ALGORITHM`, default RS256.
    ///
    /// # Errors
    /// [`ConfigError`] for anything but RS256, ES256 and EdDSA.
    pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
        let name = env.text("LATCHKEY_SIGNING_ALGORITHM", Self::RS256.as_str());
        Self::parse(name).ok_or_else(|| ConfigError::new("LATCHKEY_SIGNING_ALGORITHM", "must be RS256, ES256 or EdDSA"))
    }
}

#[cfg(feature = "aws")]
mod with_store {
    use super::{ConfigError, Env};
    use crate::{
        domain::ClientHashing,
        passwords::{HashWork, PasswordPolicy},
    };

    impl ClientHashing {
        /// Reads `LATCHKEY_CLIENT_HASHING`.
        ///
        /// # Errors
        /// [`ConfigError`] for another word.
        pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
            let name = "LATCHKEY_CLIENT_HASHING";
            let mode = Self::parse(env.text(name, Self::default().as_str()));
            mode.ok_or_else(|| ConfigError::new(name, "must be off, transition or required"))
        }
    }

    impl HashWork {
        /// Reads the work of a hash; each field names its variable. Never below OWASP's minimum at two passes.
        ///
        /// # Errors
        /// [`ConfigError`] when it is out of bounds.
        pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
            let default = Self::default();
            Ok(Self {
                memory_kib: env.number(
                    "LATCHKEY_ARGON2_MEMORY_KIB",
                    default.memory_kib,
                    default.memory_kib..=65_536,
                )?,
                iterations: env.number("LATCHKEY_ARGON2_ITERATIONS", default.iterations, default.iterations..=10)?,
            })
        }
    }

    impl PasswordPolicy {
        /// Reads `LATCHKEY_PASSWORD_MIN_LENGTH`.
        ///
        /// # Errors
        /// [`ConfigError`] below 8 or above 64.
        pub fn from_env(env: &Env) -> Result<Self, ConfigError> {
            let default = Self::default();
            Ok(Self { min_chars: env.number("LATCHKEY_PASSWORD_MIN_LENGTH", default.min_chars, 8..=64)? })
        }
    }
}

#[cfg(test)]
mod tests;
