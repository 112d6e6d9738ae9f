//! Checksums of requests and responses.
//!
//! The definition says which operations have them and in which algorithms (`httpChecksum`); a setting decides whether
//! optional ones are calculated.
//!
//! # Differs from boto3
//!
//! Every algorithm is built in; boto3 needs another package for CRC32C, CRC64NVME, and the XXHASH family. If a response has
//! several checksums, the first is verified rather than the first that a package supports. The response to a request for a
//! range is not verified: some stores send the checksum of the whole object with it.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use md5::{Digest, Md5};
use ring::digest;

use super::Call;
use super::signing;
use crate::auth::Scheme;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Checksum, ChecksumAlgorithm, Headers, ResponseBody, aws_chunked, verified};
use crate::settings::ChecksumMode;
use crate::text::encoding::hex;
use crate::value::Value;

/// The checksum that a request will carry.
pub(crate) enum Plan {
    Header(ChecksumAlgorithm),
    /// In a trailer after the body.
    Trailer(ChecksumAlgorithm),
    /// In the header `Content-MD5`, the only one that every S3-compatible store accepts.
    ContentMd5,
}

const PREFIX: &str = "x-amz-checksum-";
const CONTENT_MD5: &str = "Content-MD5";

/// Requests the checksum of the response, unless the caller decided.
pub(super) fn inject_validation_mode(call: &mut Call<'_>) -> Result<()> {
    let Some(member) = call.operation.http_checksum.as_ref().and_then(|c| c.request_validation_mode_member.clone()) else { return Ok(()) };
    if call.client.settings.response_checksum_validation == ChecksumMode::WhenSupported && !call.params.contains_key(&member) {
        call.params.insert(member, "ENABLED");
    }
    Ok(())
}

/// Decides which checksum the request carries, and announces it.
pub(super) fn plan(call: &mut Call<'_>) -> Result<()> {
    call.checksum = decide(call)?;
    Ok(())
}

fn decide(call: &mut Call<'_>) -> Result<Option<Plan>> {
    let trait_ = call.operation.http_checksum.clone().unwrap_or_default();
    let required = call.operation.http_checksum_required || trait_.request_checksum_required;
    if call.request_mut().headers.iter().any(|(name, _)| is_checksum_header(name)) {
        call.signing.checksum_header = None;
        return Ok(None);
    }
    let member = trait_.request_algorithm_member;
    let given = member.as_deref().and_then(|m| call.params.get(m)).and_then(Value::as_str);
    let compatible = call.client.settings.s3_compatible;
    let algorithm = match (given, &member) {
        (None, _) if required && compatible => return Ok(Some(Plan::ContentMd5)),
        (Some(name), _) => ChecksumAlgorithm::parse(name)
            .ok_or_else(|| Error::new(ErrorKind::Checksum, format!("Unsupported checksum algorithm: {}", name.to_lowercase())))?,
        (None, Some(_)) if required || call.client.settings.request_checksum_calculation == ChecksumMode::WhenSupported => {
            ChecksumAlgorithm::Crc32
        }
        (None, None) if required => ChecksumAlgorithm::Crc32,
        _ => return Ok(None),
    };
    if given.is_none()
        && let Some(header) = member.as_deref().map(|m| header_of(call, m)).transpose()?.flatten()
    {
        call.request_mut().headers.set(header, algorithm.as_str().to_uppercase());
    }
    let trailer = !compatible
        && signing::has_streaming_input(call)?
        && call.request_mut().is_https()
        && call.client.auth.scheme() != Some(Scheme::S3);
    call.signing.trailer_checksum = trailer;
    call.signing.checksum_header = (!trailer).then(|| format!("{PREFIX}{}", algorithm.as_str()));
    Ok(Some(if trailer { Plan::Trailer(algorithm) } else { Plan::Header(algorithm) }))
}

/// Adds the checksum to the request.
pub(super) fn apply(call: &mut Call<'_>) -> Result<()> {
    let Some(plan) = call.checksum.take().filter(|_| !call.is_answered()) else { return Ok(()) };
    let name = match plan {
        Plan::Header(algorithm) | Plan::Trailer(algorithm) => format!("{PREFIX}{}", algorithm.as_str()),
        Plan::ContentMd5 => CONTENT_MD5.to_owned(),
    };
    if call.request_mut().headers.contains(&name) {
        return Ok(());
    }
    call.uses(feature(&plan));
    let covers_body = signing::covers_body(call);
    let request = call.request_mut();
    let value = match plan {
        Plan::Trailer(algorithm) => {
            let body = std::mem::take(&mut request.body);
            announce_trailer(&mut request.headers, &name, body.length());
            request.body = aws_chunked(body, algorithm, name);
            return Ok(());
        }
        Plan::Header(algorithm) => {
            let mut checksum = Checksum::new(algorithm);
            // A body is read once for both its checksum and its signature.
            let mut sha256 = covers_body.then(|| digest::Context::new(&digest::SHA256)).filter(|_| matches!(request.body, Body::Reader(_)));
            scan(&mut request.body, |piece| {
                checksum.update(piece);
                if let Some(sha256) = &mut sha256 {
                    sha256.update(piece);
                }
            })?;
            if let (Body::Reader(reader), Some(sha256)) = (&mut request.body, sha256) {
                reader.set_sha256(hex(sha256.finish().as_ref()));
            }
            checksum.finish()
        }
        Plan::ContentMd5 => {
            let mut digest = Md5::new();
            scan(&mut request.body, |piece| digest.update(piece))?;
            BASE64_STANDARD.encode(digest.finalize())
        }
    };
    request.headers.set(name, value);
    Ok(())
}

/// The letters of a request checksum in the user agent.
fn feature(plan: &Plan) -> &'static str {
    match plan {
        Plan::ContentMd5 => "AE",
        Plan::Header(algorithm) | Plan::Trailer(algorithm) => match algorithm {
            ChecksumAlgorithm::Crc32 => "U",
            ChecksumAlgorithm::Crc32c => "V",
            ChecksumAlgorithm::Crc64Nvme => "W",
            ChecksumAlgorithm::Sha1 => "X",
            ChecksumAlgorithm::Sha256 => "Y",
            ChecksumAlgorithm::Sha512 => "AF",
            ChecksumAlgorithm::XxHash3 => "AG",
            ChecksumAlgorithm::XxHash64 => "AH",
            ChecksumAlgorithm::XxHash128 => "AI",
        },
    }
}

/// Reads a body, which is rewound afterwards.
fn scan(body: &mut Body, update: impl FnMut(&[u8])) -> Result<()> {
    if !body.is_rewindable() {
        return Err(Error::new(
            ErrorKind::Stream,
            "The body can be read only once, but its checksum must be known before it is sent. \
             Give it as bytes or as a seekable stream, or use an https endpoint.",
        )
        .with_name("UnseekableStreamError"));
    }
    body.scan(update).map_err(|e| Error::new(ErrorKind::Stream, format!("The body cannot be read for its checksum: {e}")).with_source(e))
}

fn announce_trailer(headers: &mut Headers, name: &str, length: Option<u64>) {
    headers.set("Transfer-Encoding", "chunked");
    let encoding = match headers.get("Content-Encoding") {
        Some(existing) if !existing.is_empty() => format!("{existing},aws-chunked"),
        _ => "aws-chunked".to_owned(),
    };
    headers.set("Content-Encoding", encoding);
    headers.set("X-Amz-Trailer", name);
    // The caller's `ContentLength` counts only if the body's own length is unknown.
    let given = headers.remove("Content-Length");
    let length = length.map(|n| n.to_string()).or(given);
    if let Some(length) = length {
        headers.set("X-Amz-Decoded-Content-Length", length);
    }
}

/// Verifies the checksum of the response, if it was requested.
pub(crate) fn verify(call: &mut Call<'_>) -> Result<()> {
    let Some(trait_) = &call.operation.http_checksum else { return Ok(()) };
    let asked = trait_.request_validation_mode_member.as_deref().is_some_and(|m| call.params.contains_key(m));
    let is_range = call.request.as_ref().is_some_and(|request| request.headers.get("Range").is_some());
    let Some(response) = call.response.as_mut().filter(|r| asked && r.status < 300 && !(is_range && r.status == 206)) else {
        return Ok(());
    };
    let modeled = |a: &ChecksumAlgorithm| trait_.response_algorithms.iter().any(|m| m.eq_ignore_ascii_case(a.as_str()));
    let found = ChecksumAlgorithm::ALL.into_iter().filter(modeled).find_map(|algorithm| {
        // A composite checksum of a multipart upload (`…-2`) does not cover the bytes as they arrive.
        let expected = response.headers.get(&format!("{PREFIX}{}", algorithm.as_str())).filter(|v| !v.contains('-'))?;
        Some((algorithm, expected.to_owned()))
    });
    if let Some((algorithm, expected)) = found {
        let body = std::mem::replace(&mut response.body, ResponseBody::Bytes(Default::default()));
        response.body = verified(body, algorithm, expected)?;
        call.verified_with = Some(algorithm.as_str());
    }
    Ok(())
}

fn is_checksum_header(name: &str) -> bool {
    let suffix = name.get(..PREFIX.len()).filter(|p| p.eq_ignore_ascii_case(PREFIX)).map(|_| &name[PREFIX.len()..]);
    suffix.is_some_and(|s| s.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The header to which a member of the input is bound.
fn header_of(call: &Call<'_>, member: &str) -> Result<Option<String>> {
    let Some(input) = call.service.input(call.operation)? else { return Ok(None) };
    let Some((_, member)) = input.structure().and_then(|s| s.member(member)) else { return Ok(None) };
    Ok(input.member(member)?.location_name().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_checksum_header_of_the_caller_is_recognized() {
        assert!(is_checksum_header("X-Amz-Checksum-CRC32"));
        assert!(is_checksum_header("x-amz-checksum-mode"));
        assert!(!is_checksum_header("x-amz-sdk-checksum-algorithm"));
        assert!(!is_checksum_header("x-amz-checksum-sha256-b64"));
    }

    #[test]
    fn a_trailer_is_announced_with_the_length_of_the_content() {
        let mut headers: Headers = [("Content-Encoding", "gzip")].into_iter().collect();
        announce_trailer(&mut headers, "x-amz-checksum-crc32", Body::from(b"hello").length());
        assert_eq!(headers.get("content-encoding"), Some("gzip,aws-chunked"));
        assert_eq!(headers.get("x-amz-decoded-content-length"), Some("5"));
    }
}
