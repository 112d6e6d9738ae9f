//! S3: the bucket moves from the path into the endpoint, the signature has its own variant, keys are decoded, and
//! responses with status 200 can contain errors.
//!
//! # Differs from boto3
//!
//! - Presigned URLs and forms are signed with Signature Version 4 in every region unless `signature_version` is `s3`;
//!   boto3 falls back to that old signature in the older regions.
//! - With FIPS, they point to the client's region, for which they are signed; boto3's point to us-east-1.
//! - URLs of operations with a body can be presigned, and leave the body unsigned; boto3 fails if the body is not a JSON
//!   object.
//! - Invalid conditions and fields of a form are errors that name them.
//! - A bucket that is not a string and a checksum header that is not base64 are typed errors; boto3 fails with unrelated
//!   Python errors.
//! - Errors of `get_bucket_location` have no empty `LocationConstraint` beside them. The event of a deprecated
//!   notification is the first of its events; boto3 returns nodes of its XML parser if there are several.

mod endpoint;
mod express;
mod methods;
mod parameters;
mod redirect;
mod response;
mod transfers;

use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;
use crate::http::Body;
use crate::text::encoding::push_percent_encoded;
use crate::value::Str;
pub(super) use methods::{BUCKET_METHODS, OBJECT_SUMMARY_METHODS};
pub(super) use transfers::{BUCKET_TRANSFERS, OBJECT_TRANSFERS};

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.signature_version = Some("s3v4");
    setup.endpoint_error = Some(endpoint::endpoint_error);
    endpoint::builtins(setup);
    setup.on("before-parameter-build.s3", parameters::check_bucket)?;
    setup.on("before-parameter-build.s3", remove_bucket_from_path)?;
    endpoint::style_by_own_endpoint(setup)?;
    setup.on("before-endpoint-resolution.s3", endpoint::style_by_bucket)?;
    redirect::customize(setup)?;
    endpoint::presign_globally(setup)?;
    express::customize(setup)?;
    setup.extra_methods.extend([methods::CLIENT_METHODS, transfers::CLIENT_METHODS]);
    setup.on("choose-signer", s3_signer)?;
    let no_empty_continue = setup.settings.s3_no_empty_continue;
    setup.on("before-call.s3", move |event| expect_continue(event, no_empty_continue))?;
    setup.on("before-parse.s3", response::error_in_200)?;
    setup.on("before-parse.s3", response::check_expires)?;
    setup.on("after-call.s3", response::expires_string)?;
    if !setup.settings.s3_compatible {
        setup.on("after-call.s3", response::suggest_compatibility)?;
    }
    setup.on("after-call.s3.GetBucketLocation", response::bucket_location)?;
    for operation in ["CopyObject", "UploadPartCopy"] {
        setup.on(&format!("before-parameter-build.s3.{operation}"), parameters::encode_copy_source)?;
        setup.on(&format!("before-parameter-build.s3.{operation}"), parameters::copy_source_key_digest)?;
    }
    for operation in ["CopyObject", "PutObject", "CreateMultipartUpload"] {
        setup.on(&format!("before-parameter-build.s3.{operation}"), parameters::check_metadata)?;
    }
    for operation in parameters::WITH_CUSTOMER_KEY {
        setup.on(&format!("before-parameter-build.s3.{operation}"), parameters::customer_key_digest)?;
    }
    let encodes_keys = !setup.settings.s3_compatible;
    for operation in ["ListObjects", "ListObjectsV2", "ListObjectVersions"].into_iter().filter(|_| encodes_keys) {
        setup.on(&format!("before-parameter-build.s3.{operation}"), parameters::request_encoded_keys)?;
        setup.on(&format!("after-call.s3.{operation}"), response::decode_keys)?;
    }
    for operation in ["DeleteObjects", "PutBucketLifecycleConfiguration"] {
        setup.on(&format!("before-call.s3.{operation}"), escape_line_breaks)?;
    }
    Ok(())
}

/// The state that the hooks of one call share.
#[derive(Default)]
struct CallState {
    /// A hook requested encoded keys, so another one decodes them.
    decodes_keys: bool,
    /// The call was redirected.
    redirected: bool,
    /// The text of the `Expires` header.
    expires: Option<String>,
}

/// Removes the bucket from the operation's path, because the endpoint rules put it into the host or the path. The old
/// signature covers the path with the bucket unless that is an ARN.
fn remove_bucket_from_path(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let Some(rest) = event.request_uri().strip_prefix("/{Bucket}") else { return Ok(()) };
    let rest = if rest.starts_with('/') { Str::from(rest) } else { Str::concat(&["/", rest]) };
    let bucket = event.params()["Bucket"].as_str().unwrap_or_default();
    let key = event.params()["Key"].as_str().unwrap_or_default();
    let mut auth_path = String::with_capacity(bucket.len() + key.len() + 16);
    if !bucket.starts_with("arn:") {
        auth_path.push('/');
        push_percent_encoded(&mut auth_path, bucket, "");
    }
    auth_path.push('/');
    push_percent_encoded(&mut auth_path, key, "/");
    event.set_auth_path(auth_path);
    event.set_request_uri(rest);
    Ok(())
}

/// Selects S3's variant of SigV4: the path is encoded once, and the payload's digest is always sent.
pub(super) fn s3_signer(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let relative = matches!(event.signing_name().unwrap_or("s3"), "s3" | "s3-outposts" | "s3-object-lambda" | "s3express");
    match event.auth_type() {
        Some("v4" | "v4-unsigned-body") if relative => event.set_signer("s3v4"),
        Some("v4a") if relative => event.set_signer("s3v4a"),
        _ => {}
    }
    Ok(())
}

/// An upload waits for the server's permission, so that a rejected request does not send its body.
fn expect_continue(event: &mut Event<'_, '_>, not_if_empty: bool) -> anyhow::Result<()> {
    let uploads = matches!(event.operation().name.as_str(), "PutObject" | "UploadPart") && event.params().contains_key("Body");
    if let Some(request) = event.request_mut()
        && matches!(request.method.as_str(), "PUT" | "POST")
        && (uploads || matches!(request.body, Body::Reader(_)))
        && !(not_if_empty && request.body.length() == Some(0))
    {
        request.headers.set("Expect", "100-continue");
    }
    Ok(())
}

/// Line breaks in keys survive XML only as character references.
fn escape_line_breaks(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(request) = event.request_mut()
        && let Body::Bytes(bytes) = &request.body
        && bytes.iter().any(|b| matches!(b, b'\r' | b'\n'))
    {
        let text = String::from_utf8_lossy(bytes).replace('\r', "&#xD;").replace('\n', "&#xA;");
        request.body = text.into_bytes().into();
    }
    Ok(())
}
