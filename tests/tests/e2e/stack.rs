//! The stack that `cargo xtask stack up` made.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use latchkey_tests::{
    api::Api,
    exchange::{Answer, Call},
};
use serde_json::json;

/// Latchkey and the APIs behind its authorizers, each at its URL.
pub(crate) struct Stack {
    agent: ureq::Agent,
    pub(crate) url: String,
    http_url: String,
    rest_url: String,
    websocket_url: String,
    appsync_url: String,
    guarded_url: String,
}

impl Stack {
    /// The one that the environment names.
    pub(crate) fn from_env() -> Self {
        let url = |name: &str| {
            let url = std::env::var(format!("LATCHKEY_E2E_{name}URL"));
            let url = url.expect("LATCHKEY_E2E_URL and the others name the stack: `cargo xtask stack url` prints them");
            url.trim_end_matches('/').to_owned()
        };
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self {
            agent: agent.into(),
            url: url(""),
            http_url: url("HTTP_"),
            rest_url: url("REST_"),
            websocket_url: url("WEBSOCKET_"),
            appsync_url: url("APPSYNC_"),
            guarded_url: url("GUARDED_"),
        }
    }

    /// Calls the HTTP API.
    pub(crate) fn http_api(&self, call: &Call) -> Answer {
        self.request(&self.http_url, call)
    }

    /// Calls the route of the HTTP API behind the session-authorizer.
    pub(crate) fn live_notes(&self, session_token: &str) -> Answer {
        self.http_api(&Call::get("/live-notes").bearer(session_token))
    }

    /// Calls the REST API.
    pub(crate) fn rest_api(&self, call: &Call) -> Answer {
        self.request(&self.rest_url, call)
    }

    /// Calls the application with the guard in it.
    pub(crate) fn guarded_app(&self, call: &Call) -> Answer {
        self.request(&self.guarded_url, call)
    }

    /// Sends a query to the AppSync API, with the token as AppSync wants it.
    pub(crate) fn graphql(&self, query: &str, token: Option<&str>) -> Answer {
        let call = Call::post("", &json!({ "query": query }));
        let call = token.into_iter().fold(call, |call, token| call.header("authorization", token));
        self.request(&self.appsync_url, &call)
    }

    /// The status of a WebSocket handshake (RFC 6455 section 4.1); 101 is a connection, which ends at once.
    pub(crate) fn connect(&self, token: Option<&str>) -> u16 {
        let (host, path) = self.websocket_url.trim_start_matches("ws://").split_once('/').expect("a URL has a path");
        let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let mut stream = TcpStream::connect(host).expect("the stack listens");
        write!(
            stream,
            "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{authorization}\r\n"
        )
        .expect("the stack reads");
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).expect("the stack answers");
        line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("the answer is HTTP")
    }

    fn request(&self, base: &str, call: &Call) -> Answer {
        let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
        let mut request =
            ureq::http::Request::builder().method(call.method.as_str()).uri(format!("{base}{}{query}", call.path));
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        if !call.cookies.is_empty() {
            request = request.header("cookie", call.cookies.join("; "));
        }
        let body = call.body.clone().unwrap_or_default();
        // It is the gateway that encodes.
        let body = if call.is_base64 { STANDARD.decode(body).expect("it is base64") } else { body.into_bytes() };
        let request = request.body(body).expect("the call is a request");
        let mut response = self.agent.run(request).expect("the stack answers");
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        Answer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response.body_mut().read_to_string().expect("answers are text"),
        }
    }
}

impl Api for Stack {
    async fn lets_in(&self, access_token: &str) -> bool {
        let answer = self.http_api(&Call::get("/notes").bearer(access_token));
        assert!(matches!(answer.status, 200 | 401 | 403), "{answer}");
        answer.status == 200
    }

    async fn send(&self, call: Call) -> Answer {
        self.request(&self.url, &call)
    }
}
