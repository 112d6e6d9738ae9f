//! Managed transfers by boto3's names: `upload_file`, `upload_fileobj`, `download_file`, and `copy` on clients, buckets, and
//! objects. In Rust, [`Transfer`] has the same as typed methods.

use crate::client::{ExtraMethods, ExtraParams, OperationRequest};
use crate::error::Result;
use crate::resource::{Method, Outcome, Resource};
use crate::text::invalid;
use crate::transfer::{Transfer, TransferConfig};
use crate::value::{Map, Value};

pub(super) const CLIENT_METHODS: ExtraMethods =
    &[("upload_file", upload_file), ("upload_fileobj", upload_fileobj), ("download_file", download_file), ("copy", copy)];

pub(super) const OBJECT_METHODS: &[Method] = &[
    Method { name: "upload_file", run: |object, params| on_object(object, params, upload_file) },
    Method { name: "upload_fileobj", run: |object, params| on_object(object, params, upload_fileobj) },
    Method { name: "download_file", run: |object, params| on_object(object, params, download_file) },
    Method { name: "copy", run: |object, params| on_object(object, params, copy) },
];

/// The methods of a bucket, which take the key as a parameter.
pub(super) const BUCKET_METHODS: &[Method] = &[
    Method { name: "upload_file", run: |bucket, params| on_bucket(bucket, params, upload_file) },
    Method { name: "upload_fileobj", run: |bucket, params| on_bucket(bucket, params, upload_fileobj) },
    Method { name: "download_file", run: |bucket, params| on_bucket(bucket, params, download_file) },
    Method { name: "copy", run: |bucket, params| on_bucket(bucket, params, copy) },
];

type Run = fn(&OperationRequest<'_>, &Map) -> Result<Value>;

fn on_bucket(bucket: &Resource, mut params: Map, run: Run) -> Result<Outcome> {
    params.insert("Bucket", bucket.get("name")?);
    run(&bucket.client().request("", ()), &params).map(Outcome::Value)
}

/// Objects and summaries of objects have the same identifiers.
fn on_object(object: &Resource, mut params: Map, run: Run) -> Result<Outcome> {
    params.insert("Bucket", object.get("bucket_name")?);
    params.insert("Key", object.get("key")?);
    run(&object.client().request("", ()), &params).map(Outcome::Value)
}

fn upload_file(request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &["Filename", "Bucket", "Key", "ExtraArgs", "Config"])?;
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    transfer(request, &params)?.upload_file(params.required_text("Filename")?, bucket, key)?;
    Ok(Value::Null)
}

fn upload_fileobj(request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &["Fileobj", "Bucket", "Key", "ExtraArgs", "Config"])?;
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    let transfer = transfer(request, &params)?;
    match params.value("Fileobj") {
        Value::Stream(stream) => match stream.take() {
            Some(reader) => transfer.upload_fileobj(reader, bucket, key)?,
            None => return Err(invalid("Invalid value for parameter Fileobj: the stream was already read.")),
        },
        value => match value.as_bytes().or_else(|| value.as_str().map(str::as_bytes)) {
            Some(content) => transfer.upload_fileobj(content, bucket, key)?,
            None => {
                return Err(invalid(format!(
                    "Invalid type for parameter Fileobj, type: {}, valid types: stream, bytes, string",
                    value.type_name()
                )));
            }
        },
    }
    Ok(Value::Null)
}

fn download_file(request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &["Bucket", "Key", "Filename", "ExtraArgs", "Config"])?;
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    transfer(request, &params)?.download_file(bucket, key, params.required_text("Filename")?)?;
    Ok(Value::Null)
}

fn copy(request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &["CopySource", "Bucket", "Key", "ExtraArgs", "Config"])?;
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    transfer(request, &params)?.copy(params.value("CopySource").clone(), bucket, key)?;
    Ok(Value::Null)
}

/// A transfer with the settings of the parameters `Config` and `ExtraArgs`.
fn transfer(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Transfer> {
    let config = TransferConfig::from_value(params.value("Config"))?;
    Ok(Transfer::of_request(request).config(config).extra_args(params.value("ExtraArgs").clone()))
}
