//! The inputs of S3's endpoint rules that come from settings and from the bucket of a call, and boto3's names for the
//! errors of the rules.

use super::super::hooks::host_label_error;
use crate::call::{Event, LookupRegion};
use crate::client::Setup;
use crate::error::{Error, ErrorKind, Result};
use crate::settings::ClientSettings;
use crate::text::invalid;
use crate::text::url::is_label;
use crate::value::{Map, Value};

/// Errors about the settings of a client.
const CLIENT_ERRORS: [&str; 2] = ["S3 Object Lambda does not support S3 Accelerate", "Accelerate cannot be used with FIPS"];

/// The beginnings of errors about settings that an access point does not support.
const ACCESS_POINT_ERRORS: [&str; 6] = [
    "S3 Outposts does not support",
    "S3 MRAP does not support",
    "S3 Object Lambda does not support",
    "Access Points do not support",
    "Invalid configuration:",
    "Client was configured for partition",
];

/// Any endpoint that is not one of AWS.
const CUSTOM_ENDPOINT: &str = "http://localhost";

/// Passes the settings under `s3` to the endpoint rules.
pub(super) fn builtins(setup: &mut Setup<'_>) {
    let settings = setup.settings;
    let flag = |key: &str, default: bool| settings.s3_option(key).and_then(Value::as_bool).unwrap_or(default);
    let accelerate = flag("use_accelerate_endpoint", false);
    let force_path = forces_path_style(settings, settings.endpoint_url.as_ref().map(|given| given.url.as_str()));
    let global = settings.s3_option("us_east_1_regional_endpoint").and_then(Value::as_str) != Some("regional");
    let classic = matches!(settings.region.as_deref(), None | Some("us-east-1"));
    setup.builtin("AWS::S3::Accelerate", accelerate);
    setup.builtin("AWS::S3::ForcePathStyle", force_path);
    setup.builtin("AWS::S3::UseArnRegion", flag("use_arn_region", true));
    setup.builtin("AWS::S3::DisableMultiRegionAccessPoints", flag("s3_disable_multiregion_access_points", false));
    setup.builtin("AWS::S3::DisableS3ExpressSessionAuth", settings.s3_disable_express_session_auth);
    setup.builtin("AWS::S3::UseGlobalEndpoint", global && classic);
    if global && classic {
        setup.lookup_region = Some(LookupRegion { lookup: None, client: "us-east-1".into() });
        setup.builtin("AWS::Region", "us-east-1");
    }
}

/// Whether the bucket is part of the path, given a custom endpoint or none. `auto` means path style at custom endpoints.
fn forces_path_style(settings: &ClientSettings, endpoint_url: Option<&str>) -> bool {
    let option = |key: &str| settings.s3_option(key);
    if option("use_accelerate_endpoint").and_then(Value::as_bool) == Some(true) {
        return false;
    }
    let style = option("addressing_style").and_then(Value::as_str).unwrap_or("auto");
    match endpoint_url {
        Some(url) if !is_accelerate_url(url) => style != "virtual",
        _ => style == "path",
    }
}

/// Chooses the style of calls with their own endpoint as [`builtins`] does for a client.
pub(super) fn style_by_own_endpoint(setup: &Setup<'_>) -> Result<()> {
    let at_custom = forces_path_style(setup.settings, Some(CUSTOM_ENDPOINT));
    let at_accelerate = forces_path_style(setup.settings, None);
    setup.on("before-endpoint-resolution.s3", move |event| {
        if let Some(url) = event.own_endpoint_url() {
            let force_path = if is_accelerate_url(url) { at_accelerate } else { at_custom };
            event.builtins_mut().insert("AWS::S3::ForcePathStyle", force_path);
        }
        Ok(())
    })
}

fn is_accelerate_url(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url).split(['/', ':']).next().unwrap_or_default();
    host.starts_with("s3-accelerate.") && host.ends_with(".amazonaws.com")
}

/// `GetBucketLocation` uses path style, because the endpoint of the bucket is not known yet. An ARN is never part of a path.
pub(super) fn style_by_bucket(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let is_arn = event.params()["Bucket"].as_str().is_some_and(|b| b.starts_with("arn:"));
    if event.operation().name == "GetBucketLocation" {
        event.builtins_mut().insert("AWS::S3::ForcePathStyle", true);
    } else if is_arn {
        event.builtins_mut().insert("AWS::S3::ForcePathStyle", false);
    }
    if is_arn {
        event.set_foreign_region();
    }
    Ok(())
}

/// Presigned URLs for the partition `aws` use the global endpoint, which finds a bucket in any region, unless a setting
/// selects another kind of endpoint. The signature keeps the client's region.
///
/// Differs from boto3: with FIPS, the URL stays in the client's region, for which it is signed.
pub(super) fn presign_globally(setup: &Setup<'_>) -> Result<()> {
    let settings = setup.settings;
    let option = |key: &str| settings.s3_option(key).and_then(Value::as_str);
    let regional = option("us_east_1_regional_endpoint") == Some("regional") && settings.region.as_deref() == Some("us-east-1");
    if settings.use_dualstack || settings.use_fips || regional || option("addressing_style") == Some("virtual") {
        return Ok(());
    }
    setup.on("before-endpoint-resolution.s3", |event| {
        let path_style = event.builtins()["AWS::S3::ForcePathStyle"].as_bool() == Some(true);
        let fits = event.params()["Bucket"].as_str().is_none_or(|b| is_label(b) && !b.ends_with("--x-s3"));
        if event.is_presign() && event.partition() == "aws" && !path_style && fits {
            event.builtins_mut().insert("AWS::Region", "aws-global");
            event.builtins_mut().insert("AWS::S3::UseGlobalEndpoint", true);
        }
        Ok(())
    })
}

/// Gives an error of the endpoint rules the name that boto3 uses.
pub(super) fn endpoint_error(text: &str, _params: &Map) -> Option<Error> {
    if let Some(error) = host_label_error(text) {
        return Some(error);
    }
    let unsupported = |name, with: &str| {
        let message = format!("Unsupported configuration when using {with}: {text}");
        Some(Error::new(ErrorKind::EndpointResolution, message).with_name(name))
    };
    if CLIENT_ERRORS.contains(&text) {
        return unsupported("UnsupportedS3ConfigurationError", "S3");
    }
    if ACCESS_POINT_ERRORS.iter().any(|beginning| text.starts_with(beginning)) {
        return unsupported("UnsupportedS3AccesspointConfigurationError", "S3 access-points");
    }
    text.to_ascii_lowercase().starts_with("invalid arn:").then(|| invalid(text))
}
