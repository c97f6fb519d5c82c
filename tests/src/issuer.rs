//! An issuer for built authorizers: its public documents over HTTP, or whatever else a network can do.

#![expect(clippy::expect_used, reason = "test harness: whatever is wrong here ends the test with the words given")]

use std::{
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use latchkey::{
    domain::{
        FeedEntry,
        feed::{BUCKET_SECONDS, last_closed},
        time::system_clock,
    },
    published::document::{Bucket, Document, PATH},
};
use tiny_http::{Header, Request, Response, Server};

use crate::rings::Rings;

/// How the issuer answers.
#[derive(Debug, Clone)]
pub enum Manner {
    /// As it should.
    Good,
    /// With this status and body.
    Says(u16, Vec<u8>),
    /// By naming another place, at which it answers as it should.
    Redirects,
    /// Not at all, and the connection stays open.
    Silent,
    /// With the head and the first bytes of an answer, and no more.
    Stalls,
    /// As it should, but as of this many seconds ago.
    Late(u64),
}

/// A running issuer; it serves until the test process ends.
pub struct Issuer {
    url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    rings: Rings,
    manner: Manner,
    ended: Vec<FeedEntry>,
    asked: Vec<String>,
    /// Requests that are never answered.
    kept: Vec<Request>,
}

impl Issuer {
    /// Starts an issuer with these keys.
    pub fn start(rings: &Rings) -> Self {
        let server = Server::http("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", server.server_addr());
        let (manner, rings) = (Manner::Good, rings.clone());
        let state = State { rings, manner, ended: Vec::new(), asked: Vec::new(), kept: Vec::new() };
        let issuer = Self { url, state: Arc::new(Mutex::new(state)) };
        let state = Arc::clone(&issuer.state);
        thread::spawn(move || {
            for request in server.incoming_requests() {
                lock(&state).serve(request);
            }
        });
        issuer
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on it answers like this.
    pub fn answers(&self, manner: Manner) {
        lock(&self.state).manner = manner;
    }

    /// From now on it has these keys.
    pub fn rotates_to(&self, rings: &Rings) {
        lock(&self.state).rings = rings.clone();
    }

    /// This has ended.
    pub fn tells(&self, ended: impl IntoIterator<Item = FeedEntry>) {
        lock(&self.state).ended.extend(ended);
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).asked)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn serve(&mut self, request: Request) {
        self.asked.push(request.url().to_owned());
        // Whoever has given up waiting does not hear the answer.
        let _ = match &self.manner {
            Manner::Good => self.serve_document(request, 0),
            Manner::Late(seconds) => self.serve_document(request, *seconds),
            Manner::Redirects if request.url().contains("/elsewhere") => self.serve_document(request, 0),
            Manner::Redirects => {
                let place = format!("Location: /elsewhere{}", request.url());
                let place = place.parse::<Header>().expect("a place is a header");
                request.respond(Response::empty(302).with_header(place))
            }
            Manner::Says(status, body) => request.respond(Response::from_data(body.clone()).with_status_code(*status)),
            Manner::Silent => {
                self.kept.push(request);
                Ok(())
            }
            Manner::Stalls => {
                let mut writer = request.into_writer();
                let sent =
                    writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{").and_then(|()| writer.flush());
                std::mem::forget(writer); // closing the connection would be an answer
                sent
            }
        };
    }

    fn serve_document(&self, request: Request, age: u64) -> std::io::Result<()> {
        let url = request.url().to_owned();
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        let body = if path.ends_with(PATH) {
            let after = query.strip_prefix("after=").map_or(0, |after| after.parse().expect("a place is a number"));
            self.feed(after, age)
        } else {
            self.rings.public_jwks()
        };
        request.respond(Response::from_string(body))
    }

    fn feed(&self, after: u64, age: u64) -> String {
        let now = system_clock().expect("the clock works").minus(age);
        let mut buckets: Vec<u64> =
            self.ended.iter().map(|entry| entry.bucket).filter(|bucket| *bucket > after).collect();
        buckets.sort_unstable();
        buckets.dedup();
        let packed = |bucket: u64| Bucket::pack(bucket, self.ended.iter().filter(move |entry| entry.bucket == bucket));
        let jwks = self.rings.jwks();
        let document = Document {
            now: now.seconds(),
            bucket_seconds: BUCKET_SECONDS,
            valid_from: 0,
            kids: jwks.key_ids(now).map(Into::into).collect(),
            after,
            closed: last_closed(now),
            next: None,
            buckets: buckets.into_iter().map(packed).collect(),
        };
        serde_json::to_string(&document).expect("a document is JSON")
    }
}
