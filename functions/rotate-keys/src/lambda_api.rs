//! The two calls of Lambda's API that are needed here: reading and writing the environment of a function.
//!
//! Signed by the SDK's own library, but without its client of Lambda: that one wants features of the others with which they
//! would be compiled a second time for this function alone.

use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::{
    http::HttpConnector,
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use latchkey::{config::Env, dynamodb::client::connector, startup::StartupError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::environment::Variables;

/// One try of one request.
const PATIENCE: Duration = Duration::from_secs(2);

/// A function that is being deployed or updated takes no change for some seconds, and a role that was made seconds ago may not
/// be known yet. All functions together are given this long, and each at least one try: less than this function itself has.
const PATIENCE_FOR_ALL: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(500);

pub(crate) struct LambdaApi<'a> {
    env: &'a Env,
    connector: Box<dyn HttpConnector>,
    until: Instant,
}

/// A function's configuration, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    #[serde(default)]
    environment: Environment,
    revision_id: String,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: Variables,
}

enum Failure {
    /// It was changed meanwhile, is busy, or not reached: look again.
    Again(String),
    Final(String),
}

impl<'a> LambdaApi<'a> {
    pub(crate) fn new(env: &'a Env) -> Result<Self, StartupError> {
        let connector = connector(&|name| env.get(name).map(str::to_owned)).map_err(|error| error.to_string())?;
        Ok(Self { env, connector: Box::new(connector), until: Instant::now() + PATIENCE_FOR_ALL })
    }

    /// Changes the environment of a function, if `edit` changes it, as compare and swap by the function's revision: whoever
    /// else changes it at the same time, a deployment too, loses nothing.
    pub(crate) async fn update_environment(&self, name: &str, edit: impl Fn(&mut Variables)) -> Result<(), String> {
        loop {
            match self.try_update(name, &edit).await {
                Ok(()) => return Ok(()),
                Err(Failure::Again(_)) if Instant::now() < self.until => tokio::time::sleep(PAUSE).await,
                Err(Failure::Again(reason) | Failure::Final(reason)) => return Err(reason),
            }
        }
    }

    async fn try_update(&self, name: &str, edit: impl Fn(&mut Variables)) -> Result<(), Failure> {
        let path = format!("/2015-03-31/functions/{name}/configuration");
        let configuration = self.send("GET", &path, String::new()).await?;
        let malformed = |_| Failure::Final("Lambda answers what is no configuration".to_owned());
        let Configuration { environment, revision_id } = serde_json::from_slice(&configuration).map_err(malformed)?;
        let mut variables = environment.variables.clone();
        edit(&mut variables);
        if variables == environment.variables {
            return Ok(());
        }
        let change = json!({ "Environment": Environment { variables }, "RevisionId": revision_id });
        self.send("PUT", &path, change.to_string()).await.map(drop)
    }

    async fn send(&self, method: &str, path: &str, body: String) -> Result<Vec<u8>, Failure> {
        let request = self.signed(method, path, body).map_err(|error| Failure::Final(error.to_string()))?;
        let unreached = || Failure::Again("Lambda did not answer".to_owned());
        let answer = tokio::time::timeout(PATIENCE, self.connector.call(request)).await.map_err(|_| unreached())?;
        let response = answer.map_err(|_| unreached())?;
        let status = response.status().as_u16();
        let body = tokio::time::timeout(PATIENCE, read(response)).await.map_err(|_| unreached())?;
        match status {
            200 => body.map_err(|_| unreached()),
            // In this order: a role that is not known yet, busy, changed meanwhile, too many requests.
            403 | 409 | 412 | 429 | 500.. => Err(Failure::Again(format!("Lambda answered {status}"))),
            _ => Err(Failure::Final(format!("Lambda answered {status}"))),
        }
    }

    fn signed(&self, method: &str, path: &str, body: String) -> Result<HttpRequest, StartupError> {
        let region = self.env.required("AWS_REGION")?;
        let url = format!("{}{path}", self.endpoint(region));
        let identity = self.credentials()?.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("lambda")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable =
            SignableRequest::new(method, url.as_str(), std::iter::empty(), SignableBody::Bytes(body.as_bytes()))?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method)?;
        request.set_uri(url)?;
        request.headers_mut().insert("content-type", "application/json");
        for (name, value) in instructions.headers() {
            request.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        Ok(request)
    }

    fn endpoint(&self, region: &str) -> String {
        let named = self.env.get("AWS_ENDPOINT_URL_LAMBDA").or(self.env.get("AWS_ENDPOINT_URL"));
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        named.map_or_else(|| format!("https://lambda.{region}.{domain}"), |url| url.trim_end_matches('/').to_owned())
    }

    fn credentials(&self) -> Result<Credentials, StartupError> {
        let mut credentials = Credentials::builder()
            .provider_name("environment")
            .access_key_id(self.env.required("AWS_ACCESS_KEY_ID")?)
            .secret_access_key(self.env.required("AWS_SECRET_ACCESS_KEY")?);
        credentials.set_session_token(self.env.get("AWS_SESSION_TOKEN").map(str::to_owned));
        Ok(credentials.build())
    }
}

async fn read(response: HttpResponse) -> Result<Vec<u8>, StartupError> {
    Ok(ByteStream::new(response.into_body()).collect().await?.into_bytes().to_vec())
}
