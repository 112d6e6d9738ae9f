//! Hooks and errors that several services share.
//!
//! The hooks that rewrite parameters run before validation, so they leave a value of an unexpected type unchanged for
//! the validation to report.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::call::Event;
use crate::error::{Error, ErrorKind};
use crate::value::Value;

/// Accepts a second name for a parameter.
pub(super) fn accept_alias(event: &mut Event<'_, '_>, original: &str, alias: &str) -> anyhow::Result<()> {
    if !event.params().contains_key(alias) {
        return Ok(());
    }
    if event.params().contains_key(original) {
        let message = format!(
            "Parameter '{original}' and its alias '{alias}' were provided for operation {}.  Only one of them may be used.",
            event.operation().name
        );
        return Err(Error::new(ErrorKind::ParamValidation, message).with_name("AliasConflictParameterError").into());
    }
    if let Some(value) = event.params_mut().remove(alias) {
        event.params_mut().insert(original, value);
    }
    Ok(())
}

/// Encodes `UserData`, which is a string in the definition but base64 on the wire. It is encoded even if it looks as if
/// it already were.
pub(super) fn encode_user_data(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let encoded = match event.params().get("UserData") {
        Some(Value::String(text)) => STANDARD.encode(text.as_bytes()),
        Some(Value::Bytes(bytes)) => STANDARD.encode(bytes),
        _ => return Ok(()),
    };
    event.params_mut().insert("UserData", encoded);
    Ok(())
}

/// Leaves the request unsigned: anyone may call the operation.
pub(super) fn unsigned(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    event.set_signer("none");
    Ok(())
}

/// A validation error that the definition does not imply.
pub(super) fn invalid_parameter(report: &str) -> anyhow::Error {
    crate::text::invalid(report).into()
}

/// The error of the endpoint rules about an ARN whose region cannot be part of a host name.
pub(super) fn host_label_error(text: &str) -> Option<Error> {
    let label = text.strip_prefix("Invalid region in ARN: `")?.split('`').next()?;
    let message = format!("Invalid host label to be bound to the hostname of the endpoint: \"{label}\".");
    Some(Error::new(ErrorKind::EndpointResolution, message).with_name("InvalidHostLabelError"))
}
