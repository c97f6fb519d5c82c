//! `GET /.well-known/jwks.json`, `/.well-known/openid-configuration`, `/.well-known/revocations`, `/openapi.json`, and 404 or 405
//! for every other path.

mod contract;
mod metadata;
mod revocations;

use std::sync::{Mutex, PoisonError};

use contract::Contract;
use latchkey::{
    config::Env,
    domain::{Timestamp, lifetimes::MAX_KEPT_SECONDS},
    dynamodb::DynamoDb,
    error::Error,
    http::{Reply, Request, StatusCode, request},
    ports::{FindPublishedKeys, ReadFeed},
    published::document,
    startup::{Startup, StartupError},
    tokens::{Audience, jwks::public_only},
};

/// How long the published keys are kept in memory, in seconds. A rotation publishes a key hours before it signs.
const KEYS_KEPT: u64 = 60;

/// How long others may keep what is public, in seconds.
const PUBLIC: &str = "public, max-age=300";

/// The same of the keys. A cache in front of us, unlike one in a verifier, would hand a revoked key to sandboxes that have just
/// begun anew because of it.
const KEYS: &str = "public, max-age=300, s-maxage=1";

/// What the function holds.
pub struct WellKnown<S> {
    store: S,
    issuer: String,
    contract: Contract,
    kept: Mutex<Option<(Timestamp, String)>>,
    feed: revocations::Feed,
}

impl<S> WellKnown<S> {
    /// Serves the contract of `issuer`.
    ///
    /// # Errors
    /// When the embedded contract cannot be read.
    pub fn new(store: S, issuer: String) -> Result<Self, serde_json::Error> {
        let contract = Contract::embedded(&issuer)?;
        Ok(Self { store, contract, issuer, kept: Mutex::default(), feed: revocations::Feed::default() })
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
/// [`Error::NotFound`], [`Error::MethodNotAllowed`], [`Error::InvalidInput`], [`Error::Unavailable`].
pub async fn handle<S: FindPublishedKeys + ReadFeed>(
    app: &WellKnown<S>,
    request: &Request,
    now: Timestamp,
) -> Result<Reply, Error> {
    let mut cache = PUBLIC;
    let document = match (request::method(request).as_str(), request::path(request)) {
        ("GET", "/.well-known/jwks.json") => {
            cache = KEYS;
            match fresh_keys(app, now).await {
                Ok(keys) => keys,
                Err(_) => keys(app, now).await?,
            }
        }
        ("GET", "/.well-known/openid-configuration") => {
            metadata::openid_configuration(&app.issuer, &keys(app, now).await?)?
        }
        ("GET", document::PATH) => {
            cache = revocations::CACHE;
            let after = revocations::after(request)?;
            let (keys, ()) = tokio::try_join!(fresh_keys(app, now), app.feed.refresh(&app.store, now))?;
            app.feed.document(&keys, after)?
        }
        ("GET", "/openapi.json") => app.contract.document().to_owned(),
        (_, path) => return Err(app.contract.refuse(path)),
    };
    let reply = Reply::text(StatusCode::OK, "application/json", document);
    Ok(reply.header(latchkey::http::CACHE_CONTROL, cache))
}

/// The published keys: at most a minute old, or an hour for as long as the table cannot be read.
async fn keys<S: FindPublishedKeys>(app: &WellKnown<S>, now: Timestamp) -> Result<String, Error> {
    let kept = app.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let younger_than = |seconds| kept.clone().filter(|(read_at, _)| now.since(*read_at) < seconds);
    let published = match younger_than(KEYS_KEPT) {
        Some((_, published)) => published,
        None => match published(app, now).await {
            Ok(published) => published,
            Err(error) => younger_than(MAX_KEPT_SECONDS).ok_or(error)?.1,
        },
    };
    in_time(&published, now)
}

/// The published keys as they are now or were a second ago: a key that was revoked is missing here first.
async fn fresh_keys<S: FindPublishedKeys>(app: &WellKnown<S>, now: Timestamp) -> Result<String, Error> {
    let kept = app.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let published = match kept.filter(|(read_at, _)| revocations::is_fresh(*read_at, now)) {
        Some((_, published)) => published,
        None => published(app, now).await?,
    };
    in_time(&published, now)
}

async fn published<S: FindPublishedKeys>(app: &WellKnown<S>, now: Timestamp) -> Result<String, Error> {
    let published = app.store.find_published_keys().await?;
    let published = published.ok_or_else(|| Error::Unavailable("no public keys are published yet".into()))?;
    *app.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, published.clone()));
    Ok(published)
}

/// Without the keys that have retired since they were published.
fn in_time(published: &str, now: Timestamp) -> Result<String, Error> {
    public_only(published, now).map_err(|error| Error::Internal(error.to_string()))
}
