//! Trust and client certificates, read from PEM files by the first request.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert as WireCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::error::{Error, ErrorKind, Result};
use crate::http::{ClientCert, HttpConfig, Verify, mask};

/// Whom to trust at the target, and who this side is.
pub(super) fn to_target(config: &HttpConfig, url: &str) -> Result<TlsConfig> {
    build(&config.verify, config.client_cert.as_ref(), url)
}

/// The same for the proxy, which may have a bundle of its own.
pub(super) fn to_proxy(config: &HttpConfig) -> Result<TlsConfig> {
    let own = config.proxy.ca_bundle.clone().map(Verify::Bundle);
    let verify = own.as_ref().unwrap_or(&config.verify);
    build(verify, config.proxy.client_cert.as_ref(), "the proxy").map_err(|error| {
        let message = format!("Invalid proxies configuration: {}", error.message());
        Error::new(ErrorKind::InvalidConfig, message).with_name("InvalidProxiesConfigError").with_source(error)
    })
}

fn build(verify: &Verify, cert: Option<&ClientCert>, url: &str) -> Result<TlsConfig> {
    let builder = TlsConfig::builder();
    let builder = match verify {
        Verify::Roots => builder.root_certs(RootCerts::WebPki),
        Verify::Bundle(path) => builder.root_certs(RootCerts::Specific(Arc::new(certificates(path, url)?))),
        Verify::Nothing => builder.disable_verification(true),
    };
    let cert = cert.map(|cert| client_cert(cert, url)).transpose()?;
    Ok(builder.client_cert(cert).build())
}

fn client_cert(cert: &ClientCert, url: &str) -> Result<WireCert> {
    let chain = certificates(&cert.chain, url)?;
    let key = read(&cert.key, url)?;
    check_pair(&chain, &key).map_err(|e| failure(&cert.key, url, &e.to_string()).with_source(e))?;
    let key = PrivateKey::from_pem(&key).map_err(|e| failure(&cert.key, url, &e.to_string()))?;
    Ok(WireCert::new_with_certs(&chain, key))
}

/// ureq does not expect a key that belongs to another certificate, or that cannot sign.
fn check_pair(chain: &[Certificate<'static>], key: &[u8]) -> anyhow::Result<()> {
    let chain = chain.iter().map(|certificate| CertificateDer::from(certificate.der().to_vec())).collect();
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, PrivateKeyDer::from_pem_slice(key)?, &provider)?;
    Ok(())
}

fn certificates(path: &Path, url: &str) -> Result<Vec<Certificate<'static>>> {
    let mut found = Vec::new();
    for item in parse_pem(&read(path, url)?) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(e) => return Err(failure(path, url, &e.to_string())),
        }
    }
    if found.is_empty() { Err(failure(path, url, "no certificate in it")) } else { Ok(found) }
}

fn read(path: &Path, url: &str) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| failure(path, url, &e.to_string()).with_source(e))
}

fn failure(path: &Path, url: &str, what: &str) -> Error {
    Error::new(ErrorKind::Tls, format!("SSL validation failed for {} {}: {what}", mask::url(url), path.display()))
}
