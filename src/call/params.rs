//! The stage of the parameters: hooks see them first, then the client fills in what the caller may leave out.

use super::Call;
use super::hooks::Stage;
use crate::error::Result;

/// Runs the hooks that may change the parameters.
pub(super) fn offer_to_hooks(call: &mut Call<'_>) -> Result<()> {
    call.emit(Stage::ProvideClientParams)?;
    call.emit(Stage::BeforeParameterBuild)
}

/// Generates the idempotency tokens that the caller left out.
pub(super) fn fill_idempotency_tokens(call: &mut Call<'_>) -> Result<()> {
    let Some(input) = call.service.input(call.operation)? else { return Ok(()) };
    for member in input.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if member.target.traits.idempotency_token && !call.params.contains_key(&member.name) {
            call.params.insert(member.name.clone(), (call.client.time.uuids)());
        }
    }
    Ok(())
}
