//! SQS: an error keeps the code that it had in the query protocol, but its class goes by the new one.

use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;
use crate::protocol;
use crate::value::Value;

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("after-call.sqs", class_by_query_code)
}

fn class_by_query_code(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let code = event.result().and_then(|result| result["Error"].get("QueryErrorCode")).and_then(Value::as_str);
    if let Some(code) = code.map(str::to_owned) {
        let class = protocol::error_class(event.service(), &code)?;
        event.set_error_class(class);
    }
    Ok(())
}
