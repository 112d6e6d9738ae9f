//! API Gateway answers in a notation of its own unless it is asked for JSON.

use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-call.api-gateway", accept_json)
}

fn accept_json(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(request) = event.request_mut().filter(|r| !r.headers.contains("Accept")) {
        request.headers.set("Accept", "application/json");
    }
    Ok(())
}
