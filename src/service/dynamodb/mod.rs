//! DynamoDB's resources take and give plain values: `5`, where the service has `{"N": "5"}`.
//!
//! Ordinary clients are left alone, as in boto3. Absent: condition objects and the batch writer; expressions are text.

mod types;

use crate::client::Client;
use crate::definition::{Node, ShapeType};
use crate::error::Result;
use crate::value::{Map, Value};

/// Every value of this shape is written plainly.
const PLAIN: &str = "AttributeValue";

/// Has a client that resources are made of write and read plain values, in all its operations.
pub(super) fn customize_resources(client: &Client) -> Result<()> {
    client.on("before-parameter-build.dynamodb", |event| {
        if let Some(input) = event.service().input(event.operation())? {
            members(input, event.params_mut(), &types::serialize)?;
        }
        Ok(())
    })?;
    client.on("after-call.dynamodb", |event| {
        if let (Some(output), Some(result)) = (event.output()?, event.result_mut()) {
            members(output, result, &types::deserialize)?;
        }
        Ok(())
    })?;
    Ok(())
}

type Convert = dyn Fn(&Value) -> Result<Value>;

/// Converts what is to be plain anywhere below the members of a structure. Errors tell where.
fn members(structure: Node<'_>, map: &mut Map, convert: &Convert) -> Result<()> {
    for member in structure.structure().into_iter().flat_map(|structure| &structure.members) {
        if let Some(value) = map.get_mut(&member.name) {
            walk(structure.member(member)?, value, convert).map_err(|e| e.with_place(&member.name))?;
        }
    }
    Ok(())
}

fn walk(shape: Node<'_>, value: &mut Value, convert: &Convert) -> Result<()> {
    if shape.name() == PLAIN {
        *value = convert(value)?;
        return Ok(());
    }
    match (shape.shape_type(), value) {
        (ShapeType::Structure(_), Value::Map(map)) => members(shape, map, convert),
        (ShapeType::List(item), Value::List(list)) => {
            let item = shape.follow(item)?;
            list.as_mut_vec().iter_mut().try_for_each(|value| walk(item, value, convert))
        }
        (ShapeType::Map { value: of, .. }, Value::Map(map)) => {
            let of = shape.follow(of)?;
            let keys: Vec<String> = map.keys().map(str::to_owned).collect();
            keys.iter()
                .filter_map(|key| {
                    Some((key, map.get_mut(key)?)).map(|(key, value)| walk(of, value, convert).map_err(|e| e.with_place(key)))
                })
                .collect()
        }
        _ => Ok(()),
    }
}
