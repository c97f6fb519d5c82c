//! How AWS is reached: credentials, region, endpoints, certificates and patience, from the environment alone.
//!
//! `aws_config::load_defaults` is not used: its chain of providers, the native certificate store and the default TLS stack
//! cost twenty times the CPU of what Lambda needs, at every cold start.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider, StalledStreamProtectionConfig};

use super::trust;

pub use super::trust::connector;

/// Reads one environment variable.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Opening a connection: DNS, TCP and TLS inside one region take milliseconds.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// One try of one request.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(1500);

/// One request with all its tries. A sign-in makes at most five in a row, and the
/// function is given 25 s.
pub(super) const OPERATION_TIMEOUT: Duration = Duration::from_secs(4);

const MAX_ATTEMPTS: u32 = 3;
const INITIAL_BACKOFF: Duration = Duration::from_millis(50);
const MAX_BACKOFF: Duration = Duration::from_millis(500);

/// The environment does not say how to reach AWS.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSetting {
    /// A variable that Lambda always sets is absent.
    #[error("{0} is not set: on Lambda it always is, elsewhere set it (any value will do for a local endpoint)")]
    Missing(&'static str),
    /// An endpoint is no URL.
    #[error("{0} must be a URL that begins with http:// or https://")]
    Endpoint(&'static str),
    /// The file of certificates cannot be read.
    #[error("AWS_CA_BUNDLE names a file that cannot be read")]
    UnreadableBundle(#[source] std::io::Error),
    /// The file of certificates holds none.
    #[error("AWS_CA_BUNDLE names a file without a PEM certificate")]
    EmptyBundle,
    /// The TLS library refused its settings.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// What the clients of all services have in common. Build it once per process: clients made of it share their connections.
///
/// Reads `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_ENDPOINT_URL` and
/// `AWS_CA_BUNDLE`. Lambda gives a sandbox credentials that outlive it, so they are read once.
///
/// # Errors
/// [`InvalidSetting`] when one of them is absent or malformed.
pub fn sdk_config(lookup: Lookup<'_>) -> Result<SdkConfig, InvalidSetting> {
    let region = Region::new(required(lookup, "AWS_REGION")?);
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(credentials(lookup)?))
        .http_client(trust::http_client(lookup)?)
        .timeout_config(timeouts())
        .retry_config(retries())
        // The attempt timeout already covers a stalled answer.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.set_endpoint_url(endpoint(lookup, "AWS_ENDPOINT_URL")?);
    Ok(config.build())
}

/// A client of DynamoDB; `AWS_ENDPOINT_URL_DYNAMODB` goes before `AWS_ENDPOINT_URL`.
///
/// # Errors
/// [`InvalidSetting::Endpoint`] when it is no URL.
pub fn dynamodb(config: &SdkConfig, lookup: Lookup<'_>) -> Result<aws_sdk_dynamodb::Client, InvalidSetting> {
    let mut builder = aws_sdk_dynamodb::config::Builder::from(config);
    if let Some(url) = endpoint(lookup, "AWS_ENDPOINT_URL_DYNAMODB")? {
        builder.set_endpoint_url(Some(url));
    }
    Ok(aws_sdk_dynamodb::Client::from_conf(builder.build()))
}

/// A client of Secrets Manager; `AWS_ENDPOINT_URL_SECRETS_MANAGER` goes before `AWS_ENDPOINT_URL`.
///
/// # Errors
/// [`InvalidSetting::Endpoint`] when it is no URL.
pub fn secrets_manager(
    config: &SdkConfig,
    lookup: Lookup<'_>,
) -> Result<aws_sdk_secretsmanager::Client, InvalidSetting> {
    let mut builder = aws_sdk_secretsmanager::config::Builder::from(config);
    if let Some(url) = endpoint(lookup, "AWS_ENDPOINT_URL_SECRETS_MANAGER")? {
        builder.set_endpoint_url(Some(url));
    }
    Ok(aws_sdk_secretsmanager::Client::from_conf(builder.build()))
}

pub(super) fn required(lookup: Lookup<'_>, name: &'static str) -> Result<String, InvalidSetting> {
    lookup(name).filter(|value| !value.trim().is_empty()).ok_or(InvalidSetting::Missing(name))
}

pub(super) fn endpoint(lookup: Lookup<'_>, name: &'static str) -> Result<Option<String>, InvalidSetting> {
    let Some(url) = lookup(name).filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    let valid = url.parse::<http::Uri>().is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    if valid { Ok(Some(url)) } else { Err(InvalidSetting::Endpoint(name)) }
}

pub(super) fn credentials(lookup: Lookup<'_>) -> Result<Credentials, InvalidSetting> {
    let mut builder = Credentials::builder()
        .provider_name("environment")
        .access_key_id(required(lookup, "AWS_ACCESS_KEY_ID")?)
        .secret_access_key(required(lookup, "AWS_SECRET_ACCESS_KEY")?);
    builder.set_session_token(lookup("AWS_SESSION_TOKEN").filter(|token| !token.is_empty()));
    Ok(builder.build())
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(MAX_ATTEMPTS)
        .with_initial_backoff(INITIAL_BACKOFF)
        .with_max_backoff(MAX_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        let known = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        known.contains(&name).then(|| "test".to_owned())
    }

    #[test]
    fn a_missing_region_is_named() {
        let error = sdk_config(&|name| lookup(name).filter(|_| name != "AWS_REGION")).unwrap_err();
        assert!(error.to_string().starts_with("AWS_REGION is not set"));
    }

    #[test]
    fn an_endpoint_that_is_no_url_is_refused_at_the_start() {
        let config = sdk_config(&lookup).unwrap();
        let error = dynamodb(&config, &|_| Some("localhost:8000".to_owned())).unwrap_err();
        assert!(matches!(error, InvalidSetting::Endpoint("AWS_ENDPOINT_URL_DYNAMODB")));
    }
}
