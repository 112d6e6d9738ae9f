//! Plain values and DynamoDB's notation for them: `5` and `{"N": "5"}`.

use crate::error::{Error, ErrorKind, Result};
use crate::text::Path;
use crate::text::python::push_float;
use crate::value::{List, Map, Number, Set, Value};

/// The number of significant digits that a DynamoDB number can have.
const DIGITS: usize = 38;

/// The exponents of the first digit that a DynamoDB number can have.
const EXPONENTS: std::ops::RangeInclusive<i64> = -130..=125;

/// Wraps a plain value in its type, like boto3's `TypeSerializer`.
///
/// | plain | DynamoDB |
/// |---|---|
/// | null | `{"NULL": true}` |
/// | bool | `{"BOOL": true}` |
/// | int, number | `{"N": "1.10"}`, with exactly these digits |
/// | float | `{"N": "0.5"}`, the shortest decimal that reads back as the same float; boto3 rejects floats |
/// | string | `{"S": "x"}` |
/// | bytes | `{"B": b"x"}` |
/// | [`Set`] of numbers, strings, or bytes | `{"NS": […]}`, `{"SS": […]}`, or `{"BS": […]}`; an empty set is `{"NS": []}` |
/// | list | `{"L": […]}` |
/// | map, whatever its keys | `{"M": {…}}` |
///
/// ```
/// use tucuxi::{Set, dynamodb, value};
///
/// assert_eq!(dynamodb::serialize(&value!([5, "x"]))?, value!({"L": [{"N": "5"}, {"S": "x"}]}));
/// assert_eq!(dynamodb::serialize(&Set::from(["a"]).into())?, value!({"SS": ["a"]}));
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Errors
/// Returns [`ErrorKind::Conversion`], with the path of the value, for NaN and the infinities, timestamps, streams, mixed sets,
/// numbers with more than 38 significant digits or a magnitude outside 1E-130 to 9.99…E+125, and values nested deeper than 200
/// levels. Zeros at either end of a number are not significant.
pub fn serialize(value: &Value) -> Result<Value> {
    serialize_at(value, &Path::ROOT)
}

/// Unwraps a value of DynamoDB, like boto3's `TypeDeserializer`. A number always becomes a [`Value::Number`] with exactly the
/// digits of the response, and a set becomes a [`Value::Set`]. If the value has several types, the first one counts.
///
/// ```
/// use tucuxi::{Number, Value, dynamodb, value};
///
/// let number = dynamodb::deserialize(&value!({"N": "1.10"}))?;
/// assert_eq!(number, Value::from(Number::parse("1.10").unwrap()));
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Errors
/// Returns [`ErrorKind::Conversion`], with the path of the value, if it is not in DynamoDB's notation.
pub fn deserialize(value: &Value) -> Result<Value> {
    deserialize_at(value, &Path::ROOT)
}

/// Wraps every attribute of an item; see [`serialize`].
///
/// # Errors
/// The errors of [`serialize`].
pub fn serialize_item(item: &Map) -> Result<Map> {
    item.iter().map(|(name, value)| Ok((name.clone(), serialize_at(value, &Path::ROOT.name(name))?))).collect()
}

/// Unwraps every attribute of an item; see [`deserialize`].
///
/// # Errors
/// The errors of [`deserialize`].
pub fn deserialize_item(item: &Map) -> Result<Map> {
    item.iter().map(|(name, value)| Ok((name.clone(), deserialize_at(value, &Path::ROOT.name(name))?))).collect()
}

pub(super) fn serialize_at(value: &Value, path: &Path<'_>) -> Result<Value> {
    path.check_depth()?;
    let (tag, value) = match value {
        Value::Null => ("NULL", Value::Bool(true)),
        Value::Bool(_) => ("BOOL", value.clone()),
        Value::Int(_) | Value::Number(_) | Value::Float(_) => ("N", digits(value, path)?),
        Value::String(_) => ("S", value.clone()),
        Value::Bytes(_) => ("B", value.clone()),
        Value::Set(set) => serialize_set(set, path)?,
        Value::List(list) => {
            let items = list.iter().enumerate().map(|(i, value)| serialize_at(value, &path.index(i)));
            ("L", items.collect::<Result<List>>()?.into())
        }
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| Ok((key.clone(), serialize_at(value, &path.name(key))?)));
            ("M", entries.collect::<Result<Map>>()?.into())
        }
        other => return Err(wrong(path, &format!("Unsupported type {:?}", other.type_name()))),
    };
    Ok(Map::from([(tag, value)]).into())
}

fn serialize_set(set: &Set, path: &Path<'_>) -> Result<(&'static str, Value)> {
    let all = |is: fn(&Value) -> bool| set.iter().all(is);
    if all(|value| matches!(value, Value::Int(_) | Value::Number(_) | Value::Float(_))) {
        Ok(("NS", set.iter().map(|number| digits(number, path)).collect::<Result<List>>()?.into()))
    } else if all(|value| matches!(value, Value::String(_))) {
        Ok(("SS", List::from(set.clone()).into()))
    } else if all(|value| matches!(value, Value::Bytes(_))) {
        Ok(("BS", List::from(set.clone()).into()))
    } else {
        Err(wrong(path, "Unsupported type \"set\": a set must contain only numbers, only strings, or only bytes"))
    }
}

/// The digits of a number, if DynamoDB can store them.
fn digits(value: &Value, path: &Path<'_>) -> Result<Value> {
    let mut text = String::new();
    match value {
        Value::Float(n) => push_float(&mut text, *n),
        other => text = other.to_string(),
    }
    let Some(number) = Number::parse(&text) else { return Err(wrong(path, "Infinity and NaN are not supported")) };
    if number.significant_digits() > DIGITS {
        return Err(wrong(path, &format!("The number {text} has more than {DIGITS} significant digits")));
    }
    if number.leading_exponent().is_some_and(|exponent| !EXPONENTS.contains(&exponent)) {
        return Err(wrong(path, &format!("The magnitude of the number {text} is outside the range 1E-130 to 9.99E+125")));
    }
    Ok(text.into())
}

pub(super) fn deserialize_at(value: &Value, path: &Path<'_>) -> Result<Value> {
    path.check_depth()?;
    let Some((tag, value)) = value.as_map().and_then(|map| map.iter().next()) else {
        return Err(wrong(path, "Value must be a nonempty map whose key is a valid DynamoDB type."));
    };
    let list = || value.as_list().into_iter().flatten();
    Ok(match tag.as_str() {
        "NULL" => Value::Null,
        "BOOL" | "S" | "B" => value.clone(),
        "N" => number(value, path)?,
        "NS" => Value::Set(list().map(|value| number(value, path)).collect::<Result<_>>()?),
        "SS" | "BS" => Value::Set(list().collect()),
        "L" => list().enumerate().map(|(i, value)| deserialize_at(value, &path.index(i))).collect::<Result<List>>()?.into(),
        "M" => {
            let entries = value.as_map().into_iter().flatten();
            let entries = entries.map(|(key, value)| Ok((key.clone(), deserialize_at(value, &path.name(key))?)));
            entries.collect::<Result<Map>>()?.into()
        }
        other => return Err(wrong(path, &format!("DynamoDB type {other} is not supported"))),
    })
}

fn number(value: &Value, path: &Path<'_>) -> Result<Value> {
    let text = value.as_str().unwrap_or_default();
    let number = Number::parse(text).or_else(|| Number::parse(&canonical(text)));
    number.map(Value::Number).ok_or_else(|| wrong(path, &format!("{value:?} is not a number")))
}

/// Rewrites notations that a server may have stored as it received them, but that JSON lacks: `+5`, `.5`, `5.`, and `007`.
fn canonical(text: &str) -> String {
    let (sign, text) = text.strip_prefix('-').map_or(("", text.strip_prefix('+').unwrap_or(text)), |rest| ("-", rest));
    let (mantissa, exponent) = text.split_at(text.find(['e', 'E']).unwrap_or(text.len()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (point, digits) = (if fraction.is_empty() { "" } else { "." }, whole.trim_start_matches('0'));
    let whole = if digits.is_empty() && !(whole.is_empty() && fraction.is_empty()) { "0" } else { digits };
    format!("{sign}{whole}{point}{fraction}{exponent}")
}

fn wrong(path: &Path<'_>, reason: &str) -> Error {
    let error = Error::new(ErrorKind::Conversion, reason).with_name("TypeError");
    if path.is_root() { error } else { error.with_place(&path.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn number(text: &str) -> Value {
        Value::Number(Number::parse(text).unwrap())
    }

    /// The typed forms are those of boto3's serializer.
    #[test]
    fn values_are_wrapped_in_their_types_and_unwrapped() {
        for (plain, typed) in [
            (value!(null), value!({"NULL": true})),
            (value!(false), value!({"BOOL": false})),
            (number("-5"), value!({"N": "-5"})),
            (number("1.10"), value!({"N": "1.10"})),
            (number("1e125"), value!({"N": "1e125"})),
            (number("-0"), value!({"N": "-0"})),
            (number("1E+100"), value!({"N": "1E+100"})),
            (number(&format!("1{}", "0".repeat(100))), value!({"N": (format!("1{}", "0".repeat(100)))})),
            (number(&format!("0.{}1", "0".repeat(100))), value!({"N": (format!("0.{}1", "0".repeat(100)))})),
            (number("123456789012345678901234567890"), value!({"N": "123456789012345678901234567890"})),
            (value!(""), value!({"S": ""})),
            (value!(b"\x00"), value!({"B": b"\x00"})),
            (Set::from(["a", "b"]).into(), value!({"SS": ["a", "b"]})),
            (Set::from([number("1"), number("2.50")]).into(), value!({"NS": ["1", "2.50"]})),
            (Set::from([b"x"]).into(), value!({"BS": [b"x"]})),
            (value!([null, "a", []]), value!({"L": [{"NULL": true}, {"S": "a"}, {"L": []}]})),
            (value!({"a": {"b": null}, "$set": true}), value!({"M": {"a": {"M": {"b": {"NULL": true}}}, "$set": {"BOOL": true}}})),
        ] {
            assert_eq!(serialize(&plain).unwrap(), typed);
            assert_eq!(deserialize(&typed).unwrap(), plain);
        }
        assert_eq!(serialize(&Set::new().into()).unwrap(), value!({"NS": []}));
        assert_eq!(serialize(&value!(-5)).unwrap(), value!({"N": "-5"}));
    }

    #[test]
    fn floats_are_written_as_their_shortest_decimals() {
        for (float, text) in [(0.5, "0.5"), (0.1, "0.1"), (-0.0, "-0.0"), (1e22, "1e+22"), (3.0, "3.0"), (1.0 / 3.0, "0.3333333333333333")]
        {
            assert_eq!(serialize(&value!(float)).unwrap(), value!({"N": text}));
        }
        assert_eq!(serialize(&serde_json::json!({"a": 0.5}).into()).unwrap(), value!({"M": {"a": {"N": "0.5"}}}));
        assert_eq!(serialize(&Set::from([value!(1), value!(0.5)]).into()).unwrap(), value!({"NS": ["1", "0.5"]}));
    }

    #[test]
    fn no_map_and_no_list_is_mistaken_for_a_set() {
        for tag in ["$set", "$$set", "SS", "NS", "$bytes"] {
            let plain = Value::from(Map::from([(tag, value!(["x"]))]));
            let typed = value!({"M": {tag: {"L": [{"S": "x"}]}}});
            assert_eq!(serialize(&plain).unwrap(), typed);
            assert_eq!(deserialize(&typed).unwrap(), plain);
        }
    }

    #[test]
    fn values_without_a_dynamodb_type_are_rejected_with_their_path() {
        let in_item = |value: Value| value!({"a": [1, {"b": value}]});
        for plain in [
            value!(f64::NAN),
            value!(f64::NEG_INFINITY),
            value!(f64::MAX),
            Set::from([value!(1), value!("a")]).into(),
            value!(crate::Timestamp::new(0, 0)),
            number("0.123456789012345678901234567890123456789"),
            number("100000000000000000000000000000000000001"),
            number("1e126"),
            number("1e-131"),
            number("1e99999999999999999999"),
        ] {
            let error = serialize(&in_item(plain.clone())).unwrap_err();
            assert_eq!((error.kind(), error.name()), (ErrorKind::Conversion, "TypeError"), "{plain:?}");
            assert!(error.message().starts_with("a[1].b: "), "{error}");
        }
        for typed in [value!({}), value!({"X": 1}), value!({"N": "x"}), value!({"N": ""}), value!({"N": "."}), value!("S")] {
            let error = deserialize(&value!({"L": [typed]})).unwrap_err();
            assert_eq!((error.kind(), error.name()), (ErrorKind::Conversion, "TypeError"));
            assert!(error.message().starts_with("[0]: "), "{error}");
        }
    }

    #[test]
    fn numbers_in_other_notations_keep_their_value() {
        for (stored, read) in [
            ("+5", "5"),
            ("+0", "0"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("5.", "5"),
            ("007", "7"),
            ("00", "0"),
            ("-0", "-0"),
            ("0e5", "0e5"),
            (".10E+3", "0.10E+3"),
        ] {
            assert_eq!(deserialize(&value!({"N": stored})).unwrap(), number(read), "{stored}");
        }
    }

    #[test]
    fn hostile_nesting_is_an_error() {
        let deep = (0..100_000).fold(value!(1), |value, _| value!([value]));
        assert_eq!(serialize(&deep).unwrap_err().kind(), ErrorKind::ParamValidation);
        let deep = (0..100_000).fold(value!({"N": "1"}), |value, _| value!({"L": [value]}));
        assert_eq!(deserialize(&deep).unwrap_err().kind(), ErrorKind::ParamValidation);
    }
}
