//! Templates: YAML with CloudFormation's tags for functions (`!Ref`, `!Sub`), or JSON.

use crate::cli::failure::{Failure, Result};
use crate::cli::output::yaml::Reading;
use crate::cli::output::{self, yaml};
use crate::value::{List, Map, Value};

/// Parses a template. A tag becomes the function that it stands for: `!Ref x` is `{"Ref": "x"}`.
///
/// # Errors
/// A usage failure with the position of the problem.
pub(super) fn parse(text: &str) -> Result<Value> {
    let value = yaml::parse_as(text, Reading { plain, tagged: function })?;
    value.ok_or_else(|| Failure::usage("The template is empty."))
}

/// The text of a template.
///
/// # Errors
/// If the template cannot be written as YAML.
pub(super) fn text(template: &Value, as_json: bool) -> Result<String> {
    if as_json {
        return Ok(output::json_text(template) + "\n");
    }
    Ok(yaml::text(template)?)
}

/// The long form of a function: `Ref` and `Condition` keep their names, `GetAtt` takes a list.
fn function(tag: &str, value: Value) -> Value {
    let (name, value) = match (tag, value) {
        ("Ref" | "Condition", value) => (tag.to_owned(), value),
        ("GetAtt", Value::String(text)) => {
            let (resource, attribute) = text.split_once('.').unwrap_or((&text, ""));
            ("Fn::GetAtt".to_owned(), List::from_iter([resource, attribute]).into())
        }
        (_, value) => (format!("Fn::{tag}"), value),
    };
    Map::from_iter([(name, value)]).into()
}

/// A scalar without quotes. Numbers that would change by being read and written again, like account IDs and dates, are text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "on" | "On" => true.into(),
        "false" | "False" | "FALSE" | "no" | "No" | "off" | "Off" => false.into(),
        _ => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => number.into(),
            _ => match text.parse::<f64>() {
                Ok(number) if text.contains('.') && number.to_string() == text => number.into(),
                _ => text.into(),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn tags_become_functions() {
        let text = "AWSTemplateFormatVersion: 2010-09-09\nA: &a !Ref x\nB: !GetAtt r.Arn.y\nC: !Sub ['${v}', {v: !If [c, 1, 2.5]}]\nD: *a\n\
                    E: \"5\"\nF: 0123\nG: !Base64 |\n  x\n  y\nH: {Condition: !Condition c}\nI: ~\n";
        let expected = value!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "A": {"Ref": "x"},
            "B": {"Fn::GetAtt": ["r", "Arn.y"]},
            "C": {"Fn::Sub": ["${v}", {"v": {"Fn::If": ["c", 1, 2.5]}}]},
            "D": {"Ref": "x"},
            "E": "5",
            "F": "0123",
            "G": {"Fn::Base64": "x\ny\n"},
            "H": {"Condition": {"Condition": "c"}},
            "I": Value::Null,
        });
        assert_eq!(parse(text).unwrap(), expected);
        for as_json in [true, false] {
            assert_eq!(parse(&super::text(&expected, as_json).unwrap()).unwrap(), expected, "json: {as_json}");
        }
        assert_eq!(parse("a: [").unwrap_err().code, Failure::USAGE);
        assert_eq!(parse("").unwrap_err().message, "The template is empty.");
    }
}
