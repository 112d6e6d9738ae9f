//! TLS: who is trusted, the client's own certificate, and the connections themselves.

use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, Either, NextTimeout, Transport, TransportAdapter};

use super::buffers::ConnectionBuffers;
use super::trust::Trust;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{ClientCert, HttpConfig, Verify, mask};
use crate::text::encoding::hex;

/// Adds TLS to the connections of https URLs.
#[derive(Clone)]
pub(super) struct Tls(Option<Arc<ClientConfig>>);

impl Tls {
    /// For connections that need no TLS. Nothing is read, so a missing certificate file does not matter.
    pub(super) fn unused() -> Tls {
        Tls(None)
    }

    /// For connections to targets. The certificate files are read.
    pub(super) fn to_target(config: &HttpConfig, url: &str) -> Result<Tls> {
        build(&config.verify, config.client_cert.as_ref(), config.key_log_file.as_deref(), url)
    }

    /// For connections to proxies, which may have a CA bundle and a client certificate of their own.
    pub(super) fn to_proxy(config: &HttpConfig) -> Result<Tls> {
        let own = config.proxy.ca_bundle.clone().map(Verify::Bundle);
        let verify = own.as_ref().unwrap_or(&config.verify);
        build(verify, config.proxy.client_cert.as_ref(), config.key_log_file.as_deref(), "the proxy").map_err(|error| {
            let message = format!("Invalid proxies configuration: {}", error.message());
            Error::new(ErrorKind::InvalidConfig, message).with_name("InvalidProxiesConfigError").with_source(error)
        })
    }
}

impl<In: Transport> Connector<In> for Tls {
    type Out = Either<In, TlsStream>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> std::result::Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        let (Some(config), true) = (&self.0, details.needs_tls()) else { return Ok(Some(Either::A(transport))) };
        let host = details.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).map_err(|_| ureq::Error::Tls("the host name is invalid"))?;
        let mut connection = ClientConnection::new(Arc::clone(config), name).map_err(std::io::Error::other)?;
        let mut socket = TransportAdapter::new(transport.boxed(), Arc::clone(&details.current_time));
        socket.set_timeout(details.timeout);
        connection.complete_io(&mut socket)?;
        let buffers = ConnectionBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(TlsStream { stream: StreamOwned::new(connection, socket), buffers })))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// A TLS connection over another connection.
pub(super) struct TlsStream {
    stream: StreamOwned<ClientConnection, TransportAdapter>,
    buffers: ConnectionBuffers,
}

impl Transport for TlsStream {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> std::result::Result<(), ureq::Error> {
        let StreamOwned { conn, sock } = &mut self.stream;
        let mut records = Records { socket: sock.get_mut(), filled: 0, timeout };
        let mut rest = &self.buffers.output()[..amount];
        // Unlike `StreamOwned::write`, which reports an error of the socket only when it is called again.
        while !rest.is_empty() {
            let taken = conn.writer().write(rest)?;
            rest = &rest[taken..];
            while conn.wants_write() {
                conn.write_tls(&mut records)?;
            }
        }
        Ok(records.flush()?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> std::result::Result<bool, ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Collects records, which have at most 16 KiB, in the output of the connection below, so that one write sends several of them.
struct Records<'a> {
    socket: &'a mut dyn Transport,
    filled: usize,
    timeout: NextTimeout,
}

impl Write for Records<'_> {
    fn write(&mut self, record: &[u8]) -> std::io::Result<usize> {
        if self.filled == self.socket.buffers().output().len() {
            self.flush()?;
        }
        let free = &mut self.socket.buffers().output()[self.filled..];
        let amount = free.len().min(record.len());
        free[..amount].copy_from_slice(&record[..amount]);
        self.filled += amount;
        Ok(amount)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match std::mem::take(&mut self.filled) {
            0 => Ok(()),
            filled => self.socket.transmit_output(filled, self.timeout).map_err(ureq::Error::into_io),
        }
    }
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream").field("connection", &self.stream.sock.inner()).finish()
    }
}

fn build(verify: &Verify, cert: Option<&ClientCert>, key_log: Option<&Path>, url: &str) -> Result<Tls> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trust = match verify {
        Verify::Roots => Trust::roots(&provider),
        Verify::Bundle(path) => Trust::bundle(path, certificates(path, url)?, &provider),
        Verify::Nothing => Trust::everybody(&provider),
    };
    let trust = trust.map_err(|reason| Error::new(ErrorKind::Tls, format!("SSL validation failed for {} {reason}", mask::url(url))))?;
    let unusable = |error: rustls::Error| Error::new(ErrorKind::Tls, format!("SSL validation failed for {} {error}", mask::url(url)));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().map_err(unusable)?;
    let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(trust));
    let mut config = match cert {
        Some(cert) => {
            let (chain, key) = client_cert(cert, url, &provider)?;
            builder.with_client_auth_cert(chain, key).map_err(|error| failure(&cert.key, url, &error.to_string()).with_source(error))?
        }
        None => builder.with_no_client_auth(),
    };
    if let Some(path) = key_log {
        config.key_log = Arc::new(KeyLog::open(path)?);
    }
    Ok(Tls(Some(Arc::new(config))))
}

/// The file with the secrets of connections, in the format of NSS (`SSLKEYLOGFILE`).
#[derive(Debug)]
struct KeyLog(File);

impl KeyLog {
    /// Creates the file, for its owner only, unless it exists.
    fn open(path: &Path) -> Result<KeyLog> {
        let mut options = File::options();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map(KeyLog).map_err(|error| {
            let message = format!("The key log file {} (SSLKEYLOGFILE) cannot be opened: {error}", path.display());
            Error::new(ErrorKind::Tls, message).with_source(error)
        })
    }
}

impl rustls::KeyLog for KeyLog {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        // One write per line: other clients may write to the same file. A failure does not concern the connection.
        let line = format!("{label} {} {}\n", hex(client_random), hex(secret));
        let _ = (&self.0).write_all(line.as_bytes());
    }
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn client_cert(cert: &ClientCert, url: &str, provider: &CryptoProvider) -> Result<Identity> {
    let chain = certificates(&cert.chain, url)?;
    let key = read(&cert.key, url)?;
    let key = PrivateKeyDer::from_pem_slice(&key).map_err(|e| failure(&cert.key, url, &e.to_string()).with_source(e))?;
    // rustls does not check on its own whether the key belongs to the certificate.
    CertifiedKey::from_der(chain.clone(), key.clone_key(), provider).map_err(|e| failure(&cert.key, url, &e.to_string()).with_source(e))?;
    Ok((chain, key))
}

fn certificates(path: &Path, url: &str) -> Result<Vec<CertificateDer<'static>>> {
    let content = read(path, url)?;
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&content).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(failure(path, url, "the file contains no certificate in PEM format")),
        Err(e) => Err(failure(path, url, &format!("invalid PEM: {e}"))),
    }
}

fn read(path: &Path, url: &str) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| failure(path, url, &e.to_string()).with_source(e))
}

fn failure(path: &Path, url: &str, reason: &str) -> Error {
    Error::new(ErrorKind::Tls, format!("SSL validation failed for {} {}: {reason}", mask::url(url), path.display()))
}
