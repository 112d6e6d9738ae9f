//! The body of a request as parameters of a query, for presigned URLs.
//!
//! Forms translate without loss. For JSON this is boto3's rule: a list repeats its key, and what is
//! nested deeper is written as Python would print it; services accept few such URLs.

use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use crate::auth::encode;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};

/// The parameters in a request's body: of a form, or of a JSON object. Nothing for an empty body.
///
/// # Errors
/// If the body is neither, or a stream: such a request cannot be presigned with its body.
pub fn body_params(request: &Request) -> Result<Vec<(String, String)>> {
    let content = match &request.body {
        Body::Empty => return Ok(Vec::new()),
        Body::Bytes(content) if content.is_empty() => return Ok(Vec::new()),
        Body::Bytes(content) => content,
        Body::Reader(_) => return Err(unsuitable("it is a stream")),
    };
    let is_form = request.headers.get("Content-Type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
    if is_form {
        let text = std::str::from_utf8(content).map_err(|_| unsuitable("it is not UTF-8"))?;
        return Ok(form(text));
    }
    match serde_json::from_slice(content) {
        Ok(Json::Map(members)) => Ok(members.iter().flat_map(|(name, value)| member(name, value)).collect()),
        _ => Err(unsuitable("it is neither a form nor a JSON object")),
    }
}

fn unsuitable(why: &str) -> Error {
    Error::new(ErrorKind::Signing, format!("The body cannot become part of a presigned URL: {why}."))
}

fn form(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (encode::decode_form(key), encode::decode_form(value)))
        .collect()
}

fn member(name: &str, value: &Json) -> Vec<(String, String)> {
    let pair = |v: &Json| (name.to_owned(), printed(v));
    match value {
        Json::List(items) => items.iter().map(pair).collect(),
        other => vec![pair(other)],
    }
}

fn printed(value: &Json) -> String {
    match value {
        Json::Text(text) => text.clone(),
        other => {
            let mut out = String::new();
            python(other, &mut out);
            out
        }
    }
}

fn python(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("None"),
        Json::Bool(true) => out.push_str("True"),
        Json::Bool(false) => out.push_str("False"),
        Json::Number(number) => out.push_str(&number.to_string()),
        Json::Text(text) => quoted(text, out),
        Json::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                python(item, out);
            }
            out.push(']');
        }
        Json::Map(members) => {
            out.push('{');
            for (i, (name, value)) in members.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                quoted(name, out);
                out.push_str(": ");
                python(value, out);
            }
            out.push('}');
        }
    }
}

fn quoted(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || c == '\u{a0}' || c == '\u{ad}' => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

/// JSON that keeps the order of its members, which shows in what is printed.
enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut map = Vec::new();
        while let Some(member) = members.next_entry()? {
            map.push(member);
        }
        Ok(Json::Map(map))
    }
}
