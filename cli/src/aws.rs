//! AWS as the operator's shell reaches it: environment, profile and single sign-on, `AWS_ENDPOINT_URL` among them.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// Times that a question is asked: API Gateway answers few a second, and there may be hundreds of APIs.
const ATTEMPTS: u32 = 6;
/// Opening a connection to a region.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The caller's account and region.
#[derive(Debug)]
pub struct Aws {
    config: SdkConfig,
}

/// Somebody with credentials.
#[derive(Debug)]
pub struct Caller {
    /// The number of the account.
    pub account: String,
    /// Their ARN.
    pub arn: String,
}

impl Aws {
    /// Settles region and credentials; asks nobody unless they come from somewhere else.
    ///
    /// # Errors
    /// When no region is set: the SDK would name an endpoint that does not exist.
    pub async fn from_shell(patience: Duration) -> Result<Self> {
        let tls = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_timeout(patience).build();
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
        let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(tls);
        let config = loader.timeout_config(timeouts).retry_config(retries).load().await;
        config.region().context("no region: set AWS_REGION or a profile that has one")?;
        Ok(Self { config })
    }

    /// Whoever these credentials belong to.
    pub async fn caller(&self) -> Result<Caller> {
        let identity = aws_sdk_sts::Client::new(&self.config).get_caller_identity().send().await;
        let identity = identity.map_err(|error| anyhow!("AWS does not say who you are: {}", said(&error)))?;
        let known = identity.account().zip(identity.arn());
        let (account, arn) = known.context("AWS does not say who you are")?;
        Ok(Caller { account: account.to_owned(), arn: arn.to_owned() })
    }

    /// Where requests go: the region, and another endpoint than AWS's own if the shell names one.
    pub fn place(&self) -> String {
        let region = self.config.region().map_or("no region", aws_config::Region::as_ref);
        self.config.endpoint_url().map_or_else(|| region.to_owned(), |endpoint| format!("{region} at {endpoint}"))
    }

    /// Stacks and what is in them.
    pub fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.config)
    }

    /// Functions. Nothing is tried twice: a rotation whose answer was lost would be one more rotation.
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        let config = aws_sdk_lambda::config::Builder::from(&self.config).retry_config(RetryConfig::disabled());
        aws_sdk_lambda::Client::from_conf(config.build())
    }

    /// Tables.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    /// HTTP and WebSocket APIs.
    pub fn http_apis(&self) -> aws_sdk_apigatewayv2::Client {
        aws_sdk_apigatewayv2::Client::new(&self.config)
    }

    /// REST APIs.
    pub fn rest_apis(&self) -> aws_sdk_apigateway::Client {
        aws_sdk_apigateway::Client::new(&self.config)
    }

    /// Log groups.
    pub fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::new(&self.config)
    }
}

/// What AWS said, in one line: its own words where there are some, else what went wrong on the way.
pub fn said<E, R>(error: &SdkError<E, R>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + 'static,
{
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => chain(error),
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {cause}");
        next = cause.source();
    }
    text
}
