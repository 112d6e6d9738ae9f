//! DynamoDB: its retry settings, and the plain values of its resources: `5` where the service has `{"N": "5"}`.
//!
//! Ordinary clients use the service's own notation, as in boto3. Absent: condition objects and the batch writer;
//! expressions are text.
//!
//! A set is a map with the only key `$set`: `{"$set": ["a", "b"]}`. Numbers keep their digits; a binary float, which
//! cannot represent `0.1`, is rejected.

use crate::client::{Client, Setup};
use crate::definition::{Node, ShapeType};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{List, Map, Number, Value};

/// The shape whose values are written plainly.
const PLAIN: &str = "AttributeValue";

const SET: &str = "$set";

/// The number of significant digits that a DynamoDB number can have.
const DIGITS: usize = 38;

pub(super) fn customize(setup: &mut Setup<'_>) {
    tune_retries(setup);
    setup.retries.crc32_header = Some("x-amz-crc32");
}

/// The retry settings that DynamoDB shares with DynamoDB Streams.
pub(super) fn tune_retries(setup: &mut Setup<'_>) {
    setup.retries.max_attempts = 4;
    setup.retries.backoff_scale = 0.025;
}

/// Makes all operations of a resource client write and read plain values.
pub(super) fn customize_resources(client: &Client) -> Result<()> {
    client.on("before-parameter-build.dynamodb", |event| {
        if let Some(input) = event.service().input(event.operation())? {
            members(input, event.params_mut(), &serialize)?;
        }
        Ok(())
    })?;
    client.on("after-call.dynamodb", |event| {
        if let (Some(output), Some(result)) = (event.output()?, event.result_mut()) {
            members(output, result, &deserialize)?;
        }
        Ok(())
    })?;
    Ok(())
}

type Convert = dyn Fn(&Value) -> Result<Value>;

/// Converts the plain values anywhere below the members of a structure. Errors contain the path.
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

/// Wraps a value in its type: `{"N": "5"}`.
pub(super) fn serialize(value: &Value) -> Result<Value> {
    let (tag, value) = match value {
        Value::Null => ("NULL", Value::Bool(true)),
        Value::Bool(_) => ("BOOL", value.clone()),
        Value::Int(_) | Value::Number(_) => ("N", number(value)?),
        Value::String(_) => ("S", value.clone()),
        Value::Bytes(_) => ("B", value.clone()),
        Value::List(list) => ("L", list.iter().map(serialize).collect::<Result<List>>()?.into()),
        Value::Map(map) => match set(map) {
            Some(set) => serialize_set(set)?,
            None => {
                let entry = |(key, value)| serialize(value).map(|value| (Clone::clone(key), value));
                ("M", map.iter().map(entry).collect::<Result<Map>>()?.into())
            }
        },
        Value::Float(_) => return Err(wrong("Float types are not supported. Use decimal numbers instead.".to_owned())),
        other => return Err(wrong(format!("Unsupported type {:?}", other.type_name()))),
    };
    Ok(Map::from([(tag, value)]).into())
}

/// Unwraps a value. If it has several types, the first one counts.
pub(super) fn deserialize(value: &Value) -> Result<Value> {
    let Some((tag, value)) = value.as_map().and_then(|map| map.iter().next()) else {
        return Err(wrong("Value must be a nonempty map whose key is a valid DynamoDB type.".to_owned()));
    };
    let list = || value.as_list().into_iter().flatten();
    Ok(match tag.as_str() {
        "NULL" => Value::Null,
        "BOOL" | "S" | "B" => value.clone(),
        "N" => plain_number(value)?,
        "NS" => Map::from([(SET, list().map(plain_number).collect::<Result<List>>()?)]).into(),
        "SS" | "BS" => Map::from([(SET, value.clone())]).into(),
        "L" => list().map(deserialize).collect::<Result<List>>()?.into(),
        "M" => {
            let entries = value.as_map().into_iter().flatten();
            let entry = |(key, value)| deserialize(value).map(|value| (Clone::clone(key), value));
            entries.map(entry).collect::<Result<Map>>()?.into()
        }
        other => return Err(wrong(format!("DynamoDB type {other} is not supported"))),
    })
}

fn set(map: &Map) -> Option<&List> {
    if map.len() == 1 { map.get(SET)?.as_list() } else { None }
}

fn serialize_set(set: &List) -> Result<(&'static str, Value)> {
    let all = |is: fn(&Value) -> bool| set.iter().all(is);
    if all(|value| matches!(value, Value::Int(_) | Value::Number(_))) {
        Ok(("NS", set.iter().map(number).collect::<Result<List>>()?.into()))
    } else if all(|value| matches!(value, Value::String(_))) {
        Ok(("SS", set.clone().into()))
    } else if all(|value| matches!(value, Value::Bytes(_))) {
        Ok(("BS", set.clone().into()))
    } else {
        Err(wrong("Unsupported type: a set must contain only numbers, only strings, or only bytes".to_owned()))
    }
}

/// The digits of a number, if DynamoDB can store them.
fn number(value: &Value) -> Result<Value> {
    let text = value.to_string();
    if significant(&text) > DIGITS {
        return Err(wrong(format!("The number {text} has more than {DIGITS} digits")));
    }
    Ok(text.into())
}

/// Counts the digits from the first nonzero digit to the exponent.
fn significant(text: &str) -> usize {
    let digits = text.split(['e', 'E']).next().unwrap_or_default().bytes().filter(u8::is_ascii_digit);
    digits.skip_while(|digit| *digit == b'0').count()
}

fn plain_number(value: &Value) -> Result<Value> {
    let text = value.as_str().unwrap_or_default();
    match (text.parse::<i64>(), Number::parse(text)) {
        (Ok(whole), Some(_)) => Ok(whole.into()),
        (_, Some(number)) => Ok(Value::Number(number)),
        _ => Err(wrong(format!("{value:?} is not a number"))),
    }
}

fn wrong(reason: String) -> Error {
    Error::new(ErrorKind::Conversion, reason).with_name("TypeError")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    /// The typed forms are those of boto3's serializer.
    #[test]
    fn values_are_wrapped_in_their_types_and_unwrapped() {
        let number = |text| Value::Number(Number::parse(text).unwrap());
        for (plain, typed) in [
            (value!(null), value!({"NULL": true})),
            (value!(false), value!({"BOOL": false})),
            (value!(-5), value!({"N": "-5"})),
            (number("1.10"), value!({"N": "1.10"})),
            (number("123456789012345678901234567890"), value!({"N": "123456789012345678901234567890"})),
            (value!(""), value!({"S": ""})),
            (value!(b"\x00"), value!({"B": b"\x00"})),
            (value!({"$set": ["a", "b"]}), value!({"SS": ["a", "b"]})),
            (value!({"$set": [1, 2]}), value!({"NS": ["1", "2"]})),
            (value!({"$set": [b"x"]}), value!({"BS": [b"x"]})),
            (value!([1, "a", []]), value!({"L": [{"N": "1"}, {"S": "a"}, {"L": []}]})),
            (value!({"a": {"b": null}, "$set": 1}), value!({"M": {"a": {"M": {"b": {"NULL": true}}}, "$set": {"N": "1"}}})),
        ] {
            assert_eq!(serialize(&plain).unwrap(), typed);
            assert_eq!(deserialize(&typed).unwrap(), plain);
        }
        assert_eq!(serialize(&value!({"$set": []})).unwrap(), value!({"NS": []}));
    }

    #[test]
    fn values_without_a_dynamodb_type_are_rejected() {
        let long = Value::Number(Number::parse("0.123456789012345678901234567890123456789").unwrap());
        for plain in [value!(1.5), value!({"$set": [1, "a"]}), value!(crate::Timestamp::new(0, 0)), long] {
            assert_eq!(serialize(&plain).unwrap_err().name(), "TypeError", "{plain:?}");
        }
        for typed in [value!({}), value!({"X": 1}), value!({"N": "x"}), value!("S")] {
            assert_eq!(deserialize(&typed).unwrap_err().name(), "TypeError", "{typed:?}");
        }
    }
}
