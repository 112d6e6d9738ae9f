//! Parameters and responses for recordings and messages: secrets are masked, and bytes that are valid text are shown as text.

use crate::definition::{Location, MASK, Node, ShapeType};
use crate::error::Result;
use crate::http::{is_secret_header, masked_url};
use crate::value::{Map, Str, Timestamp, Value};

/// The endings of member names that denote a secret even if the shape is not marked as sensitive.
const SECRET: [&str; 13] = [
    "tokencode",
    "externalid",
    "sessiontoken",
    "securitytoken",
    "authorizationtoken",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "secretaccesskey",
    "secretkey",
    "password",
    "privatekey",
    "clientsecret",
];

/// Makes a map readable according to its structure. Without one, only URLs are masked.
pub(super) fn readable(node: Option<Node<'_>>, map: &Map) -> Result<Map> {
    let mut out = Map::with_capacity(map.len());
    for (key, value) in map {
        let member = node.and_then(|node| Some((node, node.structure()?.member(key)?.1)));
        out.insert(
            key.clone(),
            match member {
                Some((node, member)) => shown(node.member(member)?, value, node.is_sensitive() || is_secret_name(key))?,
                None if node.is_some_and(|node| node.is_sensitive()) => MASK.into(),
                None => untyped(value),
            },
        );
    }
    Ok(out)
}

/// Makes response metadata readable. Headers with a secret are masked, including those of secret members of the output.
pub(super) fn metadata(output: Option<Node<'_>>, metadata: &Value) -> Result<Value> {
    let mut metadata = untyped(metadata);
    if let Some(headers) = metadata.get_mut("HTTPHeaders").and_then(Value::as_map_mut) {
        let members = secret_headers(output)?;
        let is_member = |name: &str| {
            members.iter().any(|(wire_name, is_prefix)| match is_prefix {
                true => name.get(..wire_name.len()).is_some_and(|start| start.eq_ignore_ascii_case(wire_name)),
                false => name.eq_ignore_ascii_case(wire_name),
            })
        };
        let secret: Vec<String> = headers.keys().filter(|name| is_secret_header(name) || is_member(name)).map(str::to_owned).collect();
        for name in secret {
            headers.insert(name, MASK);
        }
    }
    Ok(metadata)
}

/// The headers of secret members, and whether each is a prefix.
fn secret_headers<'a>(output: Option<Node<'a>>) -> Result<Vec<(&'a str, bool)>> {
    let mut found = Vec::new();
    let Some((output, structure)) = output.and_then(|output| Some((output, output.structure()?))) else { return Ok(found) };
    for member in &structure.members {
        let node = output.member(member)?;
        let is_secret = output.is_sensitive() || node.can_hold_secrets() || is_secret_name(&member.name);
        if is_secret && matches!(node.location(), Some(Location::Header | Location::Headers)) {
            found.push((node.location_name().unwrap_or(&member.name), node.location() == Some(Location::Headers)));
        }
    }
    Ok(found)
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "mfa" || SECRET.iter().any(|secret| name.ends_with(secret))
}

/// `secret` is set by the name of the member or by an enclosing shape.
fn shown(node: Node<'_>, value: &Value, secret: bool) -> Result<Value> {
    let secret = secret || node.is_sensitive();
    Ok(match (node.shape_type(), value) {
        _ if node.has(|t| t.document) => {
            if secret {
                MASK.into()
            } else {
                untyped(value)
            }
        }
        (ShapeType::Structure(structure), Value::Map(map)) => {
            let mut out = Map::with_capacity(map.len());
            for (key, value) in map {
                out.insert(
                    key.clone(),
                    match structure.member(key) {
                        Some((_, member)) => shown(node.member(member)?, value, secret || is_secret_name(key))?,
                        None if secret => MASK.into(),
                        None => untyped(value),
                    },
                );
            }
            Value::Map(out)
        }
        (ShapeType::Structure(_), Value::List(events)) => {
            Value::List(events.iter().map(|event| shown(node, event, secret)).collect::<Result<_>>()?)
        }
        (ShapeType::List(item), Value::List(list)) => {
            let item = node.follow(item)?;
            Value::List(list.iter().map(|value| shown(item, value, secret)).collect::<Result<_>>()?)
        }
        (ShapeType::Map { key, value: of }, Value::Map(map)) => {
            let hides_keys = secret || node.follow(key)?.is_sensitive();
            let of = node.follow(of)?;
            let key = |i: usize, key: &Str| match hides_keys {
                true if i == 0 => MASK.into(),
                true => format!("{MASK}{i}").into(),
                false => key.clone(),
            };
            let entries = map.iter().enumerate().map(|(i, (name, value))| Ok((key(i, name), shown(of, value, secret)?)));
            Value::Map(entries.collect::<Result<_>>()?)
        }
        (ShapeType::String | ShapeType::Blob, _) if secret && !value.is_null() => MASK.into(),
        (ShapeType::Integer | ShapeType::Long, Value::Int(_) | Value::Number(_)) if secret => Value::Int(0),
        (ShapeType::Float | ShapeType::Double, Value::Float(_) | Value::Int(_)) if secret => Value::Float(0.0),
        (ShapeType::Timestamp, Value::Timestamp(_)) if secret => Value::Timestamp(Timestamp::new(0, 0)),
        (ShapeType::Boolean, Value::Bool(_)) => value.clone(),
        // Also a value of the wrong type where there could be a secret.
        _ if (secret || node.can_hold_secrets()) && !value.is_null() => MASK.into(),
        _ => untyped(value),
    })
}

/// Handles values without a shape or with one that is not secret. URLs in them can still be signed.
fn untyped(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains("://") => without_signatures(text).into(),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => without_signatures(text).into(),
            Err(_) => value.clone(),
        },
        Value::List(list) => Value::List(list.iter().map(untyped).collect()),
        Value::Map(map) => Value::Map(map.iter().map(|(key, value)| (key.clone(), untyped(value))).collect()),
        // The content is not shown; the length distinguishes calls.
        Value::Stream(stream) => format!("{stream:?}").into(),
        _ => value.clone(),
    }
}

/// Masks the signatures of URLs in a text.
fn without_signatures(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme =
            rest[..at].rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |i| i + rest[i..].chars().next().map_or(1, char::len_utf8));
        let end = rest[at..].find(|c: char| c.is_whitespace() || "\"'<>\\`".contains(c)).map_or(rest.len(), |i| at + i);
        out.push_str(&rest[..scheme]);
        out.push_str(&masked_url(&rest[scheme..end]));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Service;
    use crate::value;

    #[test]
    fn secrets_are_masked_by_shape_by_name_and_in_urls() {
        let service = Service::parse(
            "test",
            r#"{"metadata": {}, "operations": {"Op": {"http": {"method": "POST"}, "input": {"shape": "In"}}}, "shapes": {
                "In": {"type": "structure", "members": {"Pin": {"shape": "Pin"}, "Keys": {"shape": "Keys"}, "SessionToken": {"shape": "Text"},
                    "NextToken": {"shape": "Text"}, "Url": {"shape": "Text"}, "Data": {"shape": "Data"}, "Doc": {"shape": "Doc"}}},
                "Pin": {"type": "integer", "sensitive": true}, "Text": {"type": "string"}, "Data": {"type": "blob"},
                "Keys": {"type": "list", "member": {"shape": "Key"}, "sensitive": true},
                "Doc": {"type": "structure", "members": {}, "document": true},
                "Key": {"type": "structure", "members": {"Id": {"shape": "Text"}, "On": {"shape": "Bool"}}}, "Bool": {"type": "boolean"}}}"#,
        )
        .unwrap();
        let input = service.input(service.operation("Op").unwrap()).unwrap();
        let url = "see https://h/k?a=1&X-Amz-Signature=abc, \"http://h/?X-Amz-Security-Token=t\" é://x";
        let given = value!({"Pin": 1234, "Keys": [{"Id": "k", "On": true}], "SessionToken": "t", "NextToken": "n", "Url": url,
            "Data": b"text", "Doc": {"u": "https://h/?Signature=x"}, "Foreign": b"\xff"});
        let expected = value!({"Pin": 0, "Keys": [{"Id": "***", "On": true}], "SessionToken": "***", "NextToken": "n",
            "Url": "see https://h/k?a=1&X-Amz-Signature=*** \"http://h/?X-Amz-Security-Token=***\" é://x", "Data": "text",
            "Doc": {"u": "https://h/?Signature=***"}, "Foreign": b"\xff"});
        let shown = readable(input, given.as_map().unwrap()).unwrap();
        assert_eq!(Value::Map(shown), expected);
    }
}
