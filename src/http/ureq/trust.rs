//! Which servers are trusted, and messages that say why one is not.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    AlertDescription, CertificateError, DigitallySignedStruct, Error as TlsError, InvalidMessage, OtherError, PeerIncompatible,
    RootCertStore, SignatureScheme,
};

use crate::value::Timestamp;

/// Decides which server certificates are accepted.
#[derive(Debug)]
pub(super) struct Trust {
    /// Verifies signatures, and, unless everybody is trusted, certificates.
    verifier: Arc<WebPkiServerVerifier>,
    whom: Whom,
}

#[derive(Debug)]
enum Whom {
    /// Mozilla's root certificates.
    Roots,
    /// The certificates in a file, both as issuers and for themselves.
    Bundle {
        path: PathBuf,
        certificates: Vec<CertificateDer<'static>>,
    },
    Everybody,
}

impl Trust {
    pub(super) fn roots(provider: &Arc<CryptoProvider>) -> Result<Trust, String> {
        Ok(Trust { verifier: verifier(mozilla(), provider)?, whom: Whom::Roots })
    }

    /// Trusts the certificates of a file. Those that cannot be issuers are trusted for themselves alone.
    pub(super) fn bundle(path: &Path, certificates: Vec<CertificateDer<'static>>, provider: &Arc<CryptoProvider>) -> Result<Trust, String> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates.iter().cloned());
        if roots.is_empty() {
            return Err(format!("{}: none of its certificates can be used", path.display()));
        }
        Ok(Trust { verifier: verifier(roots, provider)?, whom: Whom::Bundle { path: path.to_owned(), certificates } })
    }

    pub(super) fn everybody(provider: &Arc<CryptoProvider>) -> Result<Trust, String> {
        Ok(Trust { verifier: verifier(mozilla(), provider)?, whom: Whom::Everybody })
    }

    /// Whether the error concerns only the certificate's issuer or kind, and the certificate itself is in the bundle. webpki
    /// checks the period of validity before it looks for an issuer.
    fn is_listed(&self, certificate: &CertificateDer<'_>, error: &TlsError) -> bool {
        let Whom::Bundle { certificates, .. } = &self.whom else { return false };
        certificates.contains(certificate) && (is_unknown_issuer(error) || is_ca(error))
    }

    fn rejection(&self, certificate: &CertificateDer<'_>, error: TlsError) -> TlsError {
        let TlsError::InvalidCertificate(cause) = error else { return error };
        let subject = Names::of(certificate);
        let reason = match &cause {
            CertificateError::UnknownIssuer => format!("it was not issued by one of {}. {}", self.trusted(), self.advice()),
            CertificateError::NotValidForNameContext { expected, presented } => format!(
                "it is valid for {}, not for {}. The endpoint URL must contain a name that is in the certificate.",
                listing(presented),
                expected.to_str()
            ),
            CertificateError::ExpiredContext { time, not_after } => {
                format!("it expired at {}. The time of this computer is {}.", date(*not_after), date(*time))
            }
            CertificateError::NotValidYetContext { time, not_before } => {
                format!("it is not valid before {}. The time of this computer is {}.", date(*not_before), date(*time))
            }
            CertificateError::UnsupportedSignatureAlgorithmContext { .. } => {
                "it is signed with an algorithm that is not supported, such as SHA-1, or with a key that is too short.".to_owned()
            }
            CertificateError::InvalidPurposeContext { .. } => "its extended key usage does not include servers.".to_owned(),
            CertificateError::BadEncoding => "it is not a valid X.509 version 3 certificate.".to_owned(),
            _ if is_ca(&TlsError::InvalidCertificate(cause.clone())) => {
                format!("it is a certificate authority's own certificate, and it is not one of {}. {}", self.trusted(), self.advice())
            }
            other => format!("{other}."),
        };
        let text = format!("The server's certificate {subject} is not trusted: {reason}");
        TlsError::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Rejection { text, cause: cause.into() }))))
    }

    fn trusted(&self) -> String {
        match &self.whom {
            Whom::Bundle { path, certificates } => format!("the {} certificate(s) in {}", certificates.len(), path.display()),
            _ => "Mozilla's root certificates".to_owned(),
        }
    }

    fn advice(&self) -> String {
        let bundle = match &self.whom {
            Whom::Bundle { .. } => "that file",
            _ => "a PEM file",
        };
        format!(
            "If you trust the server, add its issuer's certificate or its own to {bundle}, and name the file with verify, ca_bundle, or AWS_CA_BUNDLE."
        )
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if matches!(self.whom, Whom::Everybody) {
            return Ok(ServerCertVerified::assertion());
        }
        let verified = self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let verified = verified.or_else(|error| match self.is_listed(end_entity, &error) {
            true => listed_for(end_entity, server_name).map(|()| ServerCertVerified::assertion()),
            false => Err(error),
        });
        verified.map_err(|error| self.rejection(end_entity, error))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        match self.whom {
            Whom::Everybody => Ok(HandshakeSignatureValid::assertion()),
            _ => self.verifier.verify_tls12_signature(message, cert, dss),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        match self.whom {
            Whom::Everybody => Ok(HandshakeSignatureValid::assertion()),
            _ => self.verifier.verify_tls13_signature(message, cert, dss),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

fn mozilla() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn verifier(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, String> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().map_err(|error| error.to_string())
}

/// Checks the host name of a certificate in the bundle. As its owner trusts it explicitly, the common name counts if there is
/// no alternative name, which is what `openssl req -x509` creates by default.
fn listed_for(certificate: &CertificateDer<'_>, host: &ServerName<'_>) -> Result<(), TlsError> {
    verify_server_name(&ParsedCertificate::try_from(certificate)?, host).or_else(|error| match &error {
        TlsError::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. })
            if presented.is_empty() && has_common_name(certificate, &host.to_str()) =>
        {
            Ok(())
        }
        _ => Err(error),
    })
}

fn is_unknown_issuer(error: &TlsError) -> bool {
    matches!(error, TlsError::InvalidCertificate(CertificateError::UnknownIssuer))
}

/// Whether the certificate was rejected because it is that of a certificate authority, as `openssl req -x509` creates them.
fn is_ca(error: &TlsError) -> bool {
    let TlsError::InvalidCertificate(CertificateError::Other(other)) = error else { return false };
    other.0.to_string() == "CaUsedAsEndEntity"
}

/// The reason why a certificate is not trusted.
#[derive(Debug)]
struct Rejection {
    text: String,
    cause: TlsError,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// Says what a TLS failure means and what can be done about it.
pub(super) fn explanation(error: &TlsError) -> String {
    let advice = match error {
        TlsError::InvalidCertificate(CertificateError::Other(other)) if other.0.is::<Rejection>() => return other.0.to_string(),
        TlsError::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::MessageTooLarge) => {
            "The server does not answer with TLS; the URL should probably begin with http."
        }
        TlsError::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => {
            "The server does not support TLS 1.2 or 1.3, which are required."
        }
        TlsError::AlertReceived(AlertDescription::ProtocolVersion) => "The server rejects TLS 1.2 and 1.3, which are required.",
        TlsError::AlertReceived(AlertDescription::HandshakeFailure) | TlsError::PeerIncompatible(_) => {
            "The server and this client have no TLS version, cipher suite, or key type in common."
        }
        TlsError::AlertReceived(AlertDescription::CertificateRequired) => {
            "The server requires a client certificate; set it with client_cert."
        }
        TlsError::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::AccessDenied,
        ) => "The server rejects the client certificate; set one that it trusts with client_cert.",
        TlsError::AlertReceived(AlertDescription::UnrecognisedName) => "The server does not know the host name of the URL.",
        _ => return error.to_string(),
    };
    format!("{error}. {advice}")
}

fn listing(names: &[String]) -> String {
    const MOST: usize = 5;
    // webpki writes the kind around the name: `DnsName("example.com")`, `IpAddress(127.0.0.1)`.
    let plain = |name: &String| {
        let inner = name.split_once('(').and_then(|(_, inner)| inner.strip_suffix(')')).unwrap_or(name);
        inner.trim_matches('"').to_owned()
    };
    match names {
        [] => "no host name (it has no subjectAltName)".to_owned(),
        names if names.len() > MOST => {
            format!("{}, and {} more", names.iter().take(MOST).map(plain).collect::<Vec<_>>().join(", "), names.len() - MOST)
        }
        names => names.iter().map(plain).collect::<Vec<_>>().join(", "),
    }
}

fn date(time: UnixTime) -> String {
    Timestamp::new(i64::try_from(time.as_secs()).unwrap_or(i64::MAX), 0).to_string()
}

/// The names in a certificate, for messages.
struct Names {
    subject: String,
    issuer: String,
}

impl Names {
    fn of(certificate: &CertificateDer<'_>) -> Names {
        let (issuer, subject) = issuer_and_subject(certificate).unwrap_or_default();
        Names { subject: distinguished_name(subject), issuer: distinguished_name(issuer) }
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.subject == self.issuer {
            true => write!(f, "\"{}\" (self-signed)", self.subject),
            false => write!(f, "\"{}\" (issued by \"{}\")", self.subject, self.issuer),
        }
    }
}

/// The elements of X.509 (RFC 5280) that [`Names`] needs.
mod tag {
    pub(super) const OID: u8 = 0x06;
    pub(super) const SEQUENCE: u8 = 0x30;
    pub(super) const SET: u8 = 0x31;
    pub(super) const VERSION: u8 = 0xa0;
}

/// Returns the DER content of the two names.
fn issuer_and_subject(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let (certificate, _) = element(certificate, tag::SEQUENCE)?;
    let (mut fields, _) = element(certificate, tag::SEQUENCE)?;
    if fields.first() == Some(&tag::VERSION) {
        fields = any_element(fields)?.2;
    }
    let (_, _, after_serial) = any_element(fields)?;
    let (_, after_algorithm) = element(after_serial, tag::SEQUENCE)?;
    let (issuer, after_issuer) = element(after_algorithm, tag::SEQUENCE)?;
    let (_, after_validity) = element(after_issuer, tag::SEQUENCE)?;
    let (subject, _) = element(after_validity, tag::SEQUENCE)?;
    Some((issuer, subject))
}

/// `CN=…, O=…` of a name's DER content; other attributes are left out.
fn distinguished_name(mut name: &[u8]) -> String {
    let mut parts = Vec::new();
    while let Some((set, rest)) = element(name, tag::SET) {
        name = rest;
        let Some((attribute, _)) = element(set, tag::SEQUENCE) else { continue };
        let Some((oid, value)) = element(attribute, tag::OID) else { continue };
        let label = match oid {
            [0x55, 4, 3] => "CN",
            [0x55, 4, 10] => "O",
            _ => continue,
        };
        if let Some((_, value, _)) = any_element(value) {
            let shown: String = String::from_utf8_lossy(value).chars().filter(|c| !c.is_control()).take(64).collect();
            parts.push(format!("{label}={shown}"));
        }
    }
    parts.join(", ")
}

fn has_common_name(certificate: &[u8], host: &str) -> bool {
    let subject = issuer_and_subject(certificate).map(|(_, subject)| distinguished_name(subject)).unwrap_or_default();
    subject.split(", ").any(|part| part.strip_prefix("CN=").is_some_and(|name| name.eq_ignore_ascii_case(host)))
}

/// The content of the first element, which must have this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    any_element(der).filter(|(found, ..)| *found == tag).map(|(_, content, rest)| (content, rest))
}

/// Tag, content, and what follows.
fn any_element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}
