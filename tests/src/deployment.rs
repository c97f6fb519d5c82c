//! The whole product as built functions, each behind a Runtime API of its own, on a local DynamoDB.

use std::{collections::BTreeMap, sync::Mutex};

use serde_json::Value;

use crate::{
    api::Api,
    authorizer_event::about,
    exchange::{Answer, Call},
    local_dynamodb::local_dynamodb,
    rings::Rings,
    runtime_api::{Exit, Function},
    world::{ISSUER, ORIGIN, is_one_session, is_page},
};

/// The environment of functions.
#[derive(Clone)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// What the stateless authorizer needs.
    pub fn of_authorizer(rings: &Rings) -> Self {
        let nothing = Self(BTreeMap::new());
        nothing
            .with("LATCHKEY_ISSUER", ISSUER)
            .with("LATCHKEY_PUBLIC_ORIGIN", ORIGIN)
            // Nothing listens at that port: no test reaches AWS.
            .with("LATCHKEY_LIVE_URL", "ws://127.0.0.1:9/live")
            .with("AWS_ENDPOINT_URL_EVENTBRIDGE", "http://127.0.0.1:9")
            .with("LATCHKEY_JWKS", &rings.public_jwks())
    }

    /// What every function needs, on the DynamoDB of this process and with the rings it made.
    pub fn local() -> Self {
        let (local, tables) = (local_dynamodb(), local_dynamodb().tables());
        let ring = |kind| local.ready().pointer(kind).and_then(Value::as_str).unwrap_or_default();
        Self::of_authorizer(&Rings::of_local())
            .with("LATCHKEY_USERS_TABLE", &tables.users)
            .with("LATCHKEY_SESSIONS_TABLE", &tables.sessions)
            .with("LATCHKEY_EPHEMERA_TABLE", &tables.ephemera)
            .with("LATCHKEY_CONNECTIONS_TABLE", &tables.connections)
            .with("LATCHKEY_ROOMS_TABLE", &tables.rooms)
            .with("LATCHKEY_SIGN_KEYS", ring("/keys/sign"))
            .with("LATCHKEY_SEAL_KEYS", ring("/keys/seal"))
            .with("LATCHKEY_PEPPER_KEYS", ring("/keys/pepper"))
            .with("AWS_ENDPOINT_URL_DYNAMODB", &local.endpoint())
            .with("AWS_REGION", "eu-central-1")
            .with("AWS_ACCESS_KEY_ID", "test")
            .with("AWS_SECRET_ACCESS_KEY", "test")
    }

    /// With a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Without a variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// Starts a function in it.
    ///
    /// # Errors
    /// [`Exit`] when it ends instead of serving.
    pub fn start(&self, name: &str) -> Result<Function, Exit> {
        Function::start(name, &self.0)
    }

    /// Starts a function that must serve.
    pub fn function(&self, name: &str) -> Function {
        self.start(name).unwrap_or_else(|exit| panic!("{name} does not start: {}", exit.output))
    }
}

/// Built functions, each started at its first event.
pub struct Deployment {
    environment: Environment,
    functions: Mutex<BTreeMap<&'static str, Function>>,
}

impl Deployment {
    /// A deployment in which nothing runs yet.
    pub fn new(environment: Environment) -> Self {
        Self { environment, functions: Mutex::default() }
    }

    /// Invokes one function.
    ///
    /// # Errors
    /// The report of an invocation that failed.
    pub fn invoke(&self, name: &'static str, event: &[u8]) -> Result<Value, Value> {
        let mut functions = self.functions.lock().expect("one test, one thread");
        functions.entry(name).or_insert_with(|| self.environment.function(name)).invoke(event)
    }

    /// Ends all functions and gives everything they printed, by function.
    pub fn stop(self) -> BTreeMap<&'static str, String> {
        let functions = self.functions.into_inner().expect("one test, one thread");
        functions.into_iter().map(|(name, function)| (name, function.stop().output)).collect()
    }
}

impl Api for Deployment {
    async fn lets_in(&self, access_token: &str) -> bool {
        let decision = self.invoke("authorizer", about(access_token).to_string().as_bytes());
        decision.expect("the authorizer decides")["isAuthorized"] == true
    }

    async fn send(&self, call: Call) -> Answer {
        let response = self.invoke(function_of(&call), call.event().to_string().as_bytes());
        Answer::from_gateway(&response.unwrap_or_else(|report| panic!("an invocation failed: {report}")))
    }
}

/// The gateway's routes.
fn function_of(call: &Call) -> &'static str {
    match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/auth/register") => "register",
        ("POST", "/auth/login" | "/auth/salt") => "login",
        ("POST", "/auth/refresh") => "refresh",
        ("GET", path) if is_page(path) => "pages",
        ("POST", "/auth/account") => "pages",
        ("GET", "/auth/check") => "check",
        ("POST", "/auth/logout") => "logout",
        ("GET" | "DELETE", "/auth/sessions") => "sessions",
        ("DELETE", path) if is_one_session(path) => "sessions",
        ("GET" | "PATCH" | "DELETE", "/auth/me") | ("POST", "/auth/me/password") => "me",
        ("POST", "/auth/ws-ticket") => "ws-ticket",
        _ => "well-known",
    }
}
