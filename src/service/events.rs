//! EventBridge: refusals of its global endpoints are errors of configuration.

use crate::client::Setup;
use crate::error::{Error, ErrorKind, Result};
use crate::value::Map;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.endpoint_error = Some(endpoint_error);
    Ok(())
}

fn endpoint_error(text: &str, _params: &Map) -> Option<Error> {
    let known =
        ["Invalid Configuration: FIPS is not supported with EventBridge multi-region endpoints.", "EndpointId must be a valid host label."];
    known.contains(&text).then(|| Error::new(ErrorKind::InvalidEndpoint, format!("Invalid endpoint configuration: {text}")))
}
