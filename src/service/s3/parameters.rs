//! S3's parameters: the checks and additions before validation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::super::hooks::invalid_parameter;
use super::CallState;
use crate::call::Event;
use crate::text::encoding::percent_encode;
use crate::value::{Map, Value};

/// The operations with a customer key.
pub(super) const WITH_CUSTOMER_KEY: [&str; 9] = [
    "HeadObject",
    "GetObject",
    "PutObject",
    "CopyObject",
    "CreateMultipartUpload",
    "UploadPart",
    "UploadPartCopy",
    "CompleteMultipartUpload",
    "SelectObjectContent",
];

const BUCKET: &str = r"^[a-zA-Z0-9.\-_]{1,255}$";
const ACCESS_POINT: &str = r"^arn:(aws).*:(s3|s3-object-lambda):[a-z\-0-9]*:[0-9]{12}:accesspoint[/:][a-zA-Z0-9\-.]{1,63}$";
const OUTPOST: &str =
    r"^arn:(aws).*:s3-outposts:[a-z\-0-9]+:[0-9]{12}:outpost[/:][a-zA-Z0-9\-]{1,63}[/:]accesspoint[/:][a-zA-Z0-9\-]{1,63}$";

/// A bucket is a name or an ARN; anything else would change the meaning of the URL.
pub(super) fn check_bucket(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let Some(bucket) = event.params().get("Bucket").and_then(Value::as_str) else { return Ok(()) };
    let plain = (1..=255).contains(&bucket.len()) && bucket.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
    if plain || is_bucket_arn(bucket) {
        return Ok(());
    }
    Err(invalid_parameter(&format!(
        "Invalid bucket name \"{bucket}\": Bucket name must match the regex \"{BUCKET}\" or be an ARN matching the regex \"{ACCESS_POINT}|{OUTPOST}\""
    )))
}

fn is_bucket_arn(text: &str) -> bool {
    let matches = |pattern: &str| regex_lite::Regex::new(pattern).is_ok_and(|r| r.is_match(text));
    text.starts_with("arn:") && (matches(ACCESS_POINT) || matches(OUTPOST))
}

/// Requests encoded keys, since keys can contain characters that XML cannot represent.
pub(super) fn request_encoded_keys(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if !event.params().contains_key("EncodingType") {
        event.params_mut().insert("EncodingType", "url");
        event.state::<CallState>().decodes_keys = true;
    }
    Ok(())
}

/// Encodes the copy source for its header: bucket and key, given as text or as a map, are percent-encoded; the version is
/// not.
pub(super) fn encode_copy_source(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let encoded = match event.params().get("CopySource") {
        Some(Value::String(source)) => encode_source_text(source),
        Some(Value::Map(source)) => encode_source_map(source)?,
        _ => return Ok(()),
    };
    event.params_mut().insert("CopySource", encoded);
    Ok(())
}

fn encode_source_text(source: &str) -> String {
    match source.rfind("?versionId=").map(|at| source.split_at(at)) {
        Some((path, version)) if version.len() > "?versionId=".len() && !version.contains(char::is_whitespace) => {
            format!("{}{version}", percent_encode(path, "/"))
        }
        _ => percent_encode(source, "/").into_owned(),
    }
}

fn encode_source_map(source: &Map) -> anyhow::Result<String> {
    let text = |key: &str| match source.get(key) {
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(invalid_parameter(&format!("Invalid type for parameter CopySource.{key}, valid types: string"))),
        None => Err(invalid_parameter(&format!("Missing required parameter: '{key}'"))),
    };
    let (bucket, key) = (text("Bucket")?, text("Key")?);
    let path = if is_bucket_arn(bucket) { format!("{bucket}/object/{key}") } else { format!("{bucket}/{key}") };
    let version = source.get("VersionId").and_then(Value::as_str).map(|v| format!("?versionId={v}"));
    Ok(percent_encode(&path, "/").into_owned() + version.as_deref().unwrap_or_default())
}

/// Metadata is sent in headers, which are ASCII.
pub(super) fn check_metadata(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let Some(metadata) = event.params().get("Metadata").and_then(Value::as_map) else { return Ok(()) };
    for (key, value) in metadata {
        let value = value.as_str().unwrap_or_default();
        if !key.is_ascii() || !value.is_ascii() {
            return Err(invalid_parameter(&format!(
                "Non ascii characters found in S3 metadata for key \"{key}\", value: \"{value}\".  \nS3 metadata can only contain ASCII characters. "
            )));
        }
    }
    Ok(())
}

/// Encodes a customer key in base64 and adds its MD5 digest.
pub(super) fn customer_key_digest(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    add_key_digest(event.params_mut(), "SSECustomerKey");
    Ok(())
}

/// Does the same for the key of the copied object.
pub(super) fn copy_source_key_digest(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    add_key_digest(event.params_mut(), "CopySourceSSECustomerKey");
    Ok(())
}

fn add_key_digest(params: &mut Map, member: &str) {
    let key = match params.get(member) {
        Some(Value::String(text)) => text.as_bytes().to_vec(),
        Some(Value::Bytes(bytes)) => bytes.to_vec(),
        _ => return,
    };
    let digest_member = format!("{member}MD5");
    if params.contains_key(&digest_member) {
        return;
    }
    params.insert(member, STANDARD.encode(&key));
    params.insert(digest_member, STANDARD.encode(Md5::digest(&key)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn the_version_of_a_copy_source_is_not_encoded() {
        assert_eq!(encode_source_text("bkt/a b+é"), "bkt/a%20b%2B%C3%A9");
        assert_eq!(encode_source_text("bkt/k?versionId=v+1"), "bkt/k?versionId=v+1");
        assert_eq!(encode_source_text("bkt/k?versionId=x y"), "bkt/k%3FversionId%3Dx%20y");
        let source = value!({"Bucket": "b", "Key": "k é/+", "VersionId": "v+1"});
        assert_eq!(encode_source_map(source.as_map().unwrap()).unwrap(), "b/k%20%C3%A9/%2B?versionId=v+1");
        let error = encode_source_map(value!({"Bucket": "b"}).as_map().unwrap()).unwrap_err();
        assert!(error.to_string().ends_with("Missing required parameter: 'Key'"), "{error}");
    }

    #[test]
    fn a_customer_key_is_encoded_unless_its_digest_is_present() {
        let mut params: Map = [("SSECustomerKey", "0".repeat(32))].into_iter().collect();
        add_key_digest(&mut params, "SSECustomerKey");
        assert_eq!(params["SSECustomerKeyMD5"], Value::from("zZ5FnqcIqUjVwvWmyog4zw=="));
        let before = params.clone();
        add_key_digest(&mut params, "SSECustomerKey");
        assert_eq!(params, before);
    }
}
