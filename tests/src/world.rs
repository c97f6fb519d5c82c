//! The whole product in this process: every `handle` over one store, with a clock that a test sets.

pub(crate) mod functions;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use latchkey::{
    config::Env,
    domain::{AttemptLimits, ClientHashing, Lifetimes, Random, Timestamp},
    http::{
        Site,
        authorizer::{Authorizer, Context},
        serve::answer,
    },
    memory::Gateway,
    passwords::{HashWork, PasswordPolicy},
    published::Refetch,
    telemetry::Telemetry,
    tokens::Audience,
};
use serde_json::Value;

use crate::{
    api::{Api, Person, Tokens},
    exchange::{Answer, Call},
    rings::Rings,
    store::Store,
};
use functions::Functions;

/// When every world begins: 2096-10-02T07:06:40Z, so far ahead that no sweeper of expired items ever takes part.
pub const START: Timestamp = Timestamp::from_seconds(4_000_000_000);

/// The issuer of every world.
pub const ISSUER: &str = "https://auth.example.com";

/// Where the pages of every world are.
pub const ORIGIN: &str = "https://app.example.com";

/// Another origin that may call.
pub const ALLOWED_ORIGIN: &str = "https://other.example.com";

/// Where clients of every world connect.
pub const LIVE_URL: &str = "wss://live.example.com/live";

/// What a deployment can choose.
#[derive(Clone)]
pub struct Settings {
    /// The keys.
    pub rings: Rings,
    /// The issuer.
    pub issuer: String,
    /// The audience.
    pub audience: String,
    /// How long everything lives.
    pub lifetimes: Lifetimes,
    /// How often something may be tried.
    pub limits: AttemptLimits,
    /// What a password must be.
    pub policy: PasswordPolicy,
    /// The work of a hash: next to none, since these tests are not about it.
    pub work: HashWork,
    /// Whether clients hash passwords.
    pub client_hashing: ClientHashing,
    /// Where secrets come from.
    pub random: Random,
    /// The origin of the pages, if there are any.
    pub public_origin: Option<&'static str>,
    /// After how many seconds `check` asks the table about a good cookie, if it does.
    pub ask_after: Option<u64>,
    /// When an authorizer fetches keys again.
    pub refetch: Refetch,
    /// What the pages are called.
    pub page_name: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rings: Rings::of_this_process(),
            issuer: ISSUER.to_owned(),
            audience: "latchkey".to_owned(),
            lifetimes: Lifetimes::default(),
            limits: AttemptLimits::default(),
            policy: PasswordPolicy::default(),
            work: HashWork { memory_kib: 64, iterations: 1 },
            client_hashing: ClientHashing::Off,
            random: Random::SYSTEM,
            public_origin: Some(ORIGIN),
            ask_after: None,
            refetch: Refetch::default(),
            page_name: "Latchkey",
        }
    }
}

impl Settings {
    fn audience(&self) -> Audience {
        Audience { issuer: self.issuer.clone(), audience: self.audience.clone(), client_id: "latchkey".to_owned() }
    }
}

/// A deployment in this process.
pub struct World {
    /// What it keeps.
    pub store: Store,
    /// What it was deployed with.
    pub settings: Settings,
    /// What its WebSocket connections and its event bus were told.
    pub gateway: Gateway,
    pub(crate) functions: Functions,
    clock: AtomicU64,
    pub(crate) telemetry: Telemetry,
    site: Site,
}

impl World {
    /// A deployment on `store`.
    pub fn new(store: Store, settings: Settings) -> Self {
        store.publish_at_deployment(&settings.rings.public_jwks(), settings.rings.sign().revision());
        let gateway = Gateway::default();
        let functions = Functions::new(&store, &settings, &gateway);
        let origin = settings.public_origin.map(|origin| ("LATCHKEY_PUBLIC_ORIGIN".to_owned(), origin.to_owned()));
        let site = Site::from_env(&Env::new(origin).expect("the setting exists")).expect("it is an origin");
        Self { store, settings, gateway, functions, clock: AtomicU64::new(START.seconds()), telemetry: quiet(), site }
    }

    /// One deployment on each kind of store, one after the other.
    pub fn on_each_store() -> impl Iterator<Item = Self> {
        Self::on_each_store_with(Settings::default())
    }

    /// The same with other settings.
    pub fn on_each_store_with(settings: Settings) -> impl Iterator<Item = Self> {
        [false, true].into_iter().map(move |real| {
            println!("-- on {}", if real { "DynamoDB" } else { "memory" }); // shown when the test fails
            Self::new(if real { Store::dynamodb() } else { Store::memory() }, settings.clone())
        })
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.clock.load(Relaxed))
    }

    /// Sets the clock, back as well.
    pub fn set_clock(&self, now: Timestamp) {
        self.clock.store(now.seconds(), Relaxed);
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Relaxed);
    }

    /// Makes an account and gives its first tokens.
    pub async fn registered(&self) -> (Person, Tokens) {
        let person = Person::new();
        let tokens = self.register(&person).await.into();
        (person, tokens)
    }

    /// What the stateless authorizer tells a protected function about a token; `None` when it denies.
    pub fn authorize(&self, token: &str) -> Option<Value> {
        let authorizer = self.functions.authorizer.lock().expect("no test goes on after a panic");
        let caller = latchkey_authorizer::identify(&authorizer, token, self.now()).ok()?;
        Some(serde_json::to_value(Context::of(&caller)?).expect("the context is JSON"))
    }

    /// What the stateless authorizer, told `authorizer` at its start, answers to an event of any bytes.
    ///
    /// # Errors
    /// The text of the failed invocation.
    pub fn decide(&self, authorizer: &Authorizer, event: &[u8]) -> Result<Value, &'static str> {
        let verifier = self.functions.authorizer.lock().expect("no test goes on after a panic");
        let identify = |token: &str, now| latchkey_authorizer::identify(&verifier, token, now);
        let answer = authorizer.decide("request", event, || Ok(self.now()), identify)?;
        Ok(serde_json::from_str(&answer).expect("an answer is JSON"))
    }

    /// The context of the session-authorizer.
    pub async fn authorize_session(&self, token: &str) -> Option<Value> {
        let authorizer = &self.functions.session_authorizer;
        let caller = latchkey_session_authorizer::identify(authorizer, token, self.now()).await.ok()?;
        Some(serde_json::to_value(Context::of(&caller)?).expect("the context is JSON"))
    }

    /// Invokes the function `admin` with a payload of any text; gives what it answers.
    pub async fn invoke_admin(&self, payload: &str) -> Value {
        let answer = latchkey_admin::answer(&self.store, &self.telemetry, "request", payload, Ok(self.now())).await;
        serde_json::from_str(answer.get()).expect("the answer is JSON")
    }

    /// Sends an event of any text to the function behind a route.
    pub async fn send_event(&self, method: &str, path: &str, event: &str) -> Answer {
        let (functions, now) = (&self.functions, self.now());
        macro_rules! function {
            ($package:ident($app:ident)) => {
                answer(&self.telemetry, &self.site, "request", event, async |request, _| {
                    $package::handle(&functions.$app, request, now).await
                })
                .await
            };
        }
        let reply = match (method, path) {
            ("POST", "/auth/register") => function!(latchkey_register(register)),
            ("POST", "/auth/login" | "/auth/salt") => function!(latchkey_login(login)),
            ("POST", "/auth/refresh") => function!(latchkey_refresh(refresh)),
            ("GET", path) if is_page(path) => function!(latchkey_pages(pages)),
            ("POST", "/auth/account") => function!(latchkey_pages(pages)),
            ("GET", "/auth/check") => function!(latchkey_check(check)),
            ("POST", "/auth/logout") => function!(latchkey_logout(logout)),
            ("GET" | "DELETE", "/auth/sessions") => function!(latchkey_sessions(sessions)),
            ("DELETE", path) if is_one_session(path) => function!(latchkey_sessions(sessions)),
            ("GET" | "PATCH" | "DELETE", "/auth/me") => function!(latchkey_me(me)),
            ("POST", "/auth/me/password") => function!(latchkey_me(me)),
            ("POST", "/auth/ws-ticket") => function!(latchkey_ws_ticket(ws_ticket)),
            _ => function!(latchkey_well_known(well_known)),
        };
        let headers = reply.response().headers().iter();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        Answer {
            status: reply.status().as_u16(),
            headers: headers.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
            body: text(reply.response().body().as_ref()),
        }
    }
}

impl Api for World {
    async fn lets_in(&self, access_token: &str) -> bool {
        self.authorize(access_token).is_some()
    }

    async fn send(&self, call: Call) -> Answer {
        self.send_event(&call.method, &call.path, &call.event().to_string()).await
    }
}

/// Lines about failures of our own only.
pub(crate) fn quiet() -> Telemetry {
    let quiet = Env::new([("LATCHKEY_LOG_LEVEL".to_owned(), "error".to_owned())]).expect("the setting exists");
    Telemetry::from_env("test", &quiet).expect("the level exists")
}

/// The gateway's routes to the function `pages` that only read.
pub(crate) fn is_page(path: &str) -> bool {
    let is_file = path.strip_prefix("/auth/pages/").is_some_and(|file| !file.is_empty() && !file.contains('/'));
    is_file || matches!(path, "/auth/login" | "/auth/register" | "/auth/account")
}

/// The gateway's route `/auth/sessions/{id}`: one segment more.
pub(crate) fn is_one_session(path: &str) -> bool {
    path.strip_prefix("/auth/sessions/").is_some_and(|id| !id.is_empty() && !id.contains('/'))
}
