//! EC2: a second name for filters, base64 in two places, and copies between regions.

mod resource;

use super::{parameters, source_region};
use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;
use crate::text::encoding::decode_lenient;
pub(super) use resource::{INSTANCE_METHODS, SERVICE_METHODS};

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-parameter-build.ec2", filters)?;
    setup.on("before-parameter-build.ec2.RunInstances", parameters::encode_user_data)?;
    setup.on("before-call.ec2.CopySnapshot", source_region::presign_snapshot)?;
    setup.on("after-call.ec2.GetConsoleOutput", decode_output)
}

/// Most operations have `Filters`, a few `Filter`; these take both.
fn filters(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let input = event.service().input(event.operation())?;
    let singular = input.and_then(|i| i.structure()).is_some_and(|s| s.member("Filter").is_some());
    if singular { parameters::accept_alias(event, "Filter", "Filters") } else { Ok(()) }
}

/// The console's output comes in base64; what is no base64 stays as it is.
fn decode_output(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(output) = event.result_mut().and_then(|result| result.get_mut("Output"))
        && let Some(bytes) = output.as_str().and_then(decode_lenient)
    {
        *output = String::from_utf8_lossy(&bytes).into_owned().into();
    }
    Ok(())
}
