//! Managed transfers by boto3's names: `upload_file`, `upload_fileobj`, `download_file`, and `copy` on clients, buckets, and
//! objects; and `upload_dir`, `download_dir`, and `sync` on clients. In Rust, [`Transfer`] has the same as typed methods.

use crate::client::{ExtraMethod, ExtraParams, OperationRequest};
use crate::error::{Result, did_you_mean};
use crate::resource::{Method, Outcome, Resource};
use crate::text::invalid;
use crate::transfer::{Compare, Filters, Location, PlanOptions, Transfer, TransferConfig};
use crate::value::{Map, Value};

pub(super) const CLIENT_METHODS: [(&str, ExtraMethod); 7] = [
    ("upload_file", upload_file),
    ("upload_fileobj", upload_fileobj),
    ("download_file", download_file),
    ("copy", copy),
    ("upload_dir", upload_dir),
    ("download_dir", download_dir),
    ("sync", sync),
];

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

/// The parameters that transfers of folders and prefixes share. All are optional.
const OF_TREES: &[&str] = &["Filters", "Compare", "Delete", "DryRun", "FollowSymlinks", "NoOverwrite", "Resume", "ExtraArgs", "Config"];

fn upload_dir(request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &[&["Directory", "Bucket", "Prefix"], OF_TREES].concat())?;
    let target = Location::object(params.required_text("Bucket")?, params.text("Prefix")?.unwrap_or_default());
    tree(request, &params, &Location::file(params.required_text("Directory")?), &target, None)
}

fn download_dir(request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &[&["Bucket", "Prefix", "Directory"], OF_TREES].concat())?;
    let source = Location::object(params.required_text("Bucket")?, params.text("Prefix")?.unwrap_or_default());
    tree(request, &params, &source, &Location::file(params.required_text("Directory")?), None)
}

fn sync(request: &OperationRequest<'_>, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &[&["Source", "Target"], OF_TREES].concat())?;
    let (source, target) = (params.required_text("Source")?.parse()?, params.required_text("Target")?.parse()?);
    tree(request, &params, &source, &target, Some(Compare::SizeAndTime))
}

/// Returns the plan for a dry run, and the report otherwise.
fn tree(
    request: &OperationRequest<'_>,
    params: &ExtraParams<'_>,
    source: &Location,
    target: &Location,
    compare: Option<Compare>,
) -> Result<Value> {
    let flag = |name: &str| match params.value(name) {
        Value::Null => Ok(None),
        value => value.as_bool().map(Some).ok_or_else(|| params.wrong_type(name, value, "boolean")),
    };
    let mut options = PlanOptions::new().filters(filters(params)?).delete(flag("Delete")?.unwrap_or(false));
    options = options.follow_symlinks(flag("FollowSymlinks")?.unwrap_or(true));
    let named = params.text("Compare")?.map(|name| {
        let known = COMPARISONS.iter().find(|(known, _)| *known == name).map(|(_, compare)| *compare);
        known.ok_or_else(|| {
            let names = COMPARISONS.iter().map(|(name, _)| *name);
            invalid(format!("Invalid value for parameter Compare: {name:?}.{}", did_you_mean(name, names)))
        })
    });
    if let Some(compare) = named.transpose()?.or(compare) {
        options = options.changed(compare);
    }
    let mut transfer = transfer(request, params)?;
    if flag("NoOverwrite")?.unwrap_or(false) {
        transfer = transfer.no_overwrite();
    }
    if let Some(folder) = params.text("Resume")? {
        transfer = transfer.resume(folder);
    }
    let plan = transfer.plan(source, target, &options)?;
    if flag("DryRun")?.unwrap_or(false) { Ok(plan.to_value()) } else { Ok(transfer.execute(&plan)?.to_value()) }
}

const COMPARISONS: &[(&str, Compare)] = &[
    ("size_and_time", Compare::SizeAndTime),
    ("size", Compare::Size),
    ("exact_time", Compare::ExactTime),
    ("checksum", Compare::Checksum),
];

/// The filters of a list like `[{"exclude": "*"}, {"include": "*.jpg"}]`.
fn filters(params: &ExtraParams<'_>) -> Result<Filters> {
    let value = params.value("Filters");
    if !value.is_null() && value.as_list().is_none() {
        return Err(params.wrong_type("Filters", value, "list"));
    }
    value.as_list().into_iter().flatten().enumerate().try_fold(Filters::new(), |filters, (index, filter)| {
        let entry = filter.as_map().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
        match entry.and_then(|(name, pattern)| Some((name.as_str(), pattern.as_str()?))) {
            Some(("include", pattern)) => Ok(filters.include(pattern)),
            Some(("exclude", pattern)) => Ok(filters.exclude(pattern)),
            _ => Err(invalid(format!("Filters[{index}] must be {{\"include\": pattern}} or {{\"exclude\": pattern}}."))),
        }
    })
}

/// A transfer with the settings of the parameters `Config` and `ExtraArgs`.
fn transfer(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Transfer> {
    let config = TransferConfig::from_value(params.value("Config"))?;
    Ok(Transfer::of_request(request).config(config).extra_args(params.value("ExtraArgs").clone()))
}
