//! S3 Control: S3's signature, host prefixes that the endpoint rules add, and Outposts ARNs in place of names.

use super::hooks::host_label_error;
use crate::call::Event;
use crate::client::Setup;
use crate::error::{Error, ErrorKind, Result};
use crate::text::invalid;
use crate::value::{Map, Value};

const ACCELERATE: &str = "AWS::S3::Accelerate";

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.signature_version = Some("s3v4");
    let flag = |name| setup.settings.s3_option(name).and_then(Value::as_bool).unwrap_or(false);
    let (use_arn_region, accelerate) = (flag("use_arn_region"), flag("use_accelerate_endpoint"));
    setup.builtin("AWS::S3Control::UseArnRegion", use_arn_region);
    setup.builtin(ACCELERATE, accelerate);
    setup.endpoint_error = Some(endpoint_error);
    setup.on("before-parameter-build.s3-control", leave_account_to_the_rules)?;
    setup.on("before-endpoint-resolution.s3-control", account_from_arn)?;
    setup.on("choose-signer", super::s3::s3_signer)
}

/// Drops the host prefix if the endpoint rules require the account, since they then put it into the host.
fn leave_account_to_the_rules(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let statics = &event.operation().static_context_params;
    if statics.iter().any(|(name, value)| name == "RequiresAccountId" && value.as_bool() == Some(true)) {
        event.drop_host_prefix();
    }
    Ok(())
}

/// Takes the account from an ARN that is given in place of a name; the ARN must suit the parameter.
fn account_from_arn(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let (member, kind) = match event.operation().name.as_str() {
        // The name is new here; the bucket may be on an Outpost.
        "CreateAccessPoint" => ("Bucket", "bucket"),
        "CreateBucket" => return Ok(()),
        _ if event.params().get("Name").and_then(Value::as_str).and_then(Arn::parse).is_some() => ("Name", "accesspoint"),
        _ => ("Bucket", "bucket"),
    };
    let Some(text) = event.params().get(member).and_then(Value::as_str).map(str::to_owned) else { return Ok(()) };
    let Some(arn) = Arn::parse(&text) else { return Ok(()) };
    if arn.region.starts_with("fips-") {
        return Err(invalid_arn(&text, "Invalid ARN, FIPS region not allowed in ARN.").into());
    }
    if event.builtins()[ACCELERATE].as_bool() == Some(true) {
        return Err(unsupported("S3 control client does not support accelerate endpoints").into());
    }
    if !arn.is_on_outpost(kind) {
        return Err(invalid_arn(&text, &format!("The {member} parameter does not support the provided ARN")).into());
    }
    match event.params().get("AccountId") {
        Some(given) if given.as_str() != Some(arn.account) => {
            let given = given.as_str().map_or_else(|| given.to_json_text(false), str::to_owned);
            let why = format!("Account ID in arn does not match the AccountId parameter provided: \"{given}\"");
            Err(invalid_arn(&text, &why).into())
        }
        _ => {
            event.params_mut().insert("AccountId", arn.account);
            Ok(())
        }
    }
}

/// The relevant parts of an Amazon Resource Name.
struct Arn<'a> {
    service: &'a str,
    region: &'a str,
    account: &'a str,
    resource: &'a str,
}

impl<'a> Arn<'a> {
    fn parse(text: &'a str) -> Option<Arn<'a>> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':').skip(1);
        Some(Arn { service: parts.next()?, region: parts.next()?, account: parts.next()?, resource: parts.next()? })
    }

    /// Matches `outpost/ID/KIND/NAME`, also with colons.
    fn is_on_outpost(&self, kind: &str) -> bool {
        let parts: Vec<&str> = self.resource.split(['/', ':']).collect();
        self.service == "s3-outposts" && matches!(parts[..], ["outpost", _, found, _] if found == kind)
    }
}

/// Gives an error of the endpoint rules the name that boto3 uses.
fn endpoint_error(text: &str, params: &Map) -> Option<Error> {
    if text.starts_with("Invalid ARN:") {
        let bucket = params.get("Bucket").and_then(Value::as_str).unwrap_or("None");
        return Some(invalid_arn(bucket, text));
    }
    if text.starts_with("Invalid configuration:") || text.starts_with("Client was configured for partition") {
        return Some(unsupported(text));
    }
    if text == "AccountId is required but not set" {
        return Some(invalid(text));
    }
    host_label_error(text)
}

fn invalid_arn(arn: &str, why: &str) -> Error {
    let message = format!("S3 ARN \"{arn}\" provided is invalid for this operation. {why}");
    Error::new(ErrorKind::ParamValidation, message).with_name("UnsupportedS3ControlArnError")
}

fn unsupported(why: &str) -> Error {
    let message = format!("Unsupported configuration when using S3 Control: {why}");
    Error::new(ErrorKind::EndpointResolution, message).with_name("UnsupportedS3ControlConfigurationError")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_arns_are_recognized() {
        let arn = Arn::parse("arn:aws:s3-outposts:us-west-2:123456789012:outpost:op-1:bucket/b").unwrap();
        assert_eq!((arn.service, arn.region, arn.account), ("s3-outposts", "us-west-2", "123456789012"));
        assert!(arn.is_on_outpost("bucket") && !arn.is_on_outpost("accesspoint"));
        assert!(Arn::parse("arn:aws:s3-outposts").is_none());
        assert!(Arn::parse("xrn:aws:s3:r:a:b").is_none());
        assert!(!Arn::parse("arn:aws:s3-outposts:r:a:outpost/op/accesspoint/ap/more").unwrap().is_on_outpost("accesspoint"));
    }
}
