//! An API over HTTP, as a gateway would serve it: whoever fetches or asks over a network reaches it by its URL.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use tiny_http::{Header, Request, Response, Server};
use tokio::runtime::Builder;

use crate::{api::Api, exchange::Call};

/// What is between a client and the API.
#[derive(Debug, Clone, Default)]
pub enum Line {
    /// Nothing.
    #[default]
    Up,
    /// No answer, for as long as the client waits.
    Silent,
    /// This answer to everything: status, headers, body.
    Says(u16, Vec<(&'static str, String)>, String),
}

/// A place where an API can be reached; it serves until the test process ends.
#[derive(Clone)]
pub struct Front {
    server: Arc<Server>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    line: Line,
    asked: Vec<Call>,
    /// Requests that are never answered.
    kept: Vec<Request>,
}

impl Front {
    /// A place where nobody serves yet.
    #[expect(clippy::new_without_default, reason = "every call takes another port")]
    pub fn new() -> Self {
        let server = Server::http("127.0.0.1:0").expect("a port is free");
        Self { server: Arc::new(server), state: Arc::default() }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }

    /// From now on `api` is served here, one request after the other.
    pub fn serve(&self, api: impl Api + Send + 'static) {
        let front = self.clone();
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        thread::spawn(move || {
            for request in front.server.incoming_requests() {
                front.answer(request, |call| {
                    let answer = runtime.block_on(api.send(call));
                    let lines = |(name, values): (String, String)| {
                        let lines: Vec<_> = values.lines().map(|value| (name.clone(), value.to_owned())).collect();
                        if lines.is_empty() { vec![(name, String::new())] } else { lines }
                    };
                    (answer.status, answer.headers.into_iter().flat_map(lines).collect(), answer.body)
                });
            }
        });
    }

    /// Changes what is between.
    pub fn line(&self, line: Line) {
        self.lock().line = line;
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock().asked)
    }

    fn answer(&self, request: Request, api: impl FnOnce(Call) -> (u16, Vec<(String, String)>, String)) {
        let call = call(&request);
        let line = {
            let mut state = self.lock();
            state.asked.push(call.clone());
            state.line.clone()
        };
        let (status, headers, body) = match line {
            Line::Up => api(call),
            Line::Silent => return self.lock().kept.push(request),
            Line::Says(status, headers, body) => {
                (status, headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(), body)
            }
        };
        let header = |(name, value): (String, String)| {
            Header::from_bytes(name.as_bytes(), value.as_bytes()).expect("a header is a header")
        };
        let response = Response::from_string(body).with_status_code(status);
        let response = headers.into_iter().map(header).fold(response, Response::with_header);
        // Whoever has given up waiting does not hear the answer.
        let _ = request.respond(response);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The call that a gateway makes of a request.
fn call(request: &Request) -> Call {
    let mut call = Call::new(request.method().as_str(), request.url());
    call.headers.clear();
    for header in request.headers() {
        let (name, value) = (header.field.as_str().as_str().to_ascii_lowercase(), header.value.as_str());
        if name == "cookie" {
            call.cookies.extend(value.split("; ").map(str::to_owned));
        } else {
            call.headers.insert(name, value.to_owned());
        }
    }
    call
}
