//! What is signed of the body.

use ring::digest;

use super::{CONTENT_SHA256, Flavour, Signing};
use crate::auth::encode;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What is signed of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// The SHA-256 of the whole body, which is read for it and rewound.
    Signed,
    /// Nothing; TLS protects the body.
    Unsigned,
    /// Nothing: the body comes in chunks, with its checksum behind them.
    StreamingUnsignedTrailer,
    /// This hexadecimal SHA-256.
    Given(&'a str),
}

/// What the S3 flavour decides from whether the body is signed.
#[derive(Clone, Copy, Debug, Default)]
pub struct PayloadFacts {
    /// The body's checksum goes into a trailer.
    pub trailer: bool,
    /// What the user configured (`payload_signing_enabled`).
    pub configured: Option<bool>,
    /// The URL's scheme is https.
    pub https: bool,
    /// A header has a checksum of the body, or its MD5.
    pub checksum_header: bool,
    /// The operation streams its input.
    pub streaming: bool,
    /// The authentication scheme of the operation leaves the body unsigned.
    pub unsigned_scheme: bool,
}

impl PayloadFacts {
    /// The decision, as boto3 makes it: the first of these facts that holds decides, otherwise the body is signed.
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

/// Says that nothing of the body is signed and that its checksum comes behind it, in a request without a signature.
pub(crate) fn announce_unsigned_trailer(request: &mut Request) {
    request.headers.set(CONTENT_SHA256, UNSIGNED_TRAILER);
}

/// The last line of the canonical request; sets the header that announces it, where it must be announced.
pub(super) fn hash(request: &mut Request, signing: &Signing) -> Result<String> {
    let announced = request.headers.get(CONTENT_SHA256);
    match (signing.flavour, signing.payload, announced) {
        (Flavour::Plain, Payload::Unsigned, _) => {
            request.headers.set(CONTENT_SHA256, UNSIGNED);
            Ok(UNSIGNED.to_owned())
        }
        (Flavour::Plain, _, Some(announced)) => Ok(announced.to_owned()),
        (Flavour::Plain, payload, None) => of_body(&mut request.body, payload),
        (Flavour::S3, payload, _) => {
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
        Body::Reader(reader) if !reader.is_rewindable() => {
            return Err(Error::new(
                ErrorKind::Stream,
                "The body can be read only once, but its signature needs it read before it is sent. \
                 Give it as bytes or as a seekable stream, or use https with an unsigned payload.",
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

/// The last line for a presigned URL, whose user sends the body later.
pub(super) fn presigned(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::S3 => UNSIGNED,
        Flavour::Plain => EMPTY_SHA256,
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
