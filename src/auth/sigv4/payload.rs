//! The part of the body that is signed.

use ring::digest;

use super::{CONTENT_SHA256, Flavor, Signing};
use crate::auth::encode;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The part of the body that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// The SHA-256 of the whole body, which is read and rewound.
    Signed,
    /// Nothing: TLS protects the body.
    Unsigned,
    /// Nothing: the body is sent in chunks, followed by its checksum.
    StreamingUnsignedTrailer,
    /// The given hexadecimal SHA-256.
    Given(&'a str),
}

/// The facts that decide whether S3 requests sign the body.
#[derive(Clone, Copy, Debug, Default)]
pub struct PayloadFacts {
    /// The checksum of the body is sent as a trailer.
    pub trailer: bool,
    /// The user's setting (`payload_signing_enabled`).
    pub configured: Option<bool>,
    /// The URL's scheme is https.
    pub https: bool,
    /// A header contains a checksum of the body, or its MD5.
    pub checksum_header: bool,
    /// The operation streams its input.
    pub streaming: bool,
    /// The authentication scheme of the operation does not sign the body.
    pub unsigned_scheme: bool,
}

impl PayloadFacts {
    /// Decides like boto3: the first fact that applies decides; otherwise the body is signed.
    pub fn payload(self) -> Payload<'static> {
        match self {
            PayloadFacts { trailer: true, .. } => Payload::StreamingUnsignedTrailer,
            PayloadFacts { configured: Some(true), .. } => Payload::Signed,
            PayloadFacts { configured: Some(false), .. } => Payload::Unsigned,
            PayloadFacts { https: false, .. } | PayloadFacts { checksum_header: false, .. } => Payload::Signed,
            PayloadFacts { streaming: true, .. } | PayloadFacts { unsigned_scheme: true, .. } => Payload::Unsigned,
            _ => Payload::Signed,
        }
    }
}

/// Announces, in a request without a signature, that the body is unsigned and that its checksum follows as a trailer.
pub(crate) fn announce_unsigned_trailer(request: &mut Request) {
    request.headers.set(CONTENT_SHA256, UNSIGNED_TRAILER);
}

/// The last line of the canonical request. Sets the header that announces it if one is required.
pub(super) fn hash(request: &mut Request, signing: &Signing) -> Result<String> {
    let announced = request.headers.get(CONTENT_SHA256);
    match (signing.flavor, signing.payload, announced) {
        (Flavor::Plain, Payload::Unsigned, _) => {
            request.headers.set(CONTENT_SHA256, UNSIGNED);
            Ok(UNSIGNED.to_owned())
        }
        (Flavor::Plain, _, Some(announced)) => Ok(announced.to_owned()),
        (Flavor::Plain, payload, None) => of_body(&mut request.body, payload),
        (Flavor::S3, payload, _) => {
            let hash = of_body(&mut request.body, payload)?;
            request.headers.set(CONTENT_SHA256, hash.as_str());
            Ok(hash)
        }
    }
}

fn of_body(body: &mut Body, payload: Payload) -> Result<String> {
    match payload {
        Payload::Unsigned => Ok(UNSIGNED.to_owned()),
        Payload::StreamingUnsignedTrailer => Ok(UNSIGNED_TRAILER.to_owned()),
        Payload::Given(hash) => Ok(hash.to_owned()),
        Payload::Signed => sha256(body),
    }
}

fn sha256(body: &mut Body) -> Result<String> {
    match body {
        Body::Empty => return Ok(EMPTY_SHA256.to_owned()),
        Body::Bytes(content) => return Ok(encode::sha256_hex(content)),
        Body::Reader(reader) if reader.sha256().is_some() => return Ok(reader.sha256().unwrap_or_default().to_owned()),
        Body::Reader(reader) if !reader.is_rewindable() => {
            return Err(Error::new(
                ErrorKind::Stream,
                "The body can be read only once, but must be read before it is sent to calculate its signature. \
                 Pass it as bytes or as a seekable stream, or use https with an unsigned payload.",
            )
            .with_name("UnseekableStreamError"));
        }
        Body::Reader(_) => {}
    }
    let mut context = digest::Context::new(&digest::SHA256);
    body.scan(|piece| context.update(piece))
        .map_err(|e| Error::new(ErrorKind::Stream, format!("The body cannot be read for its signature: {e}")).with_source(e))?;
    Ok(encode::hex(context.finish().as_ref()))
}

/// The last line for a presigned URL; its user sends the body later.
pub(super) fn presigned(flavor: Flavor) -> &'static str {
    match flavor {
        Flavor::S3 => UNSIGNED,
        Flavor::Plain => EMPTY_SHA256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_decides_in_boto3s_order() {
        let https = PayloadFacts { https: true, ..PayloadFacts::default() };
        let with_checksum = PayloadFacts { checksum_header: true, ..https };
        assert_eq!(https.payload(), Payload::Signed);
        assert_eq!(with_checksum.payload(), Payload::Signed);
        assert_eq!(PayloadFacts { streaming: true, ..https }.payload(), Payload::Signed);
        assert_eq!(PayloadFacts { streaming: true, ..with_checksum }.payload(), Payload::Unsigned);
        assert_eq!(PayloadFacts { streaming: true, https: false, ..with_checksum }.payload(), Payload::Signed);
        assert_eq!(PayloadFacts { configured: Some(false), ..PayloadFacts::default() }.payload(), Payload::Unsigned);
        assert_eq!(PayloadFacts { trailer: true, configured: Some(true), ..https }.payload(), Payload::StreamingUnsignedTrailer);
    }
}
