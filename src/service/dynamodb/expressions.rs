//! Replaces the conditions in the parameters of a request with text, and adds the names and values of their placeholders.

use super::condition::{Condition, wrong};
use super::placeholders::Builder;
use crate::definition::Node;
use crate::error::Result;
use crate::text::Path;
use crate::value::{Map, Str, Value};

/// The member with the names of placeholders, which every structure with expressions has.
pub(super) const NAMES: &str = "ExpressionAttributeNames";
const VALUES: &str = "ExpressionAttributeValues";

/// Builds the expressions of a structure. As in boto3, filters and conditions come first, in the order in which the caller
/// passed them, then key conditions; strings are left as they are.
pub(super) fn build(structure: Node<'_>, params: &mut Map, path: &Path<'_>) -> Result<()> {
    let (conditions, key_conditions) = (given(structure, params, "ConditionExpression")?, given(structure, params, "KeyExpression")?);
    if conditions.is_empty() && key_conditions.is_empty() {
        return Ok(());
    }
    let mut builder = Builder::with(map(params, NAMES, path)?, map(params, VALUES, path)?);
    for (name, value) in conditions {
        let condition = Condition::read(&value, &path.name(&name), 0)?;
        params.insert(name, builder.condition(&condition));
    }
    for (name, value) in key_conditions {
        let condition = Condition::read(&value, &path.name(&name), 0)?;
        params.insert(name, builder.key_condition(&condition)?);
    }
    for (name, entries) in [(NAMES, builder.names), (VALUES, builder.values)] {
        if !entries.is_empty() {
            params.insert(name, entries);
        }
    }
    Ok(())
}

/// Returns the members of the given shape whose value is data.
fn given(structure: Node<'_>, params: &Map, shape: &str) -> Result<Vec<(Str, Value)>> {
    let mut found = Vec::new();
    for (name, value) in params.iter().filter(|(_, value)| matches!(value, Value::Map(_))) {
        if let Some((_, member)) = structure.structure().and_then(|structure| structure.member(name))
            && structure.member(member)?.name() == shape
        {
            found.push((name.clone(), value.clone()));
        }
    }
    Ok(found)
}

fn map(params: &Map, name: &str, path: &Path<'_>) -> Result<Map> {
    match &params[name] {
        Value::Null => Ok(Map::new()),
        Value::Map(map) => Ok(map.clone()),
        other => Err(wrong(&path.name(name), &format!("expected a map, not a value of type {}", other.type_name()))),
    }
}
