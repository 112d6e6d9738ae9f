//! Managed transfers by boto3's names: `upload_file`, `upload_fileobj`, `download_file`, and `copy` on clients, buckets, and
//! objects; and on clients `upload_dir`, `download_dir`, and `sync`, the plans of such transfers as values, and the parts
//! of plans and of listings, which other processes and machines execute. In Rust, [`Transfer`], [`Plan`], and [`KeyRange`] have the same as typed
//! methods.

use crate::client::{ExtraMethod, ExtraMethods, ExtraParams, MethodSpec, OperationRequest, Param};
use crate::error::{Result, did_you_mean};
use crate::resource::{Method, Outcome, Resource};
use crate::text::invalid;
use crate::transfer::{self, Compare, Filters, KeyRange, Location, Plan, PlanOptions, Transfer, TransferConfig};
use crate::value::{Map, Value};

pub(super) const CLIENT_METHODS: ExtraMethods = &[
    UPLOAD_FILE,
    UPLOAD_FILEOBJ,
    DOWNLOAD_FILE,
    DOWNLOAD_FILEOBJ,
    COPY,
    UPLOAD_DIR,
    DOWNLOAD_DIR,
    SYNC,
    PLAN_TRANSFERS,
    SPLIT_PLAN,
    EXECUTE_PLAN,
    MERGE_REPORTS,
    SPLIT_KEYS,
];

/// The methods of objects and of their summaries, which have the same identifiers.
pub(in crate::service) const OBJECT_TRANSFERS: &[Method] = &[
    Method { spec: UPLOAD_FILE.spec.provided(OF_OBJECT), run: |object, params| on_object(object, params, &UPLOAD_FILE) },
    Method { spec: UPLOAD_FILEOBJ.spec.provided(OF_OBJECT), run: |object, params| on_object(object, params, &UPLOAD_FILEOBJ) },
    Method { spec: DOWNLOAD_FILE.spec.provided(OF_OBJECT), run: |object, params| on_object(object, params, &DOWNLOAD_FILE) },
    Method { spec: DOWNLOAD_FILEOBJ.spec.provided(OF_OBJECT), run: |object, params| on_object(object, params, &DOWNLOAD_FILEOBJ) },
    Method { spec: COPY.spec.provided(OF_OBJECT), run: |object, params| on_object(object, params, &COPY) },
];

/// The methods of a bucket, which take the key as a parameter.
pub(in crate::service) const BUCKET_TRANSFERS: &[Method] = &[
    Method { spec: UPLOAD_FILE.spec.provided(OF_BUCKET), run: |bucket, params| on_bucket(bucket, params, &UPLOAD_FILE) },
    Method { spec: UPLOAD_FILEOBJ.spec.provided(OF_BUCKET), run: |bucket, params| on_bucket(bucket, params, &UPLOAD_FILEOBJ) },
    Method { spec: DOWNLOAD_FILE.spec.provided(OF_BUCKET), run: |bucket, params| on_bucket(bucket, params, &DOWNLOAD_FILE) },
    Method { spec: DOWNLOAD_FILEOBJ.spec.provided(OF_BUCKET), run: |bucket, params| on_bucket(bucket, params, &DOWNLOAD_FILEOBJ) },
    Method { spec: COPY.spec.provided(OF_BUCKET), run: |bucket, params| on_bucket(bucket, params, &COPY) },
];

const OF_OBJECT: &[&str] = &["Bucket", "Key"];
const OF_BUCKET: &[&str] = &["Bucket"];

const BUCKET: Param = Param::required("Bucket", &["string"], "The bucket.");
const KEY: Param = Param::required("Key", &["string"], "The key of the object.");
const EXTRA_ARGS: Param = Param::optional("ExtraArgs", &["map"], "Additional parameters of the operations.");
const CALLBACK: Param = Param::optional("Callback", &["function"], "Receives the number of bytes transferred since its last call.");
const CONFIG: Param = Param::optional("Config", &["map"], "The settings of the transfer.");
const DIRECTORY: Param = Param::required("Directory", &["string"], "The path of the folder.");
const PREFIX: Param = Param::optional("Prefix", &["string"], "The prefix of the keys.");
const FILTERS: Param =
    Param::optional("Filters", &["list"], "Patterns in order, each {\"include\": p} or {\"exclude\": p}; the last match counts.");
const COMPARE: Param = Param::optional("Compare", &["string"], "Skips what is equal by size_and_time, size, exact_time, or checksum.");
const DELETE: Param = Param::optional("Delete", &["boolean"], "Deletes what the source does not have.");
const DRY_RUN: Param = Param::optional("DryRun", &["boolean"], "Returns the plan without executing it.");
const FOLLOW_SYMLINKS: Param = Param::optional("FollowSymlinks", &["boolean"], "Follows symbolic links; true by default.");
const NO_OVERWRITE: Param = Param::optional("NoOverwrite", &["boolean"], "Keeps what exists at the target.");
const SOURCE: Param = Param::required("Source", &["string"], "The source.");
const TARGET: Param = Param::required("Target", &["string"], "The target.");
const PLAN: Param = Param::required("Plan", &["map"], "The plan, from plan_transfers, split_plan, or a dry run.");
const PARTS: Param = Param::required("Parts", &["integer"], "The maximum number of parts.");
const RESUME: Param = Param::optional("Resume", &["string"], "A folder for the state of interrupted transfers.");

const UPLOAD_FILE: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "upload_file",
        "Uploads a file, in parts if it is large.",
        &[Param::required("Filename", &["string"], "The path of the file."), BUCKET, KEY, EXTRA_ARGS, CALLBACK, CONFIG],
    ),
    run: upload_file,
};

const UPLOAD_FILEOBJ: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "upload_fileobj",
        "Uploads a stream or content in memory, in parts if it is large.",
        &[
            Param::required("Fileobj", &["stream", "blob", "string", "file object"], "The content."),
            BUCKET,
            KEY,
            EXTRA_ARGS,
            CALLBACK,
            CONFIG,
        ],
    ),
    run: upload_fileobj,
};

const DOWNLOAD_FILE: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "download_file",
        "Downloads an object to a file, in parts if it is large.",
        &[BUCKET, KEY, Param::required("Filename", &["string"], "The path of the file."), EXTRA_ARGS, CALLBACK, CONFIG],
    ),
    run: download_file,
};

/// For hosts, which run it themselves; in Rust it is [`Transfer::download_fileobj`].
const DOWNLOAD_FILEOBJ: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "download_fileobj",
        "Downloads an object to a file object of a host language.",
        &[BUCKET, KEY, Param::required("Fileobj", &["file object"], "The destination."), EXTRA_ARGS, CALLBACK, CONFIG],
    ),
    run: |_, params| Err(params.wrong_type("Fileobj", params.value("Fileobj"), "file object")),
};

const COPY: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "copy",
        "Copies an object without downloading it, in parts if it is large.",
        &[
            Param::required("CopySource", &["map", "string"], "The source: Bucket, Key, and VersionId, or bucket/key."),
            BUCKET,
            KEY,
            EXTRA_ARGS,
            CALLBACK,
            Param::optional("SourceClient", &["client"], "The client that reads the size of the source."),
            CONFIG,
        ],
    ),
    run: copy,
};

const UPLOAD_DIR: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "upload_dir",
        "Uploads the files of a folder.",
        &[DIRECTORY, BUCKET, PREFIX, FILTERS, COMPARE, DELETE, DRY_RUN, FOLLOW_SYMLINKS, NO_OVERWRITE, RESUME, EXTRA_ARGS, CONFIG],
    )
    .returning("map"),
    run: upload_dir,
};

const DOWNLOAD_DIR: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "download_dir",
        "Downloads the objects below a prefix to a folder.",
        &[BUCKET, PREFIX, DIRECTORY, FILTERS, COMPARE, DELETE, DRY_RUN, FOLLOW_SYMLINKS, NO_OVERWRITE, RESUME, EXTRA_ARGS, CONFIG],
    )
    .returning("map"),
    run: download_dir,
};

const SYNC: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "sync",
        "Transfers what differs between two places, each a folder or s3://bucket/prefix.",
        &[SOURCE, TARGET, FILTERS, COMPARE, DELETE, DRY_RUN, FOLLOW_SYMLINKS, NO_OVERWRITE, RESUME, EXTRA_ARGS, CONFIG],
    )
    .returning("map"),
    run: sync,
};

const PLAN_TRANSFERS: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "plan_transfers",
        "Plans transfers between two places, each a folder or s3://bucket/prefix, without executing them.",
        &[SOURCE, TARGET, FILTERS, COMPARE, DELETE, FOLLOW_SYMLINKS],
    )
    .returning("map")
    .read_only(),
    run: plan_transfers,
};

const SPLIT_PLAN: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "split_plan",
        "Cuts a plan into plans of about the same number of bytes, with no item in common.",
        &[PLAN, PARTS],
    )
    .returning("list")
    .read_only(),
    run: split_plan,
};

const EXECUTE_PLAN: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "execute_plan",
        "Executes a plan or a part of one, and returns the report.",
        &[PLAN, NO_OVERWRITE, RESUME, EXTRA_ARGS, CALLBACK, CONFIG],
    )
    .returning("map"),
    run: execute_plan,
};

const MERGE_REPORTS: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "merge_reports",
        "Adds up the reports of the parts of a plan.",
        &[Param::required("Reports", &["list"], "The reports.")],
    )
    .returning("map")
    .read_only(),
    run: merge_reports,
};

const SPLIT_KEYS: ExtraMethod = ExtraMethod {
    spec: MethodSpec::new(
        "split_keys",
        "Cuts the keys below a prefix into disjoint ranges: StartAfter, which the first one lacks, and End, which the last one lacks.",
        &[BUCKET, PREFIX, PARTS],
    )
    .returning("list")
    .read_only(),
    run: split_keys,
};

fn on_bucket(bucket: &Resource, mut params: Map, method: &ExtraMethod) -> Result<Outcome> {
    params.insert("Bucket", bucket.get("name")?);
    method.call(&bucket.client().request("", ()), &params).map(Outcome::Value)
}

fn on_object(object: &Resource, mut params: Map, method: &ExtraMethod) -> Result<Outcome> {
    params.insert("Bucket", object.get("bucket_name")?);
    params.insert("Key", object.get("key")?);
    method.call(&object.client().request("", ()), &params).map(Outcome::Value)
}

fn upload_file(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    transfer(request, params)?.upload_file(params.required_text("Filename")?, bucket, key)?;
    Ok(Value::Null)
}

fn upload_fileobj(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    let transfer = transfer(request, params)?;
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

fn download_file(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    transfer(request, params)?.download_file(bucket, key, params.required_text("Filename")?)?;
    Ok(Value::Null)
}

fn copy(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    transfer(request, params)?.copy(params.value("CopySource").clone(), bucket, key)?;
    Ok(Value::Null)
}

fn upload_dir(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let target = Location::object(params.required_text("Bucket")?, params.text("Prefix")?.unwrap_or_default());
    tree(request, params, &Location::file(params.required_text("Directory")?), &target, None)
}

fn download_dir(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let source = Location::object(params.required_text("Bucket")?, params.text("Prefix")?.unwrap_or_default());
    tree(request, params, &source, &Location::file(params.required_text("Directory")?), None)
}

fn sync(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let (source, target) = (params.required_text("Source")?.parse()?, params.required_text("Target")?.parse()?);
    tree(request, params, &source, &target, Some(Compare::SizeAndTime))
}

fn plan_transfers(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let (source, target) = (params.required_text("Source")?.parse()?, params.required_text("Target")?.parse()?);
    Ok(transfer(request, params)?.plan(&source, &target, &plan_options(params, None)?)?.to_value())
}

fn split_plan(_: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    Ok(Plan::from_value(params.value("Plan"))?.split(parts(params)?).iter().map(Plan::to_value).collect())
}

fn execute_plan(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    Ok(tree_transfer(request, params)?.execute(&Plan::from_value(params.value("Plan"))?)?.to_value())
}

fn merge_reports(_: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let reports = params.value("Reports");
    let reports = reports.as_list().ok_or_else(|| params.wrong_type("Reports", reports, "list"))?;
    transfer::merge_reports(&reports.iter().cloned().collect::<Vec<_>>())
}

fn split_keys(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let prefix = params.text("Prefix")?.unwrap_or_default();
    let ranges = KeyRange::split(request.client(), params.required_text("Bucket")?, prefix, parts(params)?)?;
    let bounds = |range: KeyRange| -> Value {
        let bounds = [("StartAfter", range.start_after), ("End", range.end)];
        bounds.into_iter().filter_map(|(name, key)| Some((name, Value::from(key?)))).collect::<Map>().into()
    };
    Ok(ranges.into_iter().map(bounds).collect())
}

fn parts(params: &ExtraParams<'_>) -> Result<usize> {
    let parts = params.value("Parts");
    let number = parts.as_int().ok_or_else(|| params.wrong_type("Parts", parts, "integer"))?;
    usize::try_from(number)
        .ok()
        .filter(|parts| *parts > 0)
        .ok_or_else(|| invalid("Invalid value for parameter Parts: at least 1 is expected."))
}

fn flag(params: &ExtraParams<'_>, name: &str) -> Result<Option<bool>> {
    match params.value(name) {
        Value::Null => Ok(None),
        value => value.as_bool().map(Some).ok_or_else(|| params.wrong_type(name, value, "boolean")),
    }
}

/// Returns the plan for a dry run, and the report otherwise.
fn tree(
    request: &OperationRequest<'_>,
    params: &ExtraParams<'_>,
    source: &Location,
    target: &Location,
    compare: Option<Compare>,
) -> Result<Value> {
    let options = plan_options(params, compare)?;
    let transfer = tree_transfer(request, params)?;
    let plan = transfer.plan(source, target, &options)?;
    if flag(params, "DryRun")?.unwrap_or(false) { Ok(plan.to_value()) } else { Ok(transfer.execute(&plan)?.to_value()) }
}

/// The options of a plan; `compare` is the comparison unless the caller chooses one.
fn plan_options(params: &ExtraParams<'_>, compare: Option<Compare>) -> Result<PlanOptions> {
    let mut options = PlanOptions::new().filters(filters(params)?).delete(flag(params, "Delete")?.unwrap_or(false));
    options = options.follow_symlinks(flag(params, "FollowSymlinks")?.unwrap_or(true));
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
    Ok(options)
}

/// A transfer with the settings of a method that executes plans.
fn tree_transfer(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Transfer> {
    let mut transfer = transfer(request, params)?;
    if flag(params, "NoOverwrite")?.unwrap_or(false) {
        transfer = transfer.no_overwrite();
    }
    if let Some(folder) = params.text("Resume")? {
        transfer = transfer.resume(folder);
    }
    Ok(transfer)
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
