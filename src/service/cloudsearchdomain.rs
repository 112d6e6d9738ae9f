//! CloudSearch Domain: a search is sent as a form, because a query may be too long for a URL.

use super::parameters::accept_alias;
use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-parameter-build.cloudsearch-domain.Search", |event| accept_alias(event, "return", "returnFields"))?;
    setup.on("request-created.cloudsearch-domain.Search", post_the_query)
}

/// The query moves into the body as it is.
fn post_the_query(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    if let Some(request) = event.request_mut().filter(|r| r.method == "GET") {
        let query = request.query().unwrap_or_default().to_owned();
        request.set_query("");
        request.method = "POST".to_owned();
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        request.body = query.into_bytes().into();
    }
    Ok(())
}
