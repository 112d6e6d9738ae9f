//! Import/Export is signed with version 4; its definition still says version 2.

use crate::client::Setup;
use crate::error::Result;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.signature_version = Some("v4");
    Ok(())
}
