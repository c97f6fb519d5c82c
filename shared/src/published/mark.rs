//! The mark that a revocation leaves in the environment of functions, `LATCHKEY_KEYS_CHANGED`: another one each time, which
//! replaces their sandboxes. It begins with the revision of the ring, and the authorizer takes no earlier keys from a cache.

use crate::{config::Env, tokens::Jwks};

/// The variable.
pub const VARIABLE: &str = "LATCHKEY_KEYS_CHANGED";

/// A mark; `drawn` makes it unlike all others.
pub fn of(revision: u64, drawn: u64) -> String {
    format!("{revision}-{drawn:016x}")
}

/// The revision that a mark names; 0 when it names none, as those of earlier versions.
pub fn revision(mark: &str) -> u64 {
    mark.split_once('-').and_then(|(revision, _)| revision.parse().ok()).unwrap_or(0)
}

/// What a verifier begins with that has no keys yet.
pub fn no_keys_yet(env: &Env) -> Jwks {
    Jwks::none_before(env.get(VARIABLE).map_or(0, revision))
}
