//! Resume tokens in boto3's formats: the base64 of a JSON object with the service's tokens, or the older form `token___3`.
//! Any other text is a token of the service.

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::error::{Error, ErrorKind, Result};
use crate::text::json::push_json_string;
use crate::text::json_reader;
use crate::text::python::Repr;
use crate::text::python::push_float;
use crate::value::{List, Map, Str, Value};

const TRUNCATE_AMOUNT: &str = "boto_truncate_amount";
const ENCODED_KEYS: &str = "boto_encoded_keys";

/// A position between two items: the tokens that fetch a page, one per parameter, and the number of its items to skip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Position {
    pub tokens: Vec<Value>,
    pub skip: i64,
}

/// Encodes a resume token from the tokens of the parameters `names`; `skip` is omitted at a page boundary.
///
/// # Errors
/// `Pagination` if a token contains a value that JSON cannot represent.
pub(super) fn encode(names: &[Str], tokens: &[Value], skip: Option<i64>) -> Result<String> {
    let mut map: Map = names.iter().cloned().zip(tokens.iter().cloned()).collect();
    if let Some(skip) = skip {
        map.insert(TRUNCATE_AMOUNT, skip);
    }
    let mut writer = Writer { out: String::new(), path: Vec::new(), encoded: Vec::new() };
    writer.map(&map)?;
    if !writer.encoded.is_empty() {
        writer.out.pop();
        writer.out.push_str(", ");
        push_json_string(&mut writer.out, ENCODED_KEYS);
        writer.out.push_str(": ");
        let encoded = std::mem::take(&mut writer.encoded);
        writer.list(&encoded.into_iter().collect())?;
        writer.out.push('}');
    }
    Ok(BASE64_STANDARD.encode(writer.out))
}

/// Decodes a starting token.
///
/// A JSON object with other members is a token of the service: many services encode theirs in this way.
///
/// # Errors
/// `Pagination` if the token has more parts than there are parameters, or if boto3's members are invalid.
pub(super) fn decode(names: &[Str], token: &str) -> Result<Position> {
    let bad = || Error::new(ErrorKind::Pagination, format!("Bad starting token: {token}")).with_name("ValueError");
    match decode_map(token) {
        Some(map) if map.keys().all(|key| [TRUNCATE_AMOUNT, ENCODED_KEYS].contains(&key) || names.iter().any(|name| name == key)) => {
            from_map(names, map).ok_or_else(bad)
        }
        _ => from_parts(names, token).ok_or_else(bad),
    }
}

fn decode_map(token: &str) -> Option<Map> {
    let text = String::from_utf8(decode_base64(token)?).ok()?;
    match json_reader::document(&text).ok()? {
        Value::Map(map) => Some(map),
        _ => None,
    }
}

fn from_map(names: &[Str], mut map: Map) -> Option<Position> {
    let skip = map.remove(TRUNCATE_AMOUNT).map_or(Some(0), |skip| skip.as_int())?;
    let paths = map.remove(ENCODED_KEYS).unwrap_or_else(|| List::new().into());
    let mut root = Value::Map(map);
    for path in paths.as_list()? {
        let place = path.as_list()?.iter().try_fold(&mut root, step)?;
        *place = Value::Bytes(decode_base64(place.as_str()?)?.into());
    }
    Some(Position { tokens: names.iter().map(|name| root[name.as_str()].clone()).collect(), skip })
}

fn step<'v>(value: &'v mut Value, step: &Value) -> Option<&'v mut Value> {
    match step {
        Value::String(key) => value.get_mut(key),
        index => value.as_list_mut()?.as_mut_vec().get_mut(usize::try_from(index.as_int()?).ok()?),
    }
}

/// Parses `first___second`, optionally followed by `___` and the number of items to skip. The part `None` means no token.
fn from_parts(names: &[Str], token: &str) -> Option<Position> {
    let mut parts: Vec<&str> = token.split("___").collect();
    let mut skip = 0;
    if parts.len() == names.len() + 1 {
        match parts[names.len()].trim().parse() {
            Ok(amount) => {
                skip = amount;
                parts.pop();
            }
            Err(_) => parts = vec![token],
        }
    }
    let part = |i: usize| parts.get(i).filter(|part| **part != "None").map_or(Value::Null, |part| Value::from(*part));
    (parts.len() <= names.len()).then(|| Position { tokens: (0..names.len()).map(part).collect(), skip })
}

/// Decodes base64 as leniently as Python: characters outside the alphabet and anything after the padding are ignored.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut digits = Vec::with_capacity(text.len());
    let mut padding = 0;
    for byte in text.bytes() {
        match byte {
            b'=' => {
                padding += 1;
                if digits.len() % 4 >= 2 && digits.len() % 4 + padding >= 4 {
                    digits.resize(digits.len().next_multiple_of(4), b'=');
                    return lenient().decode(digits).ok();
                }
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                padding = 0;
                digits.push(byte);
            }
            _ => {}
        }
    }
    digits.len().is_multiple_of(4).then(|| BASE64_STANDARD.decode(digits).ok())?
}

/// Accepts a last digit with bits beyond the last byte.
fn lenient() -> base64::engine::GeneralPurpose {
    use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true))
}

/// Writes JSON as Python does, with bytes as base64.
struct Writer {
    out: String,
    /// The current position, as keys and indexes.
    path: Vec<Value>,
    /// The paths of the bytes.
    encoded: Vec<Value>,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(b) => self.out.push_str(if *b { "true" } else { "false" }),
            Value::Int(n) => self.out.push_str(&n.to_string()),
            Value::Float(n) => push_float(&mut self.out, *n),
            Value::Number(n) if n.is_integer() => self.out.push_str(n.as_str()),
            Value::String(text) => push_json_string(&mut self.out, text),
            Value::Bytes(bytes) => {
                push_json_string(&mut self.out, &BASE64_STANDARD.encode(bytes));
                self.encoded.push(self.path.iter().cloned().collect());
            }
            Value::List(list) => self.list(list)?,
            Value::Map(map) => self.map(map)?,
            other => {
                let text = format!("A token contains a value of type {}, which a resume token cannot represent", other.type_name());
                return Err(Error::new(ErrorKind::Pagination, text).with_name("TypeError"));
            }
        }
        Ok(())
    }

    fn list(&mut self, list: &List) -> Result<()> {
        self.out.push('[');
        for (i, value) in list.iter().enumerate() {
            self.member(i, Value::from(i), None, value)?;
        }
        self.out.push(']');
        Ok(())
    }

    fn map(&mut self, map: &Map) -> Result<()> {
        self.out.push('{');
        for (i, (key, value)) in map.iter().enumerate() {
            self.member(i, Value::from(key), Some(key), value)?;
        }
        self.out.push('}');
        Ok(())
    }

    fn member(&mut self, index: usize, step: Value, key: Option<&Str>, value: &Value) -> Result<()> {
        if index > 0 {
            self.out.push_str(", ");
        }
        if let Some(key) = key {
            push_json_string(&mut self.out, key);
            self.out.push_str(": ");
        }
        self.path.push(step);
        self.value(value)?;
        self.path.pop();
        Ok(())
    }
}

/// Formats the tokens as boto3's messages do.
pub(super) fn show(names: &[Str], tokens: &[Value]) -> String {
    Repr::top(&Value::Map(names.iter().cloned().zip(tokens.iter().cloned()).collect())).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn names<const N: usize>(names: [&str; N]) -> [Str; N] {
        names.map(Str::from)
    }

    /// The expected texts were written by boto3.
    #[test]
    fn tokens_equal_those_of_boto3_and_are_decoded_again() {
        let key = value!({"k": {"B": b"\x00\x01"}});
        let odd = value!({"a": b"\x00\x01", "l": [1, b"x"], "\u{e9}\u{7f}\u{1f600}": 1.5, "f": 1e20});
        for (name, token, skip, text) in [
            ("NextToken", value!("t1"), None, "eyJOZXh0VG9rZW4iOiAidDEifQ=="),
            ("NextToken", value!("t1"), Some(1), "eyJOZXh0VG9rZW4iOiAidDEiLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAxfQ=="),
            ("NextToken", value!(null), Some(2), "eyJOZXh0VG9rZW4iOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAyfQ=="),
            (
                "ExclusiveStartKey",
                key,
                None,
                "eyJFeGNsdXNpdmVTdGFydEtleSI6IHsiayI6IHsiQiI6ICJBQUU9In19LCAiYm90b19lbmNvZGVkX2tleXMiOiBbWyJFeGNsdXNpdmVTdGFydEtleSIsICJrIiwgIkIiXV19",
            ),
            (
                "K",
                odd,
                Some(3),
                "eyJLIjogeyJhIjogIkFBRT0iLCAibCI6IFsxLCAiZUE9PSJdLCAiXHUwMGU5XHUwMDdmXHVkODNkXHVkZTAwIjogMS41LCAiZiI6IDFlKzIwfSwgImJvdG9fdHJ1bmNhdGVfYW1vdW50IjogMywgImJvdG9fZW5jb2RlZF9rZXlzIjogW1siSyIsICJhIl0sIFsiSyIsICJsIiwgMV1dfQ==",
            ),
        ] {
            let (names, tokens) = (names([name]), vec![token]);
            assert_eq!(encode(&names, &tokens, skip).unwrap(), text);
            assert_eq!(decode(&names, text).unwrap(), Position { tokens, skip: skip.unwrap_or(0) });
        }
        let digits = vec![Value::from(u128::MAX)];
        assert_eq!(decode(&names(["T"]), &encode(&names(["T"]), &digits, None).unwrap()).unwrap().tokens, digits);
        let error = encode(&names(["T"]), &[value!(crate::Timestamp::new(0, 0))], None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Pagination);
    }

    #[test]
    fn other_texts_are_the_older_form_or_the_service_s_own() {
        let one = names(["T"]);
        for (text, token, skip) in [
            ("abc!!", value!("abc!!"), 0),
            ("abc___2", value!("abc"), 2),
            ("abc___x", value!("abc___x"), 0),
            ("None___2", value!(null), 2),
            ("1234", value!("1234"), 0),
            ("MTIz", value!("MTIz"), 0),
            // {"v": 1}, which some service made.
            ("eyJ2IjogMX0=", value!("eyJ2IjogMX0="), 0),
        ] {
            assert_eq!(decode(&one, text).unwrap(), Position { tokens: vec![token], skip }, "{text}");
        }
        let two = names(["A", "B"]);
        assert_eq!(decode(&two, "x___y___3").unwrap(), Position { tokens: vec!["x".into(), "y".into()], skip: 3 });
        assert_eq!(decode(&two, "x").unwrap(), Position { tokens: vec!["x".into(), Value::Null], skip: 0 });
        assert_eq!(decode(&one, "a___b___c").unwrap_err().message(), "Bad starting token: a___b___c");
    }

    #[test]
    fn invalid_members_of_a_token_are_rejected() {
        for json in [
            r#"{"T": "x", "boto_truncate_amount": "x"}"#,
            r#"{"T": "x", "boto_encoded_keys": [["T", "y"]]}"#,
            r#"{"T": "*", "boto_encoded_keys": 3}"#,
            r#"{"T": "A", "boto_encoded_keys": [["T"]]}"#,
        ] {
            let error = decode(&names(["T"]), &BASE64_STANDARD.encode(json)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Pagination, "{json}");
        }
    }

    #[test]
    fn base64_is_decoded_as_python_decodes_it() {
        for (text, bytes) in [
            ("aGk=", Some("hi")),
            ("a!G k\n=", Some("hi")),
            ("aGk=aGk=", Some("hi")),
            ("aGl", None),
            ("aGk", None),
            ("=aGk=", Some("hi")),
            ("aGl=", Some("hi")),
            ("aGkx", Some("hi1")),
            ("a", None),
            ("", Some("")),
        ] {
            assert_eq!(decode_base64(text).as_deref(), bytes.map(str::as_bytes), "{text}");
        }
    }
}
