//! Buckets in another region than the client's: S3 names the region, the call is repeated there, and the client remembers
//! the region.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::CallState;
use crate::call::Event;
use crate::client::Setup;
use crate::error::{Error, ErrorKind, Result};
use crate::text::url::is_label;
use crate::value::{Map, Value};

const REGION_HEADER: &str = "x-amz-bucket-region";

/// The regions of buckets that a client has learned, by the endpoint of the calls, if it is not the client's, and the bucket.
type Regions = Arc<Mutex<HashMap<Key, String>>>;
type Key = (Option<String>, String);

/// Registers the hooks, which share the known regions.
pub(super) fn customize(setup: &Setup<'_>) -> Result<()> {
    let regions = Regions::default();
    let known = Arc::clone(&regions);
    setup.on("before-endpoint-resolution.s3", move |event| {
        use_known_region(event, &known);
        Ok(())
    })?;
    setup.on("needs-retry.s3", move |event| follow(event, &regions))
}

fn use_known_region(event: &mut Event<'_, '_>, regions: &Regions) {
    let Some(bucket) = event.params()["Bucket"].as_str() else { return };
    let key = key(event, bucket);
    let known = regions.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(region) = known {
        event.builtins_mut().insert("AWS::Region", region);
    }
}

fn key(event: &Event<'_, '_>, bucket: &str) -> Key {
    (event.own_endpoint_url().map(str::to_owned), bucket.to_owned())
}

fn follow(event: &mut Event<'_, '_>, regions: &Regions) -> anyhow::Result<()> {
    let Some(bucket) = event.params()["Bucket"].as_str().map(str::to_owned) else { return Ok(()) };
    if bucket.starts_with("arn:") || event.state::<CallState>().redirected || !is_elsewhere(event) {
        return Ok(());
    }
    let Some(region) = region(event, &bucket)? else { return Ok(()) };
    check_region(&region)?;
    regions.lock().unwrap_or_else(PoisonError::into_inner).insert(key(event, &bucket), region);
    event.state::<CallState>().redirected = true;
    event.resolve_endpoint_again();
    if event.retry().is_none() {
        event.set_retry(Some(Duration::ZERO));
    }
    Ok(())
}

/// Whether the response means that the bucket is in another region.
fn is_elsewhere(event: &Event<'_, '_>) -> bool {
    let Some(response) = event.response() else { return false };
    let error = event.error().unwrap_or(&Value::Null);
    let code = error["Code"].as_str().unwrap_or_default();
    let bare = matches!(code, "301" | "400");
    let operation = event.operation().name.as_str();
    matches!(response.status, 301 | 302 | 307)
        || code == "PermanentRedirect"
        || (code == "AuthorizationHeaderMalformed" && error.get("Region").is_some())
        || (code == "IllegalLocationConstraintException" && operation != "CreateBucket")
        || (operation == "HeadObject" && bare)
        || (operation == "HeadBucket" && bare && response.headers.contains(REGION_HEADER))
}

/// The region of the bucket, from the response or from a `HeadBucket` call.
fn region(event: &Event<'_, '_>, bucket: &str) -> Result<Option<String>> {
    let of_header = event.response().and_then(|r| r.headers.get(REGION_HEADER)).map(str::to_owned);
    let of_error = || event.error()?["Region"].as_str().map(str::to_owned);
    of_header.or_else(of_error).map_or_else(|| look_up(event, bucket), |region| Ok(Some(region)))
}

fn look_up(event: &Event<'_, '_>, bucket: &str) -> Result<Option<String>> {
    if event.operation().name == "HeadBucket" {
        return Ok(None);
    }
    let params: Map = [("Bucket", bucket)].into_iter().collect();
    let response = match event.call("HeadBucket", params) {
        Ok(response) => Value::Map(response),
        Err(error) => {
            // A lookup that the limits of the call stopped ends the call.
            event.limits().check()?;
            error.response().cloned().unwrap_or_default()
        }
    };
    Ok(response["ResponseMetadata"]["HTTPHeaders"][REGION_HEADER].as_str().map(str::to_owned))
}

/// Checks a region that comes from a server, as it becomes part of a host name.
fn check_region(region: &str) -> Result<()> {
    if is_label(region) {
        return Ok(());
    }
    let message = format!("Provided region_name '{region}' doesn't match a supported format.");
    Err(Error::new(ErrorKind::InvalidRegion, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_from_a_server_cannot_lead_to_another_host() {
        assert!(check_region("eu-west-1").is_ok());
        for wrong in ["", "evil.com/", "a.b", "-a", "a b"] {
            assert_eq!(check_region(wrong).unwrap_err().kind(), ErrorKind::InvalidRegion, "{wrong}");
        }
    }
}
