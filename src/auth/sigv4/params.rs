//! The body of a request as parameters of a query, for presigned URLs.
//!
//! Forms translate without loss. For JSON this is boto3's rule: a list repeats its key, and what is
//! nested deeper is written as Python would print it; services accept few such URLs.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::auth::encode;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};
use crate::protocol::serialize::{is_printable, push_float, write_escaped};

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
    let is_form = request.headers.get("Content-Type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
    if is_form {
        let text = std::str::from_utf8(content).map_err(|_| unsuitable("it is not UTF-8"))?;
        return Ok(form(text));
    }
    match serde_json::from_slice(content) {
        Ok(Json::Map(members)) => Ok(members.into_iter().map(|(name, value)| (name, values(&value))).collect()),
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

fn values(member: &Json) -> Vec<String> {
    match member {
        Json::List(items) => items.iter().map(printed).collect(),
        other => vec![printed(other)],
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
        Json::Integer(digits) => out.push_str(digits),
        Json::Float(number) => push_float(out, *number),
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
        write_escaped(out, c, quote, is_printable).expect("writing to a String succeeds");
    }
    out.push(quote);
}

/// JSON that keeps the order of its members, which shows in what is printed.
enum Json {
    Null,
    Bool(bool),
    Integer(String),
    Float(f64),
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
        Ok(Json::Integer(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Float(value))
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
