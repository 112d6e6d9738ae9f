//! S3's resources: how those load that no operation describes.

use crate::error::Result;
use crate::resource::{Method, Outcome, Resource};
use crate::value::{Map, Value};

pub(in crate::service) const BUCKET_METHODS: &[Method] = &[Method { name: "load", run: load_bucket }];
pub(in crate::service) const OBJECT_SUMMARY_METHODS: &[Method] = &[Method { name: "load", run: load_object_summary }];

/// A bucket's attributes stand in the list of all buckets. Who may not list them finds none, and that is no error.
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

/// As a listing has an object, where the length is called its size.
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
