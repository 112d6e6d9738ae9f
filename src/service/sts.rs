//! STS: the one global endpoint of old, where a setting asks for it, and two operations that anybody may call.

use super::unsigned;
use crate::call::LookupRegion;
use crate::client::Setup;
use crate::error::Result;

/// The regions that the global endpoint served.
const GLOBAL_ENDPOINT_REGIONS: [&str; 16] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "aws-global",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    let legacy = setup.settings.sts_regional_endpoints == "legacy";
    let region = setup.settings.region.clone().unwrap_or_default();
    let global = legacy && GLOBAL_ENDPOINT_REGIONS.contains(&region.as_str());
    if global && setup.settings.endpoint_url.is_none() && !setup.settings.use_fips && !setup.settings.use_dualstack {
        setup.lookup_region = Some(LookupRegion { lookup: Some("aws-global".into()), client: region });
    }
    setup.builtin("AWS::STS::UseGlobalEndpoint", global);
    setup.on("choose-signer.sts.AssumeRoleWithSAML", unsigned)?;
    setup.on("choose-signer.sts.AssumeRoleWithWebIdentity", unsigned)
}
