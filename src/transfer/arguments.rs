//! The extra arguments of transfers: which ones are allowed, and which request gets which.

use crate::error::Result;
use crate::text::invalid;
use crate::value::Map;

const SHARED: &[&str] = &[
    "ACL",
    "CacheControl",
    "ChecksumAlgorithm",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "ExpectedBucketOwner",
    "Expires",
    "GrantFullControl",
    "GrantRead",
    "GrantReadACP",
    "GrantWriteACP",
    "Metadata",
    "ObjectLockLegalHoldStatus",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "RequestPayer",
    "ServerSideEncryption",
    "StorageClass",
    "SSECustomerAlgorithm",
    "SSECustomerKey",
    "SSECustomerKeyMD5",
    "SSEKMSKeyId",
    "SSEKMSEncryptionContext",
    "Tagging",
    "WebsiteRedirectLocation",
];

/// Checksums of whole objects. Of several, the last in this order decides the algorithm.
pub(super) const FULL_OBJECT: &[&str] = &[
    "ChecksumCRC32",
    "ChecksumCRC32C",
    "ChecksumCRC64NVME",
    "ChecksumMD5",
    "ChecksumSHA1",
    "ChecksumSHA256",
    "ChecksumSHA512",
    "ChecksumXXHASH3",
    "ChecksumXXHASH64",
    "ChecksumXXHASH128",
];

const UPLOAD: &[&str] = &["ChecksumType", "MpuObjectSize"];

const DOWNLOAD: &[&str] =
    &["ChecksumMode", "VersionId", "SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5", "RequestPayer", "ExpectedBucketOwner"];

/// The arguments of copies alone. `CreateMultipartUpload` takes none of them.
pub(super) const COPY: &[&str] = &[
    "CopySourceIfMatch",
    "CopySourceIfModifiedSince",
    "CopySourceIfNoneMatch",
    "CopySourceIfUnmodifiedSince",
    "CopySourceSSECustomerAlgorithm",
    "CopySourceSSECustomerKey",
    "CopySourceSSECustomerKeyMD5",
    "MetadataDirective",
    "TaggingDirective",
    "AnnotationDirective",
];

/// The arguments that each part of an upload repeats.
pub(super) const OF_PART: &[&str] =
    &["ChecksumAlgorithm", "SSECustomerKey", "SSECustomerAlgorithm", "SSECustomerKeyMD5", "RequestPayer", "ExpectedBucketOwner"];

/// The arguments that the completion of a multipart upload repeats.
pub(super) const OF_COMPLETION: &[&str] = &[
    "SSECustomerKey",
    "SSECustomerAlgorithm",
    "SSECustomerKeyMD5",
    "RequestPayer",
    "ExpectedBucketOwner",
    "ChecksumType",
    "MpuObjectSize",
];

/// The arguments that deletions and listings take, too.
pub(super) const OF_DELETION: &[&str] = &["RequestPayer", "ExpectedBucketOwner"];

/// The arguments that requests for the description of an object take, too.
pub(super) const OF_HEAD: &[&str] = &["SSECustomerKey", "SSECustomerAlgorithm", "SSECustomerKeyMD5", "RequestPayer", "ExpectedBucketOwner"];

const OF_UPLOAD: &[&[&str]] = &[SHARED, UPLOAD, FULL_OBJECT];
const OF_COPY: &[&[&str]] = &[SHARED, COPY];

/// The names of the extra arguments of downloads, uploads, and copies.
#[cfg(feature = "python")]
pub(crate) fn names() -> [Vec<&'static str>; 3] {
    [DOWNLOAD.to_vec(), OF_UPLOAD.concat(), OF_COPY.concat()]
}

/// # Errors
/// `ParamValidation` for an argument that uploads do not take.
pub(super) fn check_upload(args: &Map) -> Result<()> {
    check(args, OF_UPLOAD)
}

/// # Errors
/// `ParamValidation` for an argument that downloads do not take.
pub(super) fn check_download(args: &Map) -> Result<()> {
    check(args, &[DOWNLOAD])
}

/// # Errors
/// `ParamValidation` for an argument that copies do not take.
pub(super) fn check_copy(args: &Map) -> Result<()> {
    check(args, OF_COPY)
}

fn check(args: &Map, allowed: &[&[&str]]) -> Result<()> {
    let allowed: Vec<&str> = allowed.iter().flat_map(|names| names.iter().copied()).collect();
    match args.keys().find(|name| !allowed.contains(name)) {
        None => Ok(()),
        Some(name) => {
            let near = crate::error::did_you_mean(name, allowed.iter().copied());
            Err(invalid(format!("Invalid extra_args key '{name}', must be one of: {}.{near}", allowed.join(", "))))
        }
    }
}

/// The arguments that downloads take.
pub(super) fn of_download(args: &Map) -> Map {
    only(args, DOWNLOAD)
}

/// The arguments with these names.
pub(super) fn only(args: &Map, names: &[&str]) -> Map {
    args.iter().filter(|(name, _)| names.contains(&name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The arguments without these names.
pub(super) fn without(args: &Map, names: &[&str]) -> Map {
    args.iter().filter(|(name, _)| !names.contains(&name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect()
}
