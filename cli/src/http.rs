//! Plain requests with a limit of time and size: the invoke API of a development server, and the documents of an issuer.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use ureq::http::Request;

/// Bytes of an answer; Lambda's own limit for one.
const LARGEST: u64 = 6 * 1024 * 1024;

/// Sends requests.
#[derive(Debug)]
pub struct Http {
    agent: ureq::Agent,
}

/// What came back, whatever its status.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The status code.
    pub status: u16,
    /// By lower-case name; of several with one name the last that is text.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
    /// From asking to the last byte.
    pub took: Duration,
}

impl Http {
    /// Waits at most `patience` for each answer, and follows no redirection: those who verify tokens need not either.
    pub fn new(patience: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(patience))
            .user_agent(concat!("latchkey-cli/", env!("CARGO_PKG_VERSION")));
        Self { agent: config.build().into() }
    }

    /// GET, or another method without a body.
    pub fn ask(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> Result<Page> {
        let request = Request::builder().method(method).uri(url);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let started = Instant::now();
        read(self.agent.run(request.body(())?), started)
    }

    /// POST of JSON.
    pub fn post(&self, url: &str, json: &[u8]) -> Result<Page> {
        let started = Instant::now();
        read(self.agent.post(url).content_type("application/json").send(json), started)
    }
}

fn read(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>, started: Instant) -> Result<Page> {
    let mut response = response?;
    let text = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let headers = response.headers().iter().filter_map(text).collect();
    let body = response.body_mut().with_config().limit(LARGEST).read_to_vec().context("the answer cannot be read")?;
    Ok(Page { status: response.status().as_u16(), headers, body, took: started.elapsed() })
}
