//! CloudWatch Logs: `from`, which is a keyword in some languages, may be called `fromTime`.

use super::parameters::accept_alias;
use crate::client::Setup;
use crate::error::Result;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-parameter-build.cloudwatch-logs.CreateExportTask", |event| accept_alias(event, "from", "fromTime"))
}
