//! S3's presigned forms: what a browser needs to post a file into a bucket by itself.

use std::time::Duration;

use crate::auth::post_policy::PostPolicy;
use crate::client::{Client, ExtraMethods, ExtraParams};
use crate::error::{Error, ErrorKind, Result};
use crate::text::invalid;
use crate::value;
use crate::value::{Map, Value};

/// boto3's name for it.
const NAME: &str = "generate_presigned_post";

pub(super) const METHODS: ExtraMethods = &[(NAME, generate_presigned_post)];

impl Client {
    /// The `url` and the `fields` of a form that uploads one object to S3, for whoever has them, until `expires` is
    /// over; boto3's `generate_presigned_post`, by which name [`call`](Client::call) reaches it too.
    ///
    /// A `key` that ends with `${filename}` allows any name with that prefix. `fields` are further fields of the form;
    /// the form is accepted only if `conditions` (`{"acl": "public-read"}`, `["content-length-range", 1, 1024]`) name
    /// each of them. `()` stands for none.
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
    /// If the service has no such forms, if fields are no map of texts or conditions no list, or if there are no
    /// credentials.
    pub fn presign_post(
        &self,
        bucket: &str,
        key: &str,
        fields: impl Into<Value>,
        conditions: impl Into<Value>,
        expires: Duration,
    ) -> Result<Value> {
        if self.service().service_id()? != "S3" {
            let message = format!("{} has no method {NAME}: it is one of S3's.", self.service().name());
            return Err(Error::new(ErrorKind::UnknownOperation, message));
        }
        presign(self, bucket, key, &fields.into(), &conditions.into(), expires)
    }
}

fn generate_presigned_post(client: &Client, params: &Map) -> Result<Value> {
    let params = ExtraParams::new(params, &["Bucket", "Key", "Fields", "Conditions", "ExpiresIn"])?;
    let (bucket, key) = (params.required_text("Bucket")?, params.required_text("Key")?);
    presign(client, bucket, key, params.value("Fields"), params.value("Conditions"), params.expiry()?)
}

/// As in boto3 the form goes where the bucket would be created.
fn presign(client: &Client, bucket: &str, key: &str, fields: &Value, conditions: &Value, expires: Duration) -> Result<Value> {
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
    let request = client.request("CreateBucket", value!({"Bucket": bucket}));
    let (url, policy) = request.presign_post(policy, expires).map_err(|error| error.with_operation_instead(NAME))?;
    Ok(value!({"url": url, "fields": policy.fields}))
}

fn wrong_type(name: &str, value: &Value, wanted: &str) -> Error {
    let problem = format!("Invalid type for parameter {name}, type: {}, valid types: {wanted}", value.type_name());
    invalid(&problem).with_operation(NAME)
}
