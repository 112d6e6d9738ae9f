//! Copies within S3: one `CopyObject`, or parts copied by `UploadPartCopy`.

use std::sync::Arc;

use super::upload::{Multipart, part_size};
use super::{Job, address, arguments, signed, text};
use crate::error::{Error, ErrorKind, Result};
use crate::text::encoding::form_decode;
use crate::text::invalid;
use crate::value::{List, Map, Value};

/// The parameters of the copy that the request for the source takes under other names.
const OF_SOURCE: &[(&str, &str)] = &[
    ("CopySourceIfMatch", "IfMatch"),
    ("CopySourceIfModifiedSince", "IfModifiedSince"),
    ("CopySourceIfNoneMatch", "IfNoneMatch"),
    ("CopySourceIfUnmodifiedSince", "IfUnmodifiedSince"),
    ("CopySourceSSECustomerKey", "SSECustomerKey"),
    ("CopySourceSSECustomerAlgorithm", "SSECustomerAlgorithm"),
    ("CopySourceSSECustomerKeyMD5", "SSECustomerKeyMD5"),
    ("RequestPayer", "RequestPayer"),
    ("ExpectedBucketOwner", "ExpectedBucketOwner"),
];

/// The parameters that describe the content. Without `MetadataDirective=REPLACE` they come from the source.
const CONTENT: &[&str] =
    &["CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires", "Metadata"];

const OF_PART: &[&str] = &[
    "CopySourceSSECustomerAlgorithm",
    "CopySourceSSECustomerKey",
    "CopySourceSSECustomerKeyMD5",
    "SSECustomerKey",
    "SSECustomerAlgorithm",
    "SSECustomerKeyMD5",
    "RequestPayer",
    "ExpectedBucketOwner",
];

/// Copies an object.
///
/// The size of the source may be known from a listing: a small object needs no other request.
pub(super) fn object(job: &Arc<Job>, source: &Value, size: Option<u64>, bucket: &str, key: &str) -> Result<()> {
    let args = &job.extra_args;
    arguments::check_copy(args)?;
    let address_of_source = source
        .as_map()
        .filter(|map| map.contains_key("Bucket") && map.contains_key("Key"))
        .ok_or_else(|| invalid("The source of a copy must be a map of the form {\"Bucket\": bucket_name, \"Key\": key}."))?;
    job.check_absent(bucket, key)?;
    if let Some(size) = size.filter(|size| job.is_small(*size)) {
        return whole(job, source, size, bucket, key);
    }
    let mut head = address_of_source.clone();
    for (name, of_source) in OF_SOURCE {
        if let Some(value) = args.get(name) {
            head.insert(*of_source, value.clone());
        }
    }
    let head = job.call_with(job.source_client(), "HeadObject", head)?;
    let size = head["ContentLength"].as_int().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    if job.is_small(size) {
        return whole(job, source, size, bucket, key);
    }
    in_parts(job, source, &head, size, bucket, key)?;
    copy_tags(job, address_of_source, bucket, key)
}

fn whole(job: &Arc<Job>, source: &Value, size: u64, bucket: &str, key: &str) -> Result<()> {
    let mut params = address(bucket, key);
    params.insert("CopySource", source.clone());
    params.extend(job.extra_args.iter().map(|(name, value)| (name.clone(), value.clone())));
    {
        let _slot = job.small_slot()?;
        job.call("CopyObject", params)?;
    }
    job.count_part();
    job.progress(size)
}

fn in_parts(job: &Arc<Job>, source: &Value, head: &Value, size: u64, bucket: &str, key: &str) -> Result<()> {
    let args = &job.extra_args;
    let mut creation = arguments::without(args, &[arguments::COPY, &["Tagging"]].concat());
    if args.get("MetadataDirective").and_then(Value::as_str) != Some("REPLACE") {
        creation = arguments::without(&creation, CONTENT);
        let of_source = head.as_map().into_iter().flat_map(Map::iter).filter(|(name, _)| CONTENT.contains(&name.as_str()));
        creation.extend(of_source.map(|(name, value)| (name.clone(), value.clone())));
    }
    let part_size = part_size(job.config().multipart_chunksize, Some(size));
    let etag = text(&head["ETag"]);
    let upload = Multipart::create_with(job, bucket, key, args, creation)?;
    let (shared, source) = (upload.clone(), source.clone());
    let parts = job.engine().run(size.div_ceil(part_size), move |index| {
        let (upload, job) = (&shared, &shared.job);
        let (start, end) = (index * part_size, ((index + 1) * part_size).min(size));
        let mut params = upload.address();
        params.insert("CopySource", source.clone());
        params.insert("CopySourceRange", format!("bytes={start}-{}", end - 1));
        params.insert("PartNumber", signed(index + 1));
        if let Some(etag) = &etag {
            params.insert("CopySourceIfMatch", etag.clone());
        }
        params.extend(arguments::only(&upload.args, OF_PART));
        let _slot = job.slot()?;
        let response = job.call("UploadPartCopy", params).map_err(|error| changed(error, &source))?;
        job.count_part();
        job.progress(end - start)?;
        Ok(upload.entry(index + 1, &response["CopyPartResult"]))
    });
    upload.finish(parts)
}

fn changed(error: Error, source: &Value) -> Error {
    if error.status() != Some(412) {
        return error;
    }
    let (bucket, key) = (source["Bucket"].as_str().unwrap_or_default(), source["Key"].as_str().unwrap_or_default());
    let message = format!("Contents of stored object \"{key}\" in bucket \"{bucket}\" did not match expected ETag.");
    Error::new(ErrorKind::Transfer, message).with_name("S3CopyFailedError").with_source(error)
}

/// Copies or sets the tags, which a multipart copy does not do by itself.
fn copy_tags(job: &Arc<Job>, source: &Map, bucket: &str, key: &str) -> Result<()> {
    let args = &job.extra_args;
    let general = || arguments::only(args, &["RequestPayer", "ExpectedBucketOwner"]);
    let tags = match args.get("TaggingDirective").and_then(Value::as_str) {
        Some("COPY") => {
            let mut params = source.clone();
            params.extend(general());
            job.call_with(job.source_client(), "GetObjectTagging", params)?["TagSet"].as_list().cloned().unwrap_or_default()
        }
        Some("REPLACE") => parse_tags(args.get("Tagging").and_then(Value::as_str).unwrap_or_default()),
        _ => return Ok(()),
    };
    if tags.is_empty() {
        return Ok(());
    }
    let mut params = address(bucket, key);
    params.insert("Tagging", Map::from_iter([("TagSet", tags)]));
    params.extend(general());
    params.extend(arguments::only(args, &["ChecksumAlgorithm"]));
    job.call("PutObjectTagging", params).map(drop)
}

/// Tags in the form of a query string.
fn parse_tags(text: &str) -> List {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(key, value)| Value::from(Map::from_iter([("Key", form_decode(key)), ("Value", form_decode(value))]))).collect()
}
