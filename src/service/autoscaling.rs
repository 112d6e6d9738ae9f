//! Auto Scaling: the user data of a launch configuration is base64 on the wire.

use super::parameters;
use crate::client::Setup;
use crate::error::Result;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-parameter-build.auto-scaling.CreateLaunchConfiguration", parameters::encode_user_data)
}
