//! Words to values: JSON, shorthand, files, and scalars, by the shape of the parameter.

use base64::prelude::{BASE64_STANDARD, Engine};

use super::files::{self, Content};
use super::shorthand;
use crate::cli::failure::{Failure, Result};
use crate::definition::{Location, Node, Service, ShapeType};
use crate::error::did_you_mean;
use crate::value::{List, Map, Value};

/// How blobs are written as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BlobText {
    #[default]
    Base64,
    Raw,
}

/// The value of a parameter from the words of its option.
///
/// # Errors
/// A usage failure if the words are not a value of the shape's type. Values inside JSON are validated with the request.
pub(super) fn parse(node: &Node<'_>, words: &[String], blobs: BlobText) -> Result<Value> {
    if let ShapeType::List(item) = node.shape_type() {
        return list(node, &node.follow(item)?, words, blobs);
    }
    let word = words.first().map(String::as_str).unwrap_or_default();
    match files::load(word)? {
        Content::Bytes(bytes) => Ok(Value::Bytes(bytes.into())),
        Content::Text(text) => one(node, &text, word, blobs),
    }
}

/// The value of a parameter of an operation from text, by its shape. The text of a blob is its content.
///
/// # Errors
/// A usage failure for an unknown parameter, and those of [`parse`].
pub(in crate::cli) fn parameter(service: &Service, operation: &str, name: &str, text: &str) -> Result<Value> {
    let operation = service.operation(operation)?;
    let input = service.input(operation)?;
    let structure = input.as_ref().and_then(Node::structure);
    let Some((input, (_, member))) = input.as_ref().zip(structure.and_then(|structure| structure.member(name))) else {
        let known = structure.map(|structure| structure.members.as_slice()).unwrap_or_default();
        let near = did_you_mean(name, known.iter().map(|member| member.name.as_str()));
        return Err(Failure::usage(format!("The operation {} has no parameter \"{name}\".{near}", operation.name)));
    };
    let value = parse(&input.member(member)?, &[text.to_owned()], BlobText::Raw);
    value.map_err(|failure| Failure { message: format!("The parameter {name}: {}", failure.message), ..failure })
}

/// A structure, or a list of structures, as JSON or shorthand, for which there is no shape. Scalars of shorthand are texts.
///
/// # Errors
/// A usage failure for bytes, and for text that is neither.
pub(super) fn untyped(word: &str) -> Result<Value> {
    match files::load(word)? {
        Content::Bytes(_) => Err(Failure::usage("The value must be text, not bytes.")),
        Content::Text(text) if is_json(&text) => json(&text),
        Content::Text(text) => Ok(shorthand::parse(&text)?.into()),
    }
}

fn one(node: &Node<'_>, text: &str, word: &str, blobs: BlobText) -> Result<Value> {
    match node.shape_type() {
        // Elsewhere than in a header, such a member is text.
        ShapeType::String if node.has(|traits| traits.json_value) && node.location() == Some(Location::Header) => json(text),
        ShapeType::Structure(_) if node.has(|traits| traits.document) => json(text),
        ShapeType::Structure(_) | ShapeType::Map { .. } | ShapeType::List(_) => {
            if is_json(text) {
                decode_blobs(node, json(text)?, blobs)
            } else {
                convert(node, shorthand::parse(text)?.into(), blobs)
            }
        }
        // Text in a file stands for the bytes of a blob.
        ShapeType::Blob if word.starts_with("file://") && blobs == BlobText::Raw => Ok(text.into()),
        _ => scalar(node, text, blobs),
    }
}

fn list(node: &Node<'_>, item: &Node<'_>, words: &[String], blobs: BlobText) -> Result<Value> {
    if let [word] = words {
        let content = files::load(word)?;
        let Content::Text(text) = content else { return Ok(content.into_value()) };
        if text.trim_start().starts_with('[') {
            return decode_blobs(node, json(&text)?, blobs);
        }
        let value = one(item, &text, word, blobs)?;
        // Shorthand in a file is not a list by itself.
        let is_shorthand_file = word.starts_with("file://") && !is_json(&text) && value.as_map().is_some();
        return Ok(if is_shorthand_file { value } else { List::from_iter([value]).into() });
    }
    words.iter().map(|word| one(item, word, word, blobs)).collect::<Result<List>>().map(Value::from)
}

/// Whether the text is JSON rather than shorthand.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Parses strict JSON.
///
/// # Errors
/// A usage failure with the position of the problem.
pub(super) fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| {
        let failure = Failure::usage(format!("Invalid JSON: {error}\nJSON received: {text}"));
        match text.contains('"') {
            false if text.len() > 2 => failure.with_advice("Names and texts need double quotes: '{\"Name\": \"value\"}'."),
            _ => failure,
        }
    })
}

/// Converts the texts of shorthand to the types of the shape. What cannot be converted stays, and is reported with the
/// other invalid parameters.
fn convert(node: &Node<'_>, value: Value, blobs: BlobText) -> Result<Value> {
    match (node.shape_type(), value) {
        (ShapeType::Structure(_), value) if node.has(|traits| traits.document) => Ok(value),
        (ShapeType::Structure(structure), Value::Map(map)) => {
            let mut converted = Map::new();
            for (key, value) in map {
                let value = match structure.member(&key) {
                    Some((_, member)) => convert(&node.member(member)?, value, blobs)?,
                    None => value,
                };
                converted.insert(key, value);
            }
            Ok(converted.into())
        }
        (ShapeType::Map { value: target, .. }, Value::Map(map)) => {
            let target = node.follow(target)?;
            let pairs = map.into_iter().map(|(key, value)| Ok((key, convert(&target, value, blobs)?)));
            pairs.collect::<Result<Map>>().map(Value::from)
        }
        (ShapeType::List(target), value) => {
            let target = node.follow(target)?;
            let items = match value {
                Value::List(items) => items,
                other => List::from_iter([other]),
            };
            items.into_iter().map(|item| convert(&target, item, blobs)).collect::<Result<List>>().map(Value::from)
        }
        (_, Value::String(text)) => scalar(node, &text, blobs),
        (_, value) => Ok(value),
    }
}

fn scalar(node: &Node<'_>, text: &str, blobs: BlobText) -> Result<Value> {
    match node.shape_type() {
        ShapeType::Integer | ShapeType::Long => integer(text),
        ShapeType::Float | ShapeType::Double => float(text),
        ShapeType::Boolean if text.eq_ignore_ascii_case("true") => Ok(true.into()),
        ShapeType::Boolean if text.eq_ignore_ascii_case("false") => Ok(false.into()),
        ShapeType::Blob => blob(text, blobs),
        _ => Ok(text.into()),
    }
}

/// An integer as Python's `int` reads it.
fn integer(text: &str) -> Result<Value> {
    let digits = without_underscores(text.trim());
    digits
        .and_then(|digits| digits.parse::<i64>().ok())
        .map(Value::Int)
        .ok_or_else(|| Failure::usage(format!("invalid literal for int() with base 10: '{text}'. A whole number is expected.")))
}

/// A float as Python's `float` reads it.
fn float(text: &str) -> Result<Value> {
    let digits = without_underscores(text.trim());
    digits
        .and_then(|digits| digits.parse::<f64>().ok())
        .map(Value::Float)
        .ok_or_else(|| Failure::usage(format!("invalid float value: '{text}'. A number is expected.")))
}

/// Python allows single underscores between digits.
fn without_underscores(text: &str) -> Option<String> {
    let is_misplaced = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    (!is_misplaced).then(|| text.replace('_', ""))
}

fn blob(text: &str, blobs: BlobText) -> Result<Value> {
    match blobs {
        BlobText::Raw => Ok(text.into()),
        BlobText::Base64 => BASE64_STANDARD.decode(text.trim()).map(|bytes| Value::Bytes(bytes.into())).map_err(|_| {
            let hint = "With --cli-binary-format raw-in-base64-out, text is taken as it is.";
            Failure::usage(format!("Invalid base64: \"{}\". {hint}", shorten(text)))
        }),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Decodes the texts of blobs inside JSON.
///
/// # Errors
/// A usage failure for text that is not base64, if blobs are written in base64.
pub(super) fn decode_blobs(node: &Node<'_>, value: Value, blobs: BlobText) -> Result<Value> {
    if blobs == BlobText::Raw {
        return Ok(value);
    }
    match (node.shape_type(), value) {
        (ShapeType::Structure(structure), Value::Map(map)) if !node.has(|traits| traits.document) => {
            let pairs = map.into_iter().map(|(key, value)| match structure.member(&key) {
                Some((_, member)) => Ok((key, decode_blobs(&node.member(member)?, value, blobs)?)),
                None => Ok((key, value)),
            });
            pairs.collect::<Result<Map>>().map(Value::from)
        }
        (ShapeType::Map { value: target, .. }, Value::Map(map)) => {
            let target = node.follow(target)?;
            let pairs = map.into_iter().map(|(key, value)| Ok((key, decode_blobs(&target, value, blobs)?)));
            pairs.collect::<Result<Map>>().map(Value::from)
        }
        (ShapeType::List(target), Value::List(items)) => {
            let target = node.follow(target)?;
            items.into_iter().map(|item| decode_blobs(&target, item, blobs)).collect::<Result<List>>().map(Value::from)
        }
        (ShapeType::Blob, Value::String(text)) if !node.has(|traits| traits.streaming) => blob(&text, blobs),
        (_, value) => Ok(value),
    }
}
