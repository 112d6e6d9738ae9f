//! The hooks of a client with plain values: they convert parameters before validation, and results after parsing.

use super::expressions;
use super::types::{deserialize_at, serialize_at};
use crate::client::Client;
use crate::definition::{Node, ShapeType};
use crate::error::{Error, ErrorKind, Result};
use crate::text::Path;
use crate::value::{Map, Value};

/// The shape whose values are plain.
const PLAIN: &str = "AttributeValue";

/// Makes a client of DynamoDB or DynamoDB Streams, and all its clones, take and return plain values: `5` where the service has
/// `{"N": "5"}`. Calling it again has no effect. Resources have plain values anyway, and other clients are not affected.
///
/// Hosts call the client's method `use_plain_values`.
///
/// ```
/// use tucuxi::http::Body;
/// use tucuxi::{Credentials, Session, dynamodb, value};
///
/// let session = Session::builder().region("us-east-1").credentials(Credentials::new("AKID", "SECRET")).build()?;
/// let client = dynamodb::plain(&session.client("dynamodb")?)?;
/// let request = client.prepare("put_item", value!({"TableName": "t", "Item": {"k": "a", "n": 5}}))?;
/// let Body::Bytes(body) = &request.body else { panic!("a body") };
/// assert_eq!(&body[..], br#"{"TableName": "t", "Item": {"k": {"S": "a"}, "n": {"N": "5"}}}"#);
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Errors
/// Returns [`ErrorKind::InvalidConfig`] if the client belongs to another service.
pub fn plain(client: &Client) -> Result<Client> {
    if !matches!(client.service().service_id()?, "DynamoDB" | "DynamoDB Streams") {
        let message = format!("Plain values exist for DynamoDB only, not for {}", client.service().name());
        return Err(Error::new(ErrorKind::InvalidConfig, message));
    }
    client.prepare_for_resources(customize_resources)?;
    Ok(client.clone())
}

/// Makes all operations of a client take and return plain values.
pub(crate) fn customize_resources(client: &Client) -> Result<()> {
    client.on("before-parameter-build", |event| {
        if let Some(input) = event.service().input(event.operation())? {
            let mut params = Value::Map(std::mem::take(event.params_mut()));
            walk(input, &mut params, &Path::ROOT, &convert_input)?;
            if let Value::Map(params) = params {
                *event.params_mut() = params;
            }
        }
        Ok(())
    })?;
    client.on("after-call", |event| {
        if let (Some(output), Some(result)) = (event.output()?, event.result_mut()) {
            members(output, result, &Path::ROOT, &convert_output)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Converts a value of the given shape. Its members are converted afterwards unless it is an attribute value.
type Convert = dyn Fn(Node<'_>, &mut Value, &Path<'_>) -> Result<()>;

fn convert_input(shape: Node<'_>, value: &mut Value, path: &Path<'_>) -> Result<()> {
    match value {
        _ if shape.name() == PLAIN => *value = serialize_at(value, path)?,
        Value::Map(map) if takes_expressions(shape) => expressions::build(shape, map, path)?,
        _ => {}
    }
    Ok(())
}

fn convert_output(shape: Node<'_>, value: &mut Value, path: &Path<'_>) -> Result<()> {
    if shape.name() == PLAIN {
        *value = deserialize_at(value, path)?;
    }
    Ok(())
}

fn takes_expressions(shape: Node<'_>) -> bool {
    shape.structure().is_some_and(|structure| structure.member(expressions::NAMES).is_some())
}

fn walk(shape: Node<'_>, value: &mut Value, path: &Path<'_>, convert: &Convert) -> Result<()> {
    path.check_depth()?;
    convert(shape, value, path)?;
    if shape.name() == PLAIN {
        return Ok(());
    }
    match (shape.shape_type(), value) {
        (ShapeType::Structure(_), Value::Map(map)) => members(shape, map, path, convert),
        (ShapeType::List(item), Value::List(list)) => {
            let item = shape.follow(item)?;
            list.as_mut_vec().iter_mut().enumerate().try_for_each(|(i, value)| walk(item, value, &path.index(i), convert))
        }
        (ShapeType::Map { value: of, .. }, Value::Map(map)) => {
            let of = shape.follow(of)?;
            let entries = std::mem::take(map).into_iter().map(|(key, mut value)| {
                walk(of, &mut value, &path.name(&key), convert)?;
                Ok((key, value))
            });
            *map = entries.collect::<Result<_>>()?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn members(structure: Node<'_>, map: &mut Map, path: &Path<'_>, convert: &Convert) -> Result<()> {
    for member in structure.structure().into_iter().flat_map(|structure| &structure.members) {
        if let Some(value) = map.get_mut(&member.name) {
            walk(structure.member(member)?, value, &path.name(&member.name), convert)?;
        }
    }
    Ok(())
}
