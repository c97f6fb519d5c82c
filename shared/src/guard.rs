//! A guard in front of somebody else's function or service: a `tower` layer for `lambda_http`, axum and whatever else is a
//! service of HTTP requests.
//!
//! ```no_run
//! # use latchkey::guard::Guard;
//! # fn run<S>(service: S) -> Result<(), latchkey::config::ConfigError> {
//! let guarded = tower_layer::Layer::layer(&Guard::from_env()?, service);
//! # Ok(())
//! # }
//! ```
//!
//! A request that passes has an [`Identity`] among its extensions. Every other one is answered here: 401, 403, 503, or the way
//! to the login page. The guard holds public keys only. What these cannot decide, a session token or a cookie that has to be
//! renewed, it asks `GET /auth/check` of the issuer.

mod asking;
mod decision;
mod proof;
mod refused;

use std::{
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use ::http::{HeaderValue, Request, Response, header};
use tower_layer::Layer;
use tower_service::Service;

pub use crate::tokens::Identity;
use crate::{
    config::{ConfigError, Env},
    domain::{
        Timestamp,
        time::{BrokenClock, system_clock},
    },
    http::Site,
    telemetry::Telemetry,
    tokens::Audience,
};
use asking::Asking;
use proof::Proof;

/// The name in logs and metrics.
const NAME: &str = "guard";

/// Lets through who is signed in.
#[derive(Clone)]
pub struct Guard(Arc<Gate>);

/// What a guard holds.
struct Gate {
    site: Site,
    proof: Proof,
    asking: Asking,
    telemetry: Telemetry,
}

impl Guard {
    /// Reads its settings from the environment of this process. Nothing is fetched.
    ///
    /// # Errors
    /// As [`Guard::new`].
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::new(&Env::from_process()?)
    }

    /// Takes its settings from `env`: `LATCHKEY_ISSUER`, `LATCHKEY_PUBLIC_ORIGIN`, and if they are set `LATCHKEY_AUDIENCE`,
    /// `LATCHKEY_JWKS`, `LATCHKEY_REVOCATION`, their limits and `LATCHKEY_LOG_LEVEL`.
    ///
    /// # Errors
    /// [`ConfigError`] when one is missing or malformed.
    pub fn new(env: &Env) -> Result<Self, ConfigError> {
        Self::with_clock(env, system_clock)
    }

    /// As [`Guard::new`], by another clock.
    ///
    /// # Errors
    /// As [`Guard::new`].
    pub fn with_clock(
        env: &Env,
        clock: impl Fn() -> Result<Timestamp, BrokenClock> + Send + Sync + 'static,
    ) -> Result<Self, ConfigError> {
        env.required("LATCHKEY_PUBLIC_ORIGIN")?;
        let (audience, telemetry) = (Audience::from_env(env)?, Telemetry::from_env(NAME, env)?);
        Ok(Self(Arc::new(Gate {
            site: Site::from_env(env)?,
            proof: Proof::from_env(&audience, env, telemetry, Box::new(clock))?,
            asking: Asking::new(&audience.issuer, env, telemetry),
            telemetry,
        })))
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guard")
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, service: S) -> Guarded<S> {
        Guarded { guard: self.clone(), service }
    }
}

/// A service behind a [`Guard`].
#[derive(Debug, Clone)]
pub struct Guarded<S> {
    guard: Guard,
    service: S,
}

impl<S, B, R> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that is ready goes with the request; its clone has to become so.
        let next = self.service.clone();
        let mut service = mem::replace(&mut self.service, next);
        let guard = self.guard.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            match guard.0.admit(Request::from_parts(head, ())).await {
                Ok((head, cookie)) => Ok(with_cookie(service.call(head.map(|()| body)).await?, cookie)),
                Err(refusal) => Ok(refusal.map(R::from)),
            }
        })
    }
}

/// Sets the cookie of a renewed session, in an answer that is nobody else's from then on.
fn with_cookie<R>(mut response: Response<R>, cookie: Option<HeaderValue>) -> Response<R> {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
