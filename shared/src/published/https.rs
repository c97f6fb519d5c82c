//! The way to the issuer: blocking HTTPS over one kept connection.

use std::{
    fs,
    sync::{Arc, OnceLock},
    time::Duration,
};

use ureq::{
    Agent, Body,
    http::{HeaderMap, Response},
    tls::{PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::{Fetch, Unfetched};
use crate::config::Env;

/// A connection that was idle for longer may have been dropped by somebody in between: a new one is quicker than finding out.
const MAX_IDLE: Duration = Duration::from_secs(20);

/// No answer of ours has more headers: the longest are a cookie and an identity.
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// What is read and written at once: one TLS record.
const BUFFER_BYTES: usize = 16 * 1024;

/// The public documents of one issuer, over the network. Makes nothing before the first request.
pub struct Https {
    issuer: String,
    /// `AWS_CA_BUNDLE`: a file of certificates to trust instead of the web's roots.
    authorities: Option<String>,
    agent: OnceLock<Agent>,
}

impl Https {
    /// The documents of `issuer`. Like the SDK's connections, it trusts the certificates of the file that `AWS_CA_BUNDLE` names;
    /// the roots of the web if there is none.
    pub fn new(issuer: &str, env: &Env) -> Self {
        let authorities = env.get("AWS_CA_BUNDLE").map(str::to_owned);
        Self { issuer: issuer.to_owned(), authorities, agent: OnceLock::new() }
    }

    /// Asks for `path` with these headers, and takes any answer. As [`Fetch::get`] for the rest.
    ///
    /// # Errors
    /// [`Unfetched`] without a whole answer.
    pub fn ask(
        &self,
        path: &str,
        headers: &HeaderMap,
        limit: u64,
        patience: Duration,
    ) -> Result<Response<Vec<u8>>, Unfetched> {
        let (head, body) = self.call(path, headers, patience)?.into_parts();
        Ok(Response::from_parts(head, read(body, limit)?))
    }

    fn call(&self, path: &str, headers: &HeaderMap, patience: Duration) -> Result<Response<Body>, Unfetched> {
        let request = self.agent()?.get(format!("{}{path}", self.issuer));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        request.config().timeout_global(Some(patience)).build().call().map_err(unreachable)
    }

    fn agent(&self) -> Result<&Agent, Unfetched> {
        if let Some(agent) = self.agent.get() {
            return Ok(agent);
        }
        let agent = self.new_agent().map_err(Unfetched::Unreachable)?;
        Ok(self.agent.get_or_init(|| agent))
    }

    fn new_agent(&self) -> Result<Agent, Box<dyn std::error::Error + Send + Sync>> {
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(self.roots()?);
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .https_only(self.issuer.starts_with("https://"))
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(MAX_HEADER_BYTES)
            .input_buffer_size(BUFFER_BYTES)
            .output_buffer_size(BUFFER_BYTES)
            .max_idle_connections(1)
            .max_idle_age(MAX_IDLE)
            .user_agent("latchkey");
        Ok(config.build().new_agent())
    }

    fn roots(&self) -> Result<RootCerts, Box<dyn std::error::Error + Send + Sync>> {
        let Some(path) = &self.authorities else { return Ok(RootCerts::WebPki) };
        let mut certificates = Vec::new();
        for item in parse_pem(&fs::read(path)?) {
            if let PemItem::Certificate(certificate) = item? {
                certificates.push(certificate);
            }
        }
        Ok(RootCerts::from(certificates))
    }
}

impl Fetch for Https {
    fn get(&self, path: &str, limit: u64, patience: Duration) -> Result<Vec<u8>, Unfetched> {
        let answer = self.call(path, &HeaderMap::new(), patience)?;
        if answer.status() != 200 {
            return Err(Unfetched::Status(answer.status().as_u16()));
        }
        read(answer.into_body(), limit)
    }
}

fn read(mut body: Body, limit: u64) -> Result<Vec<u8>, Unfetched> {
    body.with_config().limit(limit).read_to_vec().map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => Unfetched::Unusable(error.into()),
        error => unreachable(error),
    })
}

fn unreachable(error: ureq::Error) -> Unfetched {
    Unfetched::Unreachable(error.into())
}
