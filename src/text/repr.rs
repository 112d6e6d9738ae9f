//! Values and types as boto3's messages print them: in Python's notation.

use std::fmt::{self, Write as _};

use super::python::{is_printable, push_float, write_escaped};
use crate::value::{Timestamp, Value};

/// A value's type.
pub(crate) struct Type<'a>(pub &'a Value);

impl Type<'_> {
    /// The class's name without its module.
    pub fn name(&self) -> &'static str {
        match self.0 {
            Value::Null => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Number(n) if n.is_integer() => "int",
            Value::Number(_) => "Decimal",
            Value::String(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::Timestamp(_) => "datetime",
            Value::List(_) => "list",
            Value::Map(_) => "dict",
            Value::Stream(_) => "Stream",
        }
    }
}

impl fmt::Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = match self.name() {
            "Decimal" => "decimal.",
            "datetime" => "datetime.",
            _ => "",
        };
        write!(f, "<class '{module}{}'>", self.name())
    }
}

/// A value. Text, instants and decimals look otherwise inside a list or a map than alone.
pub(crate) struct Repr<'a> {
    value: &'a Value,
    inside: bool,
}

impl<'a> Repr<'a> {
    /// The value alone.
    pub fn top(value: &'a Value) -> Repr<'a> {
        Repr { value, inside: false }
    }

    fn inside(value: &'a Value) -> Repr<'a> {
        Repr { value, inside: true }
    }
}

impl fmt::Display for Repr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Value::Null => f.write_str("None"),
            Value::Bool(b) => f.write_str(if *b { "True" } else { "False" }),
            Value::Int(n) => write!(f, "{n}"),
            Value::Float(n) => float(f, *n),
            Value::Number(n) if self.inside && !n.is_integer() => write!(f, "Decimal('{n}')"),
            Value::Number(n) => write!(f, "{n}"),
            Value::String(text) if self.inside => quoted(f, text.contains('\''), text.contains('"'), text.chars(), is_printable),
            Value::String(text) => f.write_str(text),
            Value::Bytes(bytes) => {
                f.write_char('b')?;
                let chars = bytes.iter().copied().map(char::from);
                quoted(f, bytes.contains(&b'\''), bytes.contains(&b'"'), chars, |c| matches!(c, ' '..='~'))
            }
            Value::Timestamp(t) => timestamp(f, *t, self.inside),
            Value::List(list) => {
                f.write_char('[')?;
                separated(f, list.iter(), |f, item| Repr::inside(item).fmt(f))?;
                f.write_char(']')
            }
            Value::Map(map) => {
                f.write_char('{')?;
                separated(f, map.iter(), |f, (key, item)| {
                    quoted(f, key.contains('\''), key.contains('"'), key.chars(), is_printable)?;
                    write!(f, ": {}", Repr::inside(item))
                })?;
                f.write_char('}')
            }
            Value::Stream(stream) => write!(f, "{stream:?}"),
        }
    }
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut fmt::Formatter<'_>, T) -> fmt::Result,
) -> fmt::Result {
    for (i, item) in items.enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write(f, item)?;
    }
    Ok(())
}

/// In single quotes, unless only double ones spare escaping.
fn quoted(
    f: &mut fmt::Formatter<'_>,
    single: bool,
    double: bool,
    chars: impl Iterator<Item = char>,
    is_printable: impl Fn(char) -> bool,
) -> fmt::Result {
    let quote = if single && !double { '"' } else { '\'' };
    f.write_char(quote)?;
    for c in chars {
        write_escaped(f, c, quote, &is_printable)?;
    }
    f.write_char(quote)
}

fn float(f: &mut fmt::Formatter<'_>, number: f64) -> fmt::Result {
    if number.is_nan() {
        return f.write_str("nan");
    }
    if number.is_infinite() {
        return f.write_str(if number > 0.0 { "inf" } else { "-inf" });
    }
    let mut text = String::new();
    push_float(&mut text, number);
    f.write_str(&text)
}

fn timestamp(f: &mut fmt::Formatter<'_>, timestamp: Timestamp, inside: bool) -> fmt::Result {
    let Some(t) = timestamp.to_utc() else { return write!(f, "{timestamp}") };
    let [hour, minute, second] = [t.hour(), t.minute(), t.second()];
    let (year, month, day, micros) = (t.year(), u8::from(t.month()), t.day(), t.microsecond());
    if !inside {
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")?;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        return f.write_str("+00:00");
    }
    write!(f, "datetime.datetime({year}, {month}, {day}, {hour}, {minute}")?;
    if second != 0 || micros != 0 {
        write!(f, ", {second}")?;
    }
    if micros != 0 {
        write!(f, ", {micros}")?;
    }
    f.write_str(", tzinfo=datetime.timezone.utc)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn values_look_as_python_prints_them() {
        let t = Timestamp::new(1_422_172_862, 3_000);
        for (value, text) in [
            (value!(null), "None"),
            (value!(true), "True"),
            (value!(1e22), "1e+22"),
            (value!(f64::NEG_INFINITY), "-inf"),
            (value!("it's"), "it's"),
            (
                value!(["it's", "q\"", "both'\"", "\\\n\u{0}\u{7f}é\u{200b}😀\u{a0}\u{ad}"]),
                "[\"it's\", 'q\"', 'both\\'\"', '\\\\\\n\\x00\\x7fé\\u200b😀\\xa0\\xad']",
            ),
            (value!(b"x'\"\n\xff\x00"), "b'x\\'\"\\n\\xff\\x00'"),
            (value!({"a": 1, "b": {}, "c": []}), "{'a': 1, 'b': {}, 'c': []}"),
            (value!(t), "2015-01-25 08:01:02.000003+00:00"),
            (value!([t]), "[datetime.datetime(2015, 1, 25, 8, 1, 2, 3, tzinfo=datetime.timezone.utc)]"),
            (value!([Timestamp::new(0, 0)]), "[datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)]"),
        ] {
            assert_eq!(Repr::top(&value).to_string(), text);
        }
    }

    #[test]
    fn types_have_their_modules() {
        assert_eq!(Type(&value!(Timestamp::new(0, 0))).to_string(), "<class 'datetime.datetime'>");
        assert_eq!(Type(&value!(null)).to_string(), "<class 'NoneType'>");
        assert_eq!(Type(&value!(u64::MAX)).to_string(), "<class 'int'>");
    }
}
