//! An authority of this process alone, and the certificate of this machine that it signs.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// The names that clients may reach it by.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];

/// Terminates TLS with a certificate for [`NAMES`] whose authority is in the file `authority` then.
pub(crate) fn acceptor(authority: &Path) -> Result<TlsAcceptor> {
    let issuer = CertifiedIssuer::self_signed(authority_parameters()?, KeyPair::generate()?)?;
    fs::write(authority, issuer.pem()).with_context(|| format!("{} cannot be written", authority.display()))?;
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::new(NAMES.map(str::to_owned))?;
    // A certificate with its authority's name counts as self-signed.
    parameters.distinguished_name.push(DnType::CommonName, "latchkey-tls-proxy");
    // Python checks certificates strictly since 3.13: RFC 5280 section 4.2.1.1 asks for it.
    parameters.use_authority_key_identifier_extension = true;
    let certificate = parameters.signed_by(&key, &issuer)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn authority_parameters() -> Result<CertificateParams> {
    let mut parameters = CertificateParams::new(Vec::<String>::new())?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(parameters)
}
