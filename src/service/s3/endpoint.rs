//! What S3's settings and a call's bucket say to the endpoint rules.

use crate::call::{Event, LookupRegion};
use crate::client::Setup;
use crate::error::Result;
use crate::text::url::is_label;
use crate::value::Value;

/// What the settings under `s3` say.
pub(super) fn builtins(setup: &mut Setup<'_>) {
    let settings = setup.settings;
    let flag = |key: &str, default: bool| settings.s3_option(key).and_then(Value::as_bool).unwrap_or(default);
    let accelerate = flag("use_accelerate_endpoint", false);
    let style = settings.s3_option("addressing_style").and_then(Value::as_str).unwrap_or("auto");
    let force_path = match &settings.endpoint_url {
        _ if accelerate => false,
        Some(given) if !is_accelerate_url(&given.url) => style != "virtual",
        _ => style == "path",
    };
    let global = settings.s3_option("us_east_1_regional_endpoint").and_then(Value::as_str) != Some("regional");
    let classic = matches!(settings.region.as_deref(), None | Some("us-east-1" | "aws-global"));
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

fn is_accelerate_url(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url).split(['/', ':']).next().unwrap_or_default();
    host.starts_with("s3-accelerate.") && host.ends_with(".amazonaws.com")
}

/// Where a bucket is asked for its region its own endpoint is not known; an ARN is never part of a path.
pub(super) fn by_bucket(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
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

/// URLs for the partition `aws` are presigned for the global endpoint, which finds the bucket wherever it is, unless a
/// setting names an endpoint of another kind. The signature keeps the client's region.
///
/// Differs from boto3: with FIPS the URL stays in the client's region, for which it is signed.
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
