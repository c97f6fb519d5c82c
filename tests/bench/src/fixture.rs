//! What the measured functions are given: key rings, certificates, a token, events, and the environment.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use latchkey::{
    domain::{Random, SessionId, UserId, time::system_clock},
    tokens::{Algorithm, Audience, PepperRing, SealRing, SignRing, Subject, access},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;

const ISSUER: &str = "https://auth.example.com";

/// The name that the local endpoint is reached by.
pub(crate) const HOST: &str = "localhost";

/// Everything, in a folder that ends with this value.
pub(crate) struct Fixture {
    folder: TempDir,
    ring: SignRing,
    asking: String,
    /// The public keys.
    pub(crate) jwks: String,
    /// The event of a request with a good token.
    pub(crate) authorizer_event: String,
    /// The same with the signature of another token.
    pub(crate) forged_event: String,
    /// The event of somebody who signs in.
    pub(crate) login_event: String,
    /// The event of a verifier that asks for the feed and knows nothing of what is told.
    pub(crate) feed_event: String,
    /// The certificate of [`HOST`] and its key.
    pub(crate) identity: (CertificateDer<'static>, PrivateKeyDer<'static>),
}

impl Fixture {
    /// Makes it, with the repository's own events.
    pub(crate) fn new(events: &Path) -> Result<Self> {
        let folder = TempDir::with_prefix("latchkey-bench-")?;
        let now = system_clock()?;
        let sign = SignRing::generate(Algorithm::RS256, now)?;
        fs::write(folder.path().join("sign"), &sign)?;
        fs::write(folder.path().join("seal"), SealRing::generate(Random::SYSTEM, now)?)?;
        fs::write(folder.path().join("pepper"), PepperRing::generate(Random::SYSTEM, now)?)?;
        let ring = SignRing::parse(&sign)?;
        let identity = issue_certificate(&folder.path().join("ca.pem"))?;
        let (good, other) = (issue_token(&ring, ISSUER)?, issue_token(&ring, ISSUER)?);
        let asking = event(events, "authorizer_ok.json")?;
        Ok(Self {
            folder,
            jwks: ring.public_jwks(),
            authorizer_event: with(&asking, &good),
            forged_event: with(&asking, &forge(&good, &other)?),
            login_event: event(events, "login_ok.json")?,
            feed_event: event(events, "well-known_revocations.json")?,
            identity,
            ring,
            asking,
        })
    }

    /// The event of a request with a good token of another issuer, and one with a token that a key nobody knows has signed.
    pub(crate) fn events_of(&self, issuer: &str) -> Result<(String, String)> {
        let stranger = SignRing::parse(&SignRing::generate(Algorithm::RS256, system_clock()?)?)?;
        let event = |ring| Ok::<_, anyhow::Error>(with(&self.asking, &issue_token(ring, issuer)?));
        Ok((event(&self.ring)?, event(&stranger)?))
    }

    /// The environment of an authorizer of another issuer: `stateless` or `bounded`.
    pub(crate) fn environment_of(&self, issuer: &str, revocation: &str, runtime_api: &str) -> Vec<(String, String)> {
        let settings = [
            ("LATCHKEY_ISSUER", issuer.to_owned()),
            ("LATCHKEY_JWKS", self.jwks.clone()),
            ("LATCHKEY_REVOCATION", revocation.to_owned()),
            ("AWS_CA_BUNDLE", self.authority()),
        ];
        settings.into_iter().chain(lambda(runtime_api)).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The file of the authority that signed the endpoint's certificate.
    pub(crate) fn authority(&self) -> String {
        self.path("ca.pem")
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    /// The environment of the authorizer, and of the bare loop.
    pub(crate) fn authorizer_environment(&self, runtime_api: &str) -> Vec<(String, String)> {
        let settings = [("LATCHKEY_ISSUER", ISSUER.to_owned()), ("LATCHKEY_JWKS", self.jwks.clone())];
        settings.into_iter().chain(lambda(runtime_api)).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The environment of a function with tables and key rings, with DynamoDB at `port` of this machine.
    pub(crate) fn environment_with_tables(&self, runtime_api: &str, port: u16) -> Vec<(String, String)> {
        let ring = |name| format!("file:{}", self.path(name));
        let settings = [
            ("LATCHKEY_ISSUER", ISSUER.to_owned()),
            ("LATCHKEY_USERS_TABLE", "latchkey-users".to_owned()),
            ("LATCHKEY_SESSIONS_TABLE", "latchkey-sessions".to_owned()),
            ("LATCHKEY_EPHEMERA_TABLE", "latchkey-ephemera".to_owned()),
            ("LATCHKEY_CONNECTIONS_TABLE", "latchkey-connections".to_owned()),
            ("LATCHKEY_ROOMS_TABLE", "latchkey-rooms".to_owned()),
            ("LATCHKEY_SIGN_KEYS", ring("sign")),
            ("LATCHKEY_SEAL_KEYS", ring("seal")),
            ("LATCHKEY_PEPPER_KEYS", ring("pepper")),
            ("AWS_ENDPOINT_URL_DYNAMODB", format!("https://{HOST}:{port}")),
            ("AWS_CA_BUNDLE", self.authority()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "measured".to_owned()),
            ("AWS_SESSION_TOKEN", "measured".to_owned()),
        ];
        settings.into_iter().chain(lambda(runtime_api)).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// What Lambda itself sets.
fn lambda(runtime_api: &str) -> [(&'static str, String); 6] {
    [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "measured".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
    ]
}

/// An event of the repository in one line, as Lambda sends it.
fn event(folder: &Path, name: &str) -> Result<String> {
    let text = fs::read_to_string(folder.join(name)).with_context(|| format!("events/{name} cannot be read"))?;
    let event: serde_json::Value = serde_json::from_str(&text).with_context(|| format!("events/{name} is not JSON"))?;
    Ok(event.to_string())
}

/// The event of a request with `token`.
fn with(asking: &str, token: &str) -> String {
    asking.replace("{{access_token}}", token)
}

fn issue_token(ring: &SignRing, issuer: &str) -> Result<String> {
    let client = || "latchkey".to_owned();
    let audience = Audience { issuer: issuer.to_owned(), audience: client(), client_id: client() };
    let now = system_clock()?;
    let subject = Subject {
        user_id: UserId::from_random(Random::SYSTEM.draw()?),
        session_id: SessionId::from_random(Random::SYSTEM.draw()?),
        auth_time: now,
        amr: vec!["pwd".to_owned()],
        epoch: 1,
        roles: vec!["admin".to_owned()],
        scope: String::new(),
    };
    let token_id = SessionId::from_random(Random::SYSTEM.draw()?).to_string();
    // An hour, the longest there is: longer than any run.
    access::issue(ring, &audience, &subject, token_id, now, 3600).map_err(|refusal| anyhow::anyhow!("{refusal}"))
}

/// What `good` says, with what proves `other`.
fn forge(good: &str, other: &str) -> Result<String> {
    let parts = good.rsplit_once('.').zip(other.rsplit_once('.'));
    parts.map(|((message, _), (_, signature))| format!("{message}.{signature}")).context("a token has three parts")
}

/// An authority, written to `authority`, and a certificate that it signed.
fn issue_certificate(authority: &Path) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>)> {
    let mut parameters = CertificateParams::new(Vec::<String>::new())?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?;
    fs::write(authority, issuer.pem())?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new([HOST.to_owned()])?.signed_by(&key, &issuer)?;
    Ok((certificate.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into())))
}
