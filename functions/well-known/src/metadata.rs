//! The metadata document by which verifiers find the keys (OpenID Connect Discovery 1.0, RFC 8414).

use latchkey::{error::Error, tokens::Jwks};
use serde_json::json;

/// Says where the keys of `issuer` are and which algorithms they have. Endpoints that do not exist are not named.
pub(crate) fn openid_configuration(issuer: &str, keys: &str) -> Result<String, Error> {
    let keys = Jwks::parse(keys).map_err(|error| Error::Internal(error.to_string()))?;
    let algorithms: Vec<_> = keys.algorithms().into_iter().map(|algorithm| algorithm.as_str()).collect();
    let document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "claims_supported": ["iss", "aud", "sub", "client_id", "sid", "iat", "exp", "jti", "auth_time", "amr", "epoch", "scope", "roles"],
    });
    Ok(document.to_string())
}
