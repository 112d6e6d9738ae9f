//! The constraints of the setting `strict_validation`, which boto3 leaves to the service: enumerations, patterns, maximum
//! lengths and numbers, and the sizes of maps and blobs. The maximums are checked beside the minimums, in the parent module.

use std::fmt;

use super::Report;
use crate::definition::{MASK, Node};
use crate::error::did_you_mean;
use crate::text::Path;
use crate::value::{Str, Value};

/// The maximum number of values of an enumeration that a message lists.
const LISTED: usize = 20;

/// The maximum number of characters of a text that a message shows, and that is compared with similar values.
const SHOWN: usize = 200;

impl Report {
    /// Checks a text against the values or the pattern of its shape.
    pub(super) fn known_value(&mut self, node: Node<'_>, text: &str, path: &Path<'_>) {
        let traits = &node.shape().traits;
        let shown = ShownText((!self.in_secret && !node.is_sensitive()).then_some(text));
        // The pattern of an enumeration says less than its values.
        if !traits.values.is_empty() {
            if !traits.values.iter().any(|value| value == text) {
                let valid = ValidValues { all: &traits.values, given: shown.0.unwrap_or_default() };
                self.line("enum", path, format_args!("Invalid value for parameter {path}, value: {shown}, valid values: {valid}"));
            }
            return;
        }
        // A text that is far too long is reported as such; matching it could take long.
        let is_too_long = node.max().is_some_and(|max| text.len() as f64 > 4.0 * max);
        if let Some(pattern) = node.shape().pattern()
            && !is_too_long
            && !pattern.matches(text)
        {
            let valid = traits.pattern.as_deref().unwrap_or_default();
            self.line("pattern", path, format_args!("Invalid value for parameter {path}, value: {shown}, valid pattern: {valid}"));
        }
    }

    /// Checks the size of a blob. That of a stream can be unknown, and is then not checked.
    pub(super) fn size(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) {
        let size = match value {
            Value::Bytes(bytes) => Some(bytes.len()),
            Value::String(text) => Some(text.len()),
            Value::Stream(stream) => stream.length().map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
            _ => None,
        };
        if let Some(size) = size {
            self.length(node, path, || size);
        }
    }
}

/// The beginning of a text, masked if it is a secret.
struct ShownText<'a>(Option<&'a str>);

impl fmt::Display for ShownText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str(MASK),
            Some(text) => match text.char_indices().nth(SHOWN) {
                None => fmt::Debug::fmt(text, f),
                Some((end, _)) => write!(f, "{:?}…", &text[..end]),
            },
        }
    }
}

/// The values of an enumeration, with those most like the given one.
struct ValidValues<'a> {
    all: &'a [Str],
    given: &'a str,
}

impl fmt::Display for ValidValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, value) in self.all.iter().take(LISTED).enumerate() {
            write!(f, "{}{value}", if i > 0 { ", " } else { "" })?;
        }
        if self.all.len() > LISTED {
            write!(f, ", … ({} in all)", self.all.len())?;
        }
        let near = match self.given.len() <= SHOWN {
            true => did_you_mean(self.given, self.all.iter().map(Str::as_str)),
            false => String::new(),
        };
        if near.is_empty() { Ok(()) } else { write!(f, " ({})", near.trim_start()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Rules, validate};
    use crate::definition::Service;
    use crate::settings::MessageStyle;
    use crate::value::{Stream, Value};
    use crate::{ErrorKind, value};

    const SERVICE: &str = r#"{"metadata": {}, "operations": {"Op": {"http": {"method": "POST"}, "input": {"shape": "In"}}}, "shapes": {
        "In": {"type": "structure", "required": ["Name"], "members": {"Name": {"shape": "Name"}, "Color": {"shape": "Color"},
            "Colors": {"shape": "Colors"}, "Count": {"shape": "Count"}, "Rate": {"shape": "Rate"}, "Labels": {"shape": "Labels"},
            "Data": {"shape": "Data"}, "Key": {"shape": "Secret"}, "Port": {"shape": "Port"}, "Doc": {"shape": "Doc"}}},
        "Name": {"type": "string", "min": 2, "max": 4, "pattern": "[a-z]+"},
        "Color": {"type": "string", "enum": ["light-red", "dark-green", "BLUE"]},
        "Port": {"type": "string", "enum": ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21"]},
        "Colors": {"type": "list", "member": {"shape": "Color"}, "max": 2},
        "Count": {"type": "integer", "min": 1, "max": 3}, "Rate": {"type": "double", "min": 0.0, "max": 1.0},
        "Labels": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Color"}, "min": 1, "max": 1},
        "Data": {"type": "blob", "min": 1, "max": 3}, "Doc": {"type": "structure", "members": {}, "document": true},
        "Secret": {"type": "string", "sensitive": true, "enum": ["aaaa"], "pattern": "a+"}}}"#;

    /// The lines of the report on `params`.
    fn report(params: Value, strict: bool) -> Vec<String> {
        let service = Service::parse("test", SERVICE).unwrap();
        let input = service.input(service.operation("Op").unwrap()).unwrap().unwrap();
        let rules = Rules { style: MessageStyle::Plain, omit_nulls: true, strict, is_placeholder: None };
        match validate(input, params.as_map().unwrap(), rules) {
            Ok(_) => Vec::new(),
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::ParamValidation);
                e.message().lines().skip(1).map(str::to_owned).collect()
            }
        }
    }

    #[test]
    fn every_constraint_is_reported_with_its_path_beside_the_ordinary_problems() {
        let params = value!({"Name": "ab1de", "Color": "lightred", "Colors": ["BLUE", "blue", "x"], "Count": 4, "Rate": 1.5,
            "Labels": {"K": "BLUE", "kk": "dark-gren"}, "Data": b"1234", "Key": "aaab", "Port": "22", "Doc": {"any": "thing"}, "Nmae": 1});
        let members = "Name, Color, Colors, Count, Rate, Labels, Data, Key, Port, Doc";
        assert_eq!(
            report(params.clone(), true),
            [
                format!("Unknown parameter in input: \"Nmae\", must be one of: {members} (Did you mean Name?)"),
                "Invalid length for parameter Name, value: 5, valid max length: 4".to_owned(),
                "Invalid value for parameter Name, value: \"ab1de\", valid pattern: [a-z]+".to_owned(),
                "Invalid value for parameter Color, value: \"lightred\", valid values: light-red, dark-green, BLUE (Did you mean \
                 light-red?)"
                    .to_owned(),
                "Invalid length for parameter Colors, value: 3, valid max length: 2".to_owned(),
                "Invalid value for parameter Colors[1], value: \"blue\", valid values: light-red, dark-green, BLUE (Did you mean BLUE?)"
                    .to_owned(),
                "Invalid value for parameter Colors[2], value: \"x\", valid values: light-red, dark-green, BLUE".to_owned(),
                "Invalid value for parameter Count, value: 4, valid max value: 3".to_owned(),
                "Invalid value for parameter Rate, value: 1.5, valid max value: 1.0".to_owned(),
                "Invalid length for parameter Labels, value: 2, valid max length: 1".to_owned(),
                "Invalid length for parameter Labels (key: K), value: 1, valid min length: 2".to_owned(),
                "Invalid value for parameter Labels (key: K), value: \"K\", valid pattern: [a-z]+".to_owned(),
                "Invalid value for parameter Labels.kk, value: \"dark-gren\", valid values: light-red, dark-green, BLUE (Did you mean \
                 dark-green?)"
                    .to_owned(),
                "Invalid length for parameter Data, value: 4, valid max length: 3".to_owned(),
                "Invalid value for parameter Key, value: ***, valid values: aaaa".to_owned(),
                "Invalid value for parameter Port, value: \"22\", valid values: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, \
                 17, 18, 19, 20, … (21 in all) (Did you mean 12, 2, 20 or 21?)"
                    .to_owned(),
            ]
        );
        // Without the setting, as in boto3.
        assert_eq!(report(params, false).len(), 2);
    }

    #[test]
    fn values_within_the_constraints_pass() {
        let params = value!({"Name": "éé", "Color": "BLUE", "Colors": [], "Count": 3, "Rate": 1.0, "Labels": {"kk": "BLUE"},
            "Data": b"123", "Key": "aaaa", "Doc": {"any": ["x"]}});
        assert_eq!(report(params.clone(), true), ["Invalid value for parameter Name, value: \"éé\", valid pattern: [a-z]+"]);
        let mut valid = params.as_map().unwrap().clone();
        valid.insert("Name", "abcd");
        assert!(report(Value::Map(valid.clone()), true).is_empty());
        // A stream counts if its length is known.
        valid.insert("Data", Stream::from_reader(&b"123456"[..]));
        assert!(report(Value::Map(valid.clone()), true).is_empty());
        valid.insert("Data", Stream::from_reader_with_length(&b"123456"[..], 6));
        assert_eq!(report(Value::Map(valid), true), ["Invalid length for parameter Data, value: 6, valid max length: 3"]);
    }

    #[test]
    fn huge_texts_are_reported_quickly_and_shown_shortened() {
        let started = std::time::Instant::now();
        let lines = report(value!({"Name": ("-".repeat(10_000_000)), "Color": ("b".repeat(10_000_000))}), true);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[0], "Invalid length for parameter Name, value: 10000000, valid max length: 4");
        assert!(lines[1].contains(&format!("{:?}…, valid values", "b".repeat(200))) && lines[1].len() < 400, "{}", lines[1]);
        assert!(started.elapsed().as_secs() < 20);
    }
}
