//! Asking `GET /auth/check` of the issuer about what public keys cannot decide. Whatever is not clearly its answer lets nobody
//! in.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ::http::{
    HeaderMap, HeaderValue, Request, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, COOKIE, LOCATION, SET_COOKIE},
};
use serde::Deserialize;
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::refused::Refused;
use crate::{
    config::Env,
    domain::EndCause,
    error::{Error, Refusal, chain},
    http::{identity_headers, return_to, session_cookie},
    published::{Https, Unfetched},
    telemetry::{Event, Telemetry},
    tokens::Identity,
};

/// How long a request waits that cannot pass otherwise: `check` may have to start, and to ask a table.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How long one waits that is only to be renewed, and passes without as well.
pub(super) const PATIENCE_FOR_RENEWAL: Duration = Duration::from_secs(1);

/// How many are asked about at once. Each takes a thread of those that the runtime has for blocking work, 512 unless the
/// application says otherwise, and the application needs some itself. The others wait for one, and that much less for an answer.
const AT_ONCE: usize = 64;

/// A problem document of ours is shorter.
const MAX_BYTES: u64 = 4 * 1024;

/// A page whose address is longer as a part of a query is not returned to: gateways take 10 KB of headers, the path among them.
const MAX_RETURN_TO: usize = 2 * 1024;

pub(super) struct Asking {
    issuer: Arc<Https>,
    at_once: Arc<Semaphore>,
    telemetry: Telemetry,
}

/// A caller who may pass, and what replaces their cookie.
pub(super) struct Passed {
    pub(super) identity: Identity,
    pub(super) cookie: Option<HeaderValue>,
}

/// What is asked.
pub(super) struct Question {
    path: String,
    headers: HeaderMap,
    origin: String,
}

impl Question {
    /// About a session token, without anything else of the request.
    pub(super) fn of_token(token: &str, origin: &str) -> Result<Self, Refusal> {
        let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| Refusal("not a token"))?;
        value.set_sensitive(true);
        Ok(Self {
            path: "/auth/check".to_owned(),
            headers: HeaderMap::from_iter([(AUTHORIZATION, value)]),
            origin: origin.to_owned(),
        })
    }

    /// About the session cookie of a request, for a browser that may have to come back; `look_up` when it takes more than the JWT.
    pub(super) fn of_cookie(request: &Request<()>, value: &str, origin: &str, look_up: bool) -> Result<Self, Refusal> {
        let cookie = HeaderValue::try_from(format!("{}={value}", session_cookie::NAME));
        let mut cookie = cookie.map_err(|_| Refusal("not a cookie"))?;
        cookie.set_sensitive(true);
        let mut headers = HeaderMap::from_iter([(COOKIE, cookie)]);
        if return_to::accepts_html(request) {
            headers.insert(ACCEPT, HeaderValue::from_static("text/html"));
        }
        let mut query = Serializer::new(String::new());
        query.extend_pairs(page(request).map(|page| ("return_to", page)));
        query.extend_pairs(look_up.then_some(("look_up", "1")));
        Ok(Self { path: format!("/auth/check?{}", query.finish()), headers, origin: origin.to_owned() })
    }
}

/// The page that is asked for: path and query.
pub(super) fn page(request: &Request<()>) -> Option<&str> {
    let page = request.uri().path_and_query()?.as_str();
    let length: usize = byte_serialize(page.as_bytes()).map(str::len).sum();
    (length <= MAX_RETURN_TO).then_some(page)
}

impl Asking {
    pub(super) fn new(issuer: &str, env: &Env, telemetry: Telemetry) -> Self {
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        Self { issuer: Arc::new(Https::new(issuer, env)), at_once, telemetry }
    }

    /// Asks, and reads what is answered.
    ///
    /// # Errors
    /// [`Refused`] as `check` says; with [`Error::Unavailable`] when it says nothing that is understood.
    pub(super) async fn ask(&self, question: Question, patience: Duration) -> Result<Passed, Refused> {
        let origin = question.origin.clone();
        let answer = match self.send(question, patience).await {
            Ok(answer) => read(&answer, &origin),
            Err(error) => Err(unavailable(error)),
        };
        if let Err(Refused { error: Error::Unavailable(cause), .. }) = &answer {
            self.telemetry.note(Event::CheckUnreachable, &chain(cause.as_ref()));
        }
        answer
    }

    async fn send(
        &self,
        question: Question,
        patience: Duration,
    ) -> Result<Response<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>> {
        let started = Instant::now();
        // Kept until the thread is free again, also when the caller has gone.
        let permit = timeout(patience, Arc::clone(&self.at_once).acquire_owned()).await??;
        let issuer = Arc::clone(&self.issuer);
        let ask = move || {
            let left = patience.saturating_sub(started.elapsed());
            let answer = issuer.ask(&question.path, &question.headers, MAX_BYTES, left);
            drop(permit);
            answer
        };
        Ok(spawn_blocking(ask).await??)
    }
}

fn read(answer: &Response<Vec<u8>>, origin: &str) -> Result<Passed, Refused> {
    let cookie = cookie(answer.headers());
    match answer.status() {
        StatusCode::NO_CONTENT => match identity_headers::read(answer.headers()) {
            Some(identity) => Ok(Passed { identity, cookie }),
            None => Err(unavailable("check names nobody")),
        },
        StatusCode::FOUND => {
            let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let page = location.and_then(|location| return_to::within(origin, location));
            let page = page.ok_or_else(|| unavailable("check sends to a page of elsewhere"))?;
            Err(Refused { page: Some(page.into()), cookie, error: Refusal("check wants a sign-in").into() })
        }
        StatusCode::UNAUTHORIZED => Err(Refused { error: refusal(answer.body()), page: None, cookie }),
        status => Err(unavailable(Unfetched::Status(status.as_u16()))),
    }
}

fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Refused {
    Error::Unavailable(cause.into()).into()
}

/// The session cookie, and nothing else that might be set.
fn cookie(headers: &HeaderMap) -> Option<HeaderValue> {
    let is_ours = |value: &&HeaderValue| {
        let name = value.as_bytes().split(|byte| *byte == b'=').next();
        name == Some(session_cookie::NAME.as_bytes())
    };
    headers.get_all(SET_COOKIE).iter().find(is_ours).cloned()
}

/// Why, if the answer names a cause.
fn refusal(body: &[u8]) -> Error {
    #[derive(Deserialize)]
    struct Problem {
        cause: Option<String>,
    }
    let problem = serde_json::from_slice::<Problem>(body).ok();
    match problem.and_then(|problem| EndCause::parse(&problem.cause?)) {
        Some(cause) => Error::SessionEnded { cause, just_now: false, of: None },
        None => Refusal("refused by check").into(),
    }
}
