//! The body of a request as parameters of a query, for presigned URLs.
//!
//! Forms translate without loss. For JSON this is boto3's rule: a list repeats its key, and what is
//! nested deeper is written as Python would print it; services accept few such URLs.

use crate::auth::encode;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};
use crate::text::json_reader::document;
use crate::text::python::{is_printable, push_float, write_escaped};
use crate::value::Value;

/// Parameters of a query; each may have several values, or none.
pub type Params = Vec<(String, Vec<String>)>;

/// The parameters in a request's body: of a form, or of a JSON object. Nothing for an empty body.
///
/// # Errors
/// If the body is neither, or a stream: such a request cannot be presigned with its body.
pub fn body_params(request: &Request) -> Result<Params> {
    let content = match &request.body {
        Body::Empty => return Ok(Vec::new()),
        Body::Bytes(content) if content.is_empty() => return Ok(Vec::new()),
        Body::Bytes(content) => content,
        Body::Reader(_) => return Err(unsuitable("it is a stream")),
    };
    let text = std::str::from_utf8(content).map_err(|_| unsuitable("it is not UTF-8"));
    let is_form = request.headers.get("Content-Type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
    if is_form {
        return Ok(form(text?));
    }
    match text.and_then(document) {
        Ok(Value::Map(members)) => Ok(members.iter().map(|(name, value)| (name.to_string(), values(value))).collect()),
        _ => Err(unsuitable("it is neither a form nor a JSON object")),
    }
}

fn unsuitable(why: &str) -> Error {
    Error::new(ErrorKind::Signing, format!("The body cannot become part of a presigned URL: {why}."))
}

fn form(text: &str) -> Params {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (encode::decode_form(key), vec![encode::decode_form(value)]))
        .collect()
}

fn values(member: &Value) -> Vec<String> {
    match member {
        Value::List(items) => items.iter().map(printed).collect(),
        other => vec![printed(other)],
    }
}

fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => {
            let mut out = String::new();
            python(other, &mut out);
            out
        }
    }
}

fn python(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Number(number) => out.push_str(number.as_str()),
        Value::Float(number) => push_float(out, *number),
        Value::String(text) => quoted(text, out),
        Value::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                python(item, out);
            }
            out.push(']');
        }
        Value::Map(members) => {
            out.push('{');
            for (i, (name, value)) in members.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                quoted(name, out);
                out.push_str(": ");
                python(value, out);
            }
            out.push('}');
        }
        // JSON has no more kinds.
        Value::Bytes(_) | Value::Timestamp(_) | Value::Stream(_) => {}
    }
}

fn quoted(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        write_escaped(out, c, quote, is_printable).expect("writing to a String succeeds");
    }
    out.push(quote);
}
