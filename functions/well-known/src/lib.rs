//! `GET /.well-known/jwks.json`, `/.well-known/openid-configuration`, `/openapi.json`, and 404 or 405 for every other path.

mod contract;
mod metadata;

use std::sync::{Mutex, PoisonError};

use contract::Contract;
use latchkey::{
    config::Env,
    domain::{Timestamp, lifetimes::MAX_KEPT_SECONDS},
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, request},
    ports::FindPublishedKeys,
    startup::{Startup, StartupError},
    tokens::{Audience, jwks::public_only},
};

/// How long the published keys are kept in memory, in seconds. A rotation publishes a key hours before it signs.
const KEYS_KEPT: u64 = 60;

/// How long others may keep what is public, in seconds.
const PUBLIC: &str = "public, max-age=300";

/// What the function holds.
pub struct WellKnown<S> {
    store: S,
    issuer: String,
    contract: Contract,
    kept: Mutex<Option<(Timestamp, String)>>,
}

impl<S> WellKnown<S> {
    /// Serves the contract of `issuer`.
    ///
    /// # Errors
    /// When the embedded contract cannot be read.
    pub fn new(store: S, issuer: String) -> Result<Self, serde_json::Error> {
        Ok(Self { store, contract: Contract::embedded(&issuer)?, issuer, kept: Mutex::default() })
    }
}

/// Puts the function together.
///
/// # Errors
/// When a setting is missing or malformed.
pub async fn start(env: &Env) -> Result<WellKnown<DynamoDb>, StartupError> {
    Ok(WellKnown::new(Startup::new(env)?.store()?, Audience::from_env(env)?.issuer)?)
}

/// Answers one request: 200 with a document.
///
/// # Errors
/// [`Error::NotFound`], [`Error::MethodNotAllowed`], [`Error::Unavailable`].
pub async fn handle<S: FindPublishedKeys>(
    app: &WellKnown<S>,
    request: &Request,
    now: Timestamp,
) -> Result<Reply, Error> {
    let document = match (request::method(request).as_str(), request::path(request)) {
        ("GET", "/.well-known/jwks.json") => keys(app, now).await?,
        ("GET", "/.well-known/openid-configuration") => {
            metadata::openid_configuration(&app.issuer, &keys(app, now).await?)?
        }
        ("GET", "/openapi.json") => app.contract.document().to_owned(),
        (_, path) => return Err(app.contract.refuse(path)),
    };
    let reply = Reply::text(StatusCode::OK, "application/json", document);
    Ok(reply.header(latchkey::http::CACHE_CONTROL, PUBLIC))
}

/// The published keys: at most a minute old, or an hour for as long as the table cannot be read.
async fn keys<S: FindPublishedKeys>(app: &WellKnown<S>, now: Timestamp) -> Result<String, Error> {
    let kept = app.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let younger_than = |seconds| kept.as_ref().filter(|(read_at, _)| now.since(*read_at) < seconds);
    let published = match younger_than(KEYS_KEPT) {
        Some((_, published)) => published.clone(),
        None => match app.store.find_published_keys().await {
            Ok(published) => {
                let published =
                    published.ok_or_else(|| Error::Unavailable("no public keys are published yet".into()))?;
                *app.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, published.clone()));
                published
            }
            Err(error) => younger_than(MAX_KEPT_SECONDS).ok_or(error)?.1.clone(),
        },
    };
    public_only(&published, now).map_err(|error| Error::Internal(error.to_string()))
}
