//! S3's methods that are not operations: presigned forms, which let a browser upload a file directly to a bucket, and the
//! loading of resources that no operation describes.

use std::time::Duration;

use crate::auth::post_policy::PostPolicy;
use crate::client::{Client, ExtraMethod, ExtraMethods, ExtraParams, MethodSpec, OperationRequest, Param};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::{Method, Outcome, Resource};
use crate::text::invalid;
use crate::value;
use crate::value::{Map, Value};

/// boto3's name of the method for forms.
const PRESIGNED_POST: &str = "generate_presigned_post";

pub(super) const CLIENT_METHODS: ExtraMethods = &[ExtraMethod {
    spec: MethodSpec::new(
        PRESIGNED_POST,
        "Signs a form that uploads one object. Nothing is sent.",
        &[
            Param::required("Bucket", &["string"], "The bucket."),
            Param::required("Key", &["string"], "The key of the object; ${filename} at its end allows any name."),
            Param::optional("Fields", &["map"], "Additional form fields."),
            Param::optional("Conditions", &["list"], "Conditions that the form must meet."),
            Param::optional("ExpiresIn", &["integer"], "How long the form is valid, in seconds; 3600 by default."),
        ],
    )
    .returning("map")
    .read_only(),
    run: generate_presigned_post,
}];

/// The loading of a bucket. Its attributes come from the list of all buckets.
pub(in crate::service) const BUCKET_METHODS: &[Method] =
    &[Method { spec: MethodSpec::new("load", "Loads the attributes.", &[]).like("ListBuckets").read_only(), run: load_bucket }];

pub(in crate::service) const OBJECT_SUMMARY_METHODS: &[Method] = &[Method {
    spec: MethodSpec::new("load", "Loads the attributes.", &[]).like("HeadObject").provided(&["Bucket", "Key"]).read_only(),
    run: load_object_summary,
}];

impl Client {
    /// Returns the `url` and the `fields` of a form that uploads one object to S3 and is valid for `expires`. Anyone who
    /// has the form can use it. boto3 calls the method `generate_presigned_post`; [`call`](Client::call) accepts that name.
    ///
    /// A `key` that ends with `${filename}` allows any name with that prefix. `fields` are additional form fields. S3
    /// accepts the form only if `conditions` (`{"acl": "public-read"}`, `["content-length-range", 1, 1024]`) cover each of
    /// them. `()` means none.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tucuxi::{Credentials, Session, value};
    ///
    /// let session = Session::builder().region("eu-west-1").credentials(Credentials::new("AKID", "SECRET")).build()?;
    /// let s3 = session.client("s3")?;
    /// let limits = value!([["content-length-range", 1, 1_000_000]]);
    /// let form = s3.presign_post("my-bucket", "uploads/${filename}", (), limits, Duration::from_secs(900))?;
    /// assert_eq!(form["url"].as_str(), Some("https://my-bucket.s3.amazonaws.com/"));
    /// assert!(form["fields"]["policy"].as_str().is_some());
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    ///
    /// # Errors
    /// `UnknownOperation` if the client is not one of S3; `ParamValidation` if `fields` is not a map of strings or
    /// `conditions` is not a list; `NoCredentials` if there are no credentials.
    pub fn presign_post(
        &self,
        bucket: &str,
        key: &str,
        fields: impl Into<Value>,
        conditions: impl Into<Value>,
        expires: Duration,
    ) -> Result<Value> {
        if self.service().service_id()? != "S3" {
            let message = format!("{} has no method {PRESIGNED_POST}; only s3 has it.", self.service().name());
            return Err(Error::new(ErrorKind::UnknownOperation, message));
        }
        presign(&self.request(PRESIGNED_POST, ()), bucket, key, &fields.into(), &conditions.into(), expires)
    }
}

fn generate_presigned_post(request: &OperationRequest<'_>, params: &ExtraParams<'_>) -> Result<Value> {
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    presign(request, bucket, key, params.value("Fields"), params.value("Conditions"), params.expiry()?)
}

/// As in boto3, the form is sent to the endpoint of `CreateBucket`.
fn presign(
    request: &OperationRequest<'_>,
    bucket: &str,
    key: &str,
    fields: &Value,
    conditions: &Value,
    expires: Duration,
) -> Result<Value> {
    let mut policy = PostPolicy {
        fields: match fields {
            Value::Null => Map::new(),
            Value::Map(fields) => fields.clone(),
            other => return Err(wrong_type("Fields", other, "map")),
        },
        conditions: match conditions {
            Value::Null => Vec::new(),
            Value::List(conditions) => conditions.to_vec(),
            other => return Err(wrong_type("Conditions", other, "list")),
        },
    };
    policy.conditions.push(value!({"bucket": bucket}));
    policy.conditions.push(match key.strip_suffix("${filename}") {
        Some(prefix) => value!(["starts-with", "$key", prefix]),
        None => value!({"key": key}),
    });
    policy.fields.insert("key", key);
    let request = request.for_operation("CreateBucket", value!({"Bucket": bucket}));
    let (url, policy) = request.presign_post(policy, expires).map_err(|error| error.with_operation_instead(PRESIGNED_POST))?;
    Ok(value!({"url": url, "fields": policy.fields}))
}

fn wrong_type(name: &str, value: &Value, wanted: &str) -> Error {
    let problem = format!("Invalid type for parameter {name}, type: {}, valid types: {wanted}", value.type_name());
    invalid(&problem).with_operation(PRESIGNED_POST)
}

/// The attributes of a bucket come from the list of all buckets. A caller without permission to list them gets no
/// attributes and no error.
fn load_bucket(bucket: &Resource, params: Map) -> Result<Outcome> {
    let name = bucket.get("name")?;
    let found = match bucket.request("ListBuckets", params) {
        Ok(response) => response["Buckets"].as_list().and_then(|all| all.iter().find(|one| one["Name"] == name)).cloned(),
        Err(error) if error.code() == Some("AccessDenied") => None,
        Err(error) => return Err(error),
    };
    bucket.set_data(Some(found.unwrap_or_else(|| Map::new().into())));
    Ok(Outcome::Value(Value::Null))
}

/// Loads an object as a listing describes it, where its length is called `Size`.
fn load_object_summary(summary: &Resource, mut params: Map) -> Result<Outcome> {
    params.insert("Bucket", summary.get("bucket_name")?);
    params.insert("Key", summary.get("key")?);
    let mut response = summary.request("HeadObject", params)?;
    if let Some(length) = response.remove("ContentLength") {
        response.insert("Size", length);
    }
    summary.set_data(Some(response.into()));
    Ok(Outcome::Value(Value::Null))
}
