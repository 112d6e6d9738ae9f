//! Route 53: answers name things by their paths, `/hostedzone/Z1`; parameters want only the id.

use crate::call::Event;
use crate::client::Setup;
use crate::error::Result;
use crate::value::{Str, Value};

/// The shapes whose values are ids of that kind.
const IDS: [&str; 3] = ["ResourceId", "DelegationSetId", "ChangeId"];

pub(super) fn customize(setup: &mut Setup<'_>) -> Result<()> {
    setup.on("before-parameter-build.route-53", trim_ids)
}

fn trim_ids(event: &mut Event<'_, '_>) -> anyhow::Result<()> {
    let Some(input) = event.service().input(event.operation())? else { return Ok(()) };
    let mut trimmed: Vec<(Str, Str)> = Vec::new();
    for member in input.structure().map(|s| s.members.as_slice()).unwrap_or_default() {
        if let Some((_, id)) = event.params().get(&member.name).and_then(Value::as_str).and_then(|path| path.rsplit_once('/'))
            && IDS.contains(&input.member(member)?.shape().name.as_str())
        {
            trimmed.push((member.name.clone(), id.into()));
        }
    }
    event.params_mut().extend(trimmed);
    Ok(())
}
