//! Rewritings of parameters that more than one service needs. They run before the parameters are
//! validated, so a value of another type than expected is left to the validation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::call::Event;
use crate::error::{Error, ErrorKind};
use crate::value::Value;

/// Takes a parameter under a second name, too.
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

/// Encodes `UserData`, which is a string in the definition, but base64 on the wire. It is encoded even if it
/// looks as if it were already.
pub(super) fn encode_user_data(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let encoded = match event.params().get("UserData") {
        Some(Value::String(text)) => STANDARD.encode(text.as_bytes()),
        Some(Value::Bytes(bytes)) => STANDARD.encode(bytes),
        _ => return Ok(()),
    };
    event.params_mut().insert("UserData", encoded);
    Ok(())
}
