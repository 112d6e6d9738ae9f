//! S3 Control: S3's signature, and host prefixes that the endpoint rules add themselves.

use crate::client::Setup;
use crate::error::Result;
use crate::value::Value;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.signature_version = Some("s3v4");
    let use_arn_region = setup.settings.s3_option("use_arn_region").and_then(Value::as_bool).unwrap_or(false);
    setup.builtin("AWS::S3Control::UseArnRegion", use_arn_region);
    setup.on("choose-signer.s3-control", super::s3::s3_flavour)
}
