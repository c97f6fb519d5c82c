//! The product from outside, wherever it runs: in this process, as built functions, or deployed behind a gateway.

use std::future::Future;

use latchkey::domain::Random;
use serde_json::{Value, json};

use crate::{
    exchange::{Answer, Call},
    forge::decode,
    world::ORIGIN,
};

/// A deployment that answers.
pub trait Api {
    /// Sends one call to whatever function its route belongs to.
    fn send(&self, call: Call) -> impl Future<Output = Answer>;

    /// Whether an API behind the stateless authorizer lets a caller with this token in.
    fn lets_in(&self, access_token: &str) -> impl Future<Output = bool>;

    /// Makes an account.
    fn register(&self, person: &Person) -> impl Future<Output = Answer> {
        self.send(Call::post("/auth/register", &person.credentials()))
    }

    /// Signs in for an access and a refresh token.
    fn login(&self, person: &Person) -> impl Future<Output = Answer> {
        self.send(Call::post("/auth/login", &person.credentials()))
    }

    /// Signs in for a session token.
    fn login_for_session_token(&self, person: &Person) -> impl Future<Output = Answer> {
        let mut body = person.credentials();
        body["transport"] = json!("session");
        self.send(Call::post("/auth/login", &body))
    }

    /// Signs in for a cookie, from a page of the API's own origin.
    fn login_for_cookie(&self, person: &Person) -> impl Future<Output = Answer> {
        let mut body = person.credentials();
        body["transport"] = json!("cookie");
        self.send(Call::post("/auth/login", &body).same_origin(ORIGIN))
    }

    /// Renews.
    fn refresh(&self, refresh_token: &str) -> impl Future<Output = Answer> {
        self.send(Call::post("/auth/refresh", &json!({ "refresh_token": refresh_token })))
    }

    /// Signs out.
    fn logout(&self, refresh_token: &str) -> impl Future<Output = Answer> {
        self.send(Call::post("/auth/logout", &json!({ "refresh_token": refresh_token })))
    }

    /// Reads the profile.
    fn me(&self, token: &str) -> impl Future<Output = Answer> {
        self.send(Call::get("/auth/me").bearer(token))
    }

    /// Lists the sessions.
    fn sessions(&self, token: &str) -> impl Future<Output = Answer> {
        self.send(Call::get("/auth/sessions").bearer(token))
    }
}

/// Somebody with an account, or about to have one.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

impl Person {
    /// Somebody nobody has met.
    #[expect(clippy::new_without_default, reason = "every call makes another person")]
    pub fn new() -> Self {
        Self { email: format!("person-{}@example.com", hex()), password: format!("violet {} anchor", hex()) }
    }

    /// The same person with another password.
    #[must_use]
    pub fn with_password(&self, password: &str) -> Self {
        Self { password: password.to_owned(), ..self.clone() }
    }

    /// What they send to register or to sign in.
    pub fn credentials(&self) -> Value {
        json!({ "email": self.email, "password": self.password })
    }
}

fn hex() -> String {
    let bytes: [u8; 8] = Random::SYSTEM.draw().expect("the system has random bytes");
    format!("{:016x}", u64::from_be_bytes(bytes))
}

/// The credentials in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The access token, empty if there is none.
    pub access: String,
    /// The refresh token, empty if there is none.
    pub refresh: String,
    /// The session token, empty if there is none.
    pub session: String,
    /// The session's id.
    pub session_id: String,
    /// The user's id.
    pub user_id: String,
}

impl Tokens {
    /// The `kid` of the key that signed the access token.
    pub fn kid(&self) -> String {
        let header = self.access.split('.').next().unwrap_or_default();
        let header: Value = serde_json::from_slice(&decode(header)).expect("a token begins with JSON");
        header["kid"].as_str().expect("a token names its key").to_owned()
    }
}

impl From<Answer> for Tokens {
    fn from(answer: Answer) -> Self {
        assert!(matches!(answer.status, 200 | 201), "{answer}");
        Self {
            access: answer.text("/access_token"),
            refresh: answer.text("/refresh_token"),
            session: answer.text("/session_token"),
            session_id: answer.text("/session/id"),
            user_id: answer.text("/user/id"),
        }
    }
}
