//! Presigning: the signature is part of the query, and anyone who has the URL can make the call.
//!
//! The body of a request becomes parameters of the query. A form translates without loss. For JSON the rule is boto3's: a
//! list repeats its key, and anything nested is written as Python prints it; few services accept such URLs.

use std::time::Duration;

use super::{Signing, canonical, payload};
use crate::auth::encode;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, Request};
use crate::text::json_reader::document;
use crate::text::python::{is_printable, push_float, write_escaped};
use crate::value::Value;

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Signs a request in its URL, which is then valid for `expires` (whole seconds; the range is not checked).
///
/// `params` are added to the query, and the body is removed: [`body_params`] converts a form or a JSON body. All headers of
/// the request are signed, so the user of the URL must send them.
pub fn presign(request: &mut Request, signing: &Signing, expires: Duration, params: &[(String, Vec<String>)]) {
    if request.headers.get("Content-Type") == Some(FORM) {
        request.headers.remove("Content-Type");
    }
    request.body = Body::Empty;
    let amz_date = signing.time.amz_date();
    let scope = signing.scope(&amz_date);
    let mut query = merged_query(request, params);
    // boto3 writes its separator even after empty lists.
    let is_silent = query.is_empty() && !params.is_empty();
    let credential = [signing.credentials.access_key_id(), "/", &scope].concat();
    let lifetime = expires.as_secs().to_string();
    let signed_headers = canonical::signed_header_names(request);
    for (key, value) in [
        ("X-Amz-Algorithm", signing.algorithm.name()),
        ("X-Amz-Credential", &credential),
        ("X-Amz-Date", &amz_date),
        ("X-Amz-Expires", &lifetime),
        ("X-Amz-SignedHeaders", &signed_headers),
    ] {
        encode::push_pair(&mut query, key, value);
    }
    if let Some(name) = signing.algorithm.region_set() {
        encode::push_pair(&mut query, name, signing.region);
    }
    if let Some(token) = signing.credentials.session_token() {
        encode::push_pair(&mut query, signing.token_header, token);
    }
    if is_silent {
        query.insert(0, '&');
    }
    request.url.reserve(query.len() + 128);
    request.set_query(&query);
    let canonical = canonical::canonicalize(request, signing.flavor, payload::presigned(signing.flavor));
    let signature = signing.signature(&amz_date, &canonical::to_sign(&canonical.text, signing.algorithm, &amz_date, &scope));
    request.url.push_str("&X-Amz-Signature=");
    request.url.push_str(&signature);
}

/// The query of the URL with the first value of each key, overlaid with `params` and encoded again.
fn merged_query(request: &Request, params: &[(String, Vec<String>)]) -> String {
    let mut merged: Vec<(String, Vec<String>)> = Vec::new();
    for pair in request.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = encode::decode_form(key);
        if !merged.iter().any(|(k, _)| *k == key) {
            merged.push((key, vec![encode::decode_form(value)]));
        }
    }
    for (key, values) in params {
        match merged.iter_mut().find(|(k, _)| k == key) {
            Some((_, old)) => old.clone_from(values),
            None => merged.push((key.clone(), values.clone())),
        }
    }
    /// The parameters of a signature with temporary credentials are longer.
    const USUAL: usize = 512;
    let mut query = String::with_capacity(USUAL);
    for (key, value) in merged.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value))) {
        encode::push_pair(&mut query, key, value);
    }
    query
}

/// Query parameters; each may have several values or none.
pub type Params = Vec<(String, Vec<String>)>;

/// Converts the body of a request, a form or a JSON object, into query parameters. An empty body has none.
///
/// # Errors
/// If the body is something else or a stream: such a request cannot be presigned with its body.
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

fn unsuitable(reason: &str) -> Error {
    Error::new(ErrorKind::Signing, format!("The body cannot be part of a presigned URL: {reason}."))
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
        // A JSON document contains none of these.
        Value::Bytes(_) | Value::Timestamp(_) | Value::Set(_) | Value::Stream(_) => {}
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
