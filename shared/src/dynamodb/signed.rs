//! Requests to AWS that no client of ours makes, signed by the SDK's own library: their clients want features or versions of the
//! libraries below that would be compiled a second time.

use std::time::{Duration, SystemTime};

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

use super::{
    client::{InvalidSetting, Lookup, credentials, endpoint, required},
    trust::connector,
};

/// One try of one request.
const PATIENCE: Duration = Duration::from_secs(2);

/// A request that was not answered: not sent, lost, or too late.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unanswered(&'static str);

/// Signs requests and sends them.
#[derive(Debug)]
pub struct Signed {
    connector: Box<dyn HttpConnector>,
    credentials: Credentials,
    region: String,
}

/// One request.
#[derive(Debug)]
pub struct Request<'a> {
    /// The name that AWS signs for, such as `lambda`.
    pub service: &'static str,
    /// The method.
    pub method: &'static str,
    /// All of the URL.
    pub url: &'a str,
    /// Headers, which are signed too.
    pub headers: &'a [(&'static str, &'static str)],
    /// The body.
    pub body: String,
}

impl Signed {
    /// Reads what [`super::client::sdk_config`] reads.
    ///
    /// # Errors
    /// [`InvalidSetting`].
    pub fn new(lookup: Lookup<'_>) -> Result<Self, InvalidSetting> {
        let (credentials, region) = (credentials(lookup)?, required(lookup, "AWS_REGION")?);
        Ok(Self { connector: Box::new(connector(lookup)?), credentials, region })
    }

    /// Where `service` answers: at the endpoint that `variable` names, at that of all services, or where AWS has it. Without a slash
    /// at the end.
    ///
    /// # Errors
    /// [`InvalidSetting::Endpoint`].
    pub fn endpoint(
        &self,
        lookup: Lookup<'_>,
        variable: &'static str,
        service: &str,
    ) -> Result<String, InvalidSetting> {
        let named =
            endpoint(lookup, variable)?.map_or_else(|| endpoint(lookup, "AWS_ENDPOINT_URL"), |url| Ok(Some(url)));
        let region = &self.region;
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let theirs = || format!("https://{service}.{region}.{domain}");
        Ok(named?.map_or_else(theirs, |url| url.trim_end_matches('/').to_owned()))
    }

    /// Sends a request once. Gives the status and the body of the answer.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn send(&self, request: Request<'_>) -> Result<(u16, Vec<u8>), Unanswered> {
        let signed = self.sign(request).map_err(|_| Unanswered("the request could not be made"))?;
        let answer = async {
            let response = self.connector.call(signed).await.map_err(|_| Unanswered("not reached"))?;
            let status = response.status().as_u16();
            Ok((status, read(response).await?))
        };
        tokio::time::timeout(PATIENCE, answer).await.unwrap_or(Err(Unanswered("timed out")))
    }

    fn sign(&self, request: Request<'_>) -> Result<HttpRequest, Box<dyn std::error::Error + Send + Sync>> {
        let Request { service, method, url, headers, body } = request;
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable =
            SignableRequest::new(method, url, headers.iter().copied(), SignableBody::Bytes(body.as_bytes()))?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method)?;
        request.set_uri(url.to_owned())?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, *value);
        }
        for (name, value) in instructions.headers() {
            request.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        Ok(request)
    }
}

async fn read(response: HttpResponse) -> Result<Vec<u8>, Unanswered> {
    let body = ByteStream::new(response.into_body()).collect().await;
    body.map(|body| body.into_bytes().to_vec()).map_err(|_| Unanswered("the answer cannot be read"))
}
