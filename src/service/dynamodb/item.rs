//! Items as serde structs.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result};
use crate::value::{List, Map, Number, Value, from_value, to_value};

/// Converts a struct into an item of plain values, for resources and for clients with [plain values](super::plain).
///
/// Fields of type [`Number`] keep their digits. Floats become decimal numbers with the fewest digits that identify them, and
/// timestamps become RFC 3339 strings. Fields of type [`Set`](crate::Set), and fields annotated with
/// [`#[serde(with = "tucuxi::dynamodb::set")]`](super::set), become sets; other collections become lists.
///
/// ```
/// use std::collections::BTreeSet;
/// use serde::{Deserialize, Serialize};
/// use tucuxi::{dynamodb, value};
///
/// #[derive(Serialize, Deserialize, PartialEq, Debug)]
/// struct Fish {
///     name: String,
///     weight: f64,
///     #[serde(with = "tucuxi::dynamodb::set")]
///     rivers: BTreeSet<String>,
/// }
///
/// let fish = Fish { name: "boto".into(), weight: 0.1, rivers: ["Amazon".to_owned()].into() };
/// let item = dynamodb::to_item(&fish)?;
/// let typed = value!({"name": {"S": "boto"}, "weight": {"N": "0.1"}, "rivers": {"SS": ["Amazon"]}});
/// assert_eq!(dynamodb::serialize_item(&item)?, typed.try_into()?);
/// assert_eq!(dynamodb::from_item::<Fish>(item)?, fish);
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Errors
/// Returns [`ErrorKind::Conversion`] if the type does not serialize to a map, or contains a float that is not finite. The
/// message starts with the path.
pub fn to_item<T: Serialize + ?Sized>(value: &T) -> Result<Map> {
    match to_value(value)? {
        Value::Map(map) => storable_map(map),
        other => Err(wrong(&format!("an item must be a map or a struct, not {}", other.type_name()))),
    }
}

/// Converts an item of plain values into a struct. Attributes that the struct does not have are ignored unless its
/// `Deserialize` says otherwise. For an item in DynamoDB's notation, call [`deserialize_item`](super::deserialize_item) first.
///
/// # Errors
/// Returns [`ErrorKind::Conversion`] if the item does not fit the type. The message starts with the path.
pub fn from_item<T: DeserializeOwned>(item: Map) -> Result<T> {
    from_value(item.into())
}

/// Replaces what DynamoDB cannot store with what it can.
fn storable(value: Value) -> Result<Value> {
    Ok(match value {
        Value::Float(float) => Number::parse(&format!("{float:?}"))
            .map(Value::Number)
            .ok_or_else(|| wrong(&format!("DynamoDB cannot store the float {float}")))?,
        Value::Timestamp(time) => time.to_string().into(),
        Value::List(list) => {
            let items = list.into_iter().enumerate().map(|(i, value)| storable(value).map_err(|e| e.with_place(&format!("[{i}]"))));
            items.collect::<Result<List>>()?.into()
        }
        Value::Set(set) => Value::Set(set.into_iter().map(storable).collect::<Result<_>>()?),
        Value::Map(map) => storable_map(map)?.into(),
        other => other,
    })
}

fn storable_map(map: Map) -> Result<Map> {
    map.into_iter().map(|(key, value)| Ok((key.clone(), storable(value).map_err(|e| e.with_place(&key))?))).collect()
}

fn wrong(reason: &str) -> Error {
    Error::new(ErrorKind::Conversion, reason).with_name("TypeError")
}

/// Serializes a collection as a set, for `#[serde(with = "tucuxi::dynamodb::set")]`. See [`to_item`].
pub mod set {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Serializes a collection as a set.
    ///
    /// # Errors
    /// The errors of the collection's `Serialize`.
    pub fn serialize<T: Serialize, S: Serializer>(collection: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(crate::value::SET, collection)
    }

    /// Deserializes a collection from a set or a list.
    ///
    /// # Errors
    /// The errors of the collection's `Deserialize`.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use serde::Deserialize;

    use super::*;
    use crate::value;
    use crate::value::{Bytes, Set, Timestamp};

    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Everything {
        small: f32,
        huge: f64,
        whole: i128,
        digits: Number,
        data: Bytes,
        when: Timestamp,
        set: Set,
        #[serde(with = "super::set")]
        numbers: HashSet<u64>,
        list: Vec<Option<bool>>,
        map: BTreeMap<String, f64>,
        rest: Value,
    }

    #[test]
    fn structs_survive_with_all_their_digits() {
        let everything = Everything {
            small: 0.1,
            huge: -1.797e108,
            whole: 12_345_678_901_234_567_890_123_456,
            digits: Number::parse("0.10000000000000000000000000000000000001").unwrap(),
            data: Bytes::from(b"\x00"),
            when: Timestamp::new(5, 0),
            set: Set::from(["a", "b"]),
            numbers: [u64::MAX, 1].into(),
            list: vec![Some(true), None],
            map: [("x".to_owned(), 3.0)].into(),
            rest: value!({"s": (Set::from(["x"])), "n": [(Number::parse("1.10").unwrap())]}),
        };
        let item = to_item(&everything).unwrap();
        assert!(item.values().all(|value| !matches!(value, Value::Float(_))));
        assert!(item["numbers"].as_set().is_some() && item["list"].as_list().is_some());
        let typed = super::super::serialize_item(&item).unwrap();
        assert_eq!(typed["digits"]["N"], "0.10000000000000000000000000000000000001");
        let back = super::super::deserialize_item(&typed).unwrap();
        assert_eq!(from_item::<Everything>(back).unwrap(), everything);
    }

    #[test]
    fn values_that_are_no_item_are_rejected_with_their_path() {
        assert_eq!(to_item(&5).unwrap_err().message(), "an item must be a map or a struct, not number");
        let error = to_item(&BTreeMap::from([("a", vec![1.0, f64::NAN])])).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Conversion, "a: [1]: DynamoDB cannot store the float NaN"));
    }
}
