//! An application behind a guard, and the deployment that the guard asks.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response},
};
use latchkey::{
    config::Env,
    domain::Timestamp,
    guard::{Guard, Identity},
};
use latchkey_tests::{
    api::{Api, Person, Tokens},
    exchange::{Answer, Call},
    front::Front,
    store::Store,
    world::{ORIGIN, Settings, World},
};
use serde_json::{Value, json};
use tower_service::Service;

/// The deployment of a test, shared with the thread that serves it.
pub(crate) struct Shared<A>(pub(crate) Arc<A>);

impl<A: Api> Api for Shared<A> {
    async fn lets_in(&self, access_token: &str) -> bool {
        self.0.lets_in(access_token).await
    }

    async fn send(&self, call: Call) -> Answer {
        self.0.send(call).await
    }
}

/// An axum application behind a guard.
pub(crate) struct App {
    pub(crate) front: Front,
    pub(crate) world: Arc<World>,
    router: Router,
}

impl App {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default(), &[])
    }

    /// With these settings of the deployment, and these of the guard.
    pub(crate) fn with(settings: Settings, variables: &[(&str, &str)]) -> Self {
        let jwks = settings.rings.public_jwks();
        Self::start(settings, &[&[("LATCHKEY_JWKS", jwks.as_str())], variables].concat())
    }

    /// With a guard that has to fetch keys.
    pub(crate) fn without_keys() -> Self {
        Self::start(Settings::default(), &[])
    }

    fn start(settings: Settings, variables: &[(&str, &str)]) -> Self {
        let front = Front::new();
        let world = Arc::new(World::new(Store::memory(), Settings { issuer: front.url(), ..settings }));
        front.serve(Shared(Arc::clone(&world)));
        let clock = Arc::clone(&world);
        let router = router(&front.url(), variables, move || clock.now());
        Self { front, world, router }
    }

    /// Somebody with an account, signed in for a cookie.
    pub(crate) async fn browser(&self) -> Browser {
        let person = Person::new();
        assert_eq!(self.world.register(&person).await.status, 201);
        Browser::of(self.world.login_for_cookie(&person).await)
    }

    /// Sends a call to the application.
    pub(crate) async fn send(&self, call: Call) -> Answer {
        send(&self.router, call).await
    }

    /// The paths that the guard has asked for since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.front.asked().into_iter().map(|call| call.path).collect()
    }
}

/// An application that says whom it takes its caller for, and what headers about callers reach it.
pub(crate) fn router(
    issuer: &str,
    variables: &[(&str, &str)],
    clock: impl Fn() -> Timestamp + Send + Sync + 'static,
) -> Router {
    let mine = [("LATCHKEY_ISSUER", issuer), ("LATCHKEY_PUBLIC_ORIGIN", ORIGIN), ("LATCHKEY_LOG_LEVEL", "error")];
    let variables = mine.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let guard = Guard::with_clock(&Env::new(variables).unwrap(), move || Ok(clock())).unwrap();
    Router::new().fallback(who).layer(guard)
}

async fn who(
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
) -> ([(&'static str, &'static str); 2], String) {
    let told: Vec<_> = headers.keys().map(|name| name.as_str()).filter(|name| name.starts_with("x-auth-")).collect();
    let who = json!({
        "user": identity.user_id().to_string(),
        "session": identity.session_id().to_string(),
        "roles": identity.subject.roles,
        "scope": identity.subject.scope,
        "expires_at": identity.expires_at.seconds(),
        "told": told,
    });
    ([("cache-control", "max-age=60"), ("set-cookie", "theme=dark")], who.to_string())
}

/// Sends a call to an application.
pub(crate) async fn send(router: &Router, call: Call) -> Answer {
    let target = if call.query.is_empty() { call.path.clone() } else { format!("{}?{}", call.path, call.query) };
    let mut request = Request::builder().method(call.method.as_str()).uri(target);
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    for cookie in &call.cookies {
        request = request.header("cookie", cookie);
    }
    let request = request.body(Body::from(call.body.unwrap_or_default())).unwrap();
    let response: Response<Body> = router.clone().call(request).await.unwrap();
    answer(response).await
}

async fn answer(response: Response<Body>) -> Answer {
    let (head, body) = response.into_parts();
    let name = |name: &axum::http::HeaderName| {
        let values = head.headers.get_all(name).iter().map(|value| value.to_str().unwrap());
        (name.to_string(), values.collect::<Vec<_>>().join("\n"))
    };
    let headers = head.headers.keys().map(name).collect();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    Answer { status: head.status.as_u16(), headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

/// A browser: what it was last told to keep.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) cookie: String,
    pub(crate) tokens: Tokens,
}

impl Browser {
    pub(crate) fn of(answer: Answer) -> Self {
        Self { cookie: answer.cookie().unwrap(), tokens: answer.into() }
    }

    /// A call with its cookie.
    pub(crate) fn with(&self, call: Call) -> Call {
        call.cookie("theme=light").cookie(&format!("__Host-latchkey={}", self.cookie))
    }

    /// Asks the application for a page of data, and keeps what it is told to.
    pub(crate) async fn get(&mut self, app: &App) -> Answer {
        let answer = app.send(self.with(Call::get("/notes"))).await;
        self.cookie = renewed(&answer).unwrap_or_else(|| self.cookie.clone());
        answer
    }
}

/// The session cookie that an answer sets, beside those of the application.
pub(crate) fn renewed(answer: &Answer) -> Option<String> {
    let set = answer.headers.get("set-cookie")?.lines().find_map(|line| line.strip_prefix("__Host-latchkey="))?;
    set.split(';').next().map(str::to_owned)
}

/// Whom the application takes its caller for.
pub(crate) fn user(answer: &Answer) -> (u16, String) {
    (answer.status, answer.text("/user"))
}

/// What an answer of the guard says: status, problem, cause.
pub(crate) fn refusal(answer: &Answer) -> (u16, String, Value) {
    (answer.status, answer.problem(), answer.json()["cause"].clone())
}
