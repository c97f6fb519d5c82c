//! Whom a TLS connection to AWS trusts.

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_http_client::{
    Builder, Connector,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};

use super::client::{InvalidSetting, Lookup};

/// The roots that every AWS endpoint of the commercial partition chains to (<https://www.amazontrust.com/repository/>).
/// Other partitions and private endpoints name theirs in `AWS_CA_BUNDLE`.
const AMAZON_ROOTS: [&str; 5] = [
    include_str!("roots/amazon_root_ca_1.pem"),
    include_str!("roots/amazon_root_ca_2.pem"),
    include_str!("roots/amazon_root_ca_3.pem"),
    include_str!("roots/amazon_root_ca_4.pem"),
    include_str!("roots/starfield_services_root_ca_g2.pem"),
];

/// ring, because aws-lc's first random draw in a process costs 50 ms of CPU where its jitter entropy is compiled in.
const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

/// The HTTP client of all services: TLS by rustls, trusting [`AMAZON_ROOTS`] or the file that `AWS_CA_BUNDLE` names.
///
/// The native store is not read: its 140 certificates take 4 ms to parse.
pub(super) fn http_client(lookup: Lookup<'_>) -> Result<SharedHttpClient, InvalidSetting> {
    Ok(Builder::new().tls_provider(TLS).tls_context(tls(lookup)?).build_https())
}

/// A connection for a request that no service client makes, such as the answer to CloudFormation.
///
/// # Errors
/// As [`super::client::sdk_config`].
pub fn connector(lookup: Lookup<'_>) -> Result<Connector, InvalidSetting> {
    Ok(Connector::builder().tls_provider(TLS).tls_context(tls(lookup)?).build())
}

fn tls(lookup: Lookup<'_>) -> Result<TlsContext, InvalidSetting> {
    let context = TlsContext::builder().with_trust_store(trust_store(lookup)?).build();
    context.map_err(|error| InvalidSetting::Tls(error.to_string()))
}

fn trust_store(lookup: Lookup<'_>) -> Result<TrustStore, InvalidSetting> {
    let Some(path) = lookup("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) else {
        return Ok(AMAZON_ROOTS.iter().fold(TrustStore::empty(), |store, pem| store.with_pem_certificate(*pem)));
    };
    let bundle = std::fs::read_to_string(path).map_err(InvalidSetting::UnreadableBundle)?;
    if !bundle.contains("-----BEGIN CERTIFICATE-----") {
        return Err(InvalidSetting::EmptyBundle);
    }
    Ok(TrustStore::empty().with_pem_certificate(bundle))
}
