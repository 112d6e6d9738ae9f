//! Compiles lists of rules: serde reads the JSON into plain structures, and one pass over them assigns a slot to each name.

use std::borrow::Cow;
use std::fmt;
use std::sync::{OnceLock, PoisonError};

use memchr::memmem;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::*;
use crate::definition::json::{Object, Text};
use crate::error::{Error, ErrorKind, Result};
use crate::value::Map;

/// Compiles the parameters; the rules remain text. A list of rules is compiled by [`list`].
pub(super) fn rule_set(json: &[u8]) -> Result<RuleSet> {
    let json = std::str::from_utf8(json).map_err(|e| Error::new(ErrorKind::InvalidDefinition, e.to_string()).with_source(e))?;
    let Some((file, lists)) = split::split(json) else {
        return Err(not_json(serde_json::from_str::<de::IgnoredAny>(json).err().unwrap_or_else(|| de::Error::custom("it is incomplete"))));
    };
    let raw: RawRuleSet<'_> = serde_json::from_str(&file).map_err(not_json)?;
    let mut names = Names::default();
    let declared = raw.parameters.0.into_iter().map(|(name, raw)| parameter(name.into(), raw, &mut names));
    let mut parameters = declared.collect::<Result<Box<[Parameter]>>>()?;
    for parameter in &mut parameters {
        parameter.used = mentions(json, &parameter.name);
    }
    if raw.rules != 0 || lists.is_empty() {
        return Err(invalid("rules", "It must be a list.".to_owned()));
    }
    let lists = lists.into_iter().map(|text| Rules { text, compiled: OnceLock::new() }).collect();
    Ok(RuleSet { parameters, lists, names: Mutex::new(names) })
}

/// Returns whether rules read a variable: by a reference, or in a template. The key of its declaration is none.
fn mentions(rules: &str, name: &str) -> bool {
    memmem::find_iter(rules.as_bytes(), name).any(|start| {
        let (before, after) = (&rules[..start], &rules[start + name.len()..]);
        let is_value = |after: &str| !after.trim_start().starts_with(':');
        let is_reference = before.ends_with('"') && after.strip_prefix('"').is_some_and(is_value);
        is_reference || (before.ends_with('{') && after.starts_with(['}', '#']))
    })
}

/// Compiles a list of rules of `set`, apart from the nested ones.
pub(super) fn list(set: &RuleSet, number: usize) -> Result<Box<[Rule]>> {
    let path = path_of(set, number);
    let raw: Vec<RawRule<'_>> = serde_json::from_str(&set.lists[number].text.text).map_err(|e| {
        let place = not_json(e);
        if number == 0 { place } else { place.with_place(&path) }
    })?;
    // A number that the file itself contains could lead back to the same list.
    let is_nested = |(i, raw): (usize, &RawRule<'_>)| {
        raw.rules.is_none_or(|nested| set.lists.get(nested).is_some_and(|list| list.text.owner == Some((number, i))))
    };
    if let Some(i) = (0..raw.len()).find(|i| !is_nested((*i, &raw[*i]))) {
        return Err(invalid(&format!("{path}[{i}]"), "The member rules must be a list.".to_owned()));
    }
    let names = &mut set.names.lock().unwrap_or_else(PoisonError::into_inner);
    raw.into_iter().enumerate().map(|(i, raw)| rule(raw, &|| format!("{path}[{i}]"), names)).collect()
}

/// Returns the path of a list in the file, such as `rules[0].rules`.
fn path_of(set: &RuleSet, number: usize) -> String {
    match set.lists[number].text.owner {
        Some((owner, rule)) => format!("{}[{rule}].rules", path_of(set, owner)),
        None => "rules".to_owned(),
    }
}

fn not_json(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidDefinition, error.to_string()).with_source(error)
}

#[derive(Deserialize)]
struct RawRuleSet<'a> {
    #[serde(borrow, default)]
    parameters: Object<'a, RawParameter>,
    rules: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawParameter {
    r#type: Str,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    default: Value,
    #[serde(default)]
    built_in: Option<Str>,
}

#[derive(Deserialize)]
struct RawRule<'a> {
    #[serde(borrow)]
    r#type: Text<'a>,
    #[serde(borrow, default)]
    conditions: Vec<RawNode<'a>>,
    #[serde(default)]
    rules: Option<usize>,
    #[serde(borrow, default)]
    endpoint: Option<RawEndpoint<'a>>,
    #[serde(borrow, default)]
    error: Option<RawExpression<'a>>,
}

#[derive(Deserialize)]
struct RawEndpoint<'a> {
    #[serde(borrow)]
    url: RawExpression<'a>,
    #[serde(borrow, default)]
    headers: Object<'a, Vec<RawExpression<'a>>>,
    #[serde(default)]
    properties: Map,
}

/// A reference or a call.
#[derive(Deserialize)]
struct RawNode<'a> {
    #[serde(borrow, default)]
    r#ref: Option<Text<'a>>,
    #[serde(borrow, default)]
    r#fn: Option<Text<'a>>,
    #[serde(borrow, default)]
    argv: Vec<RawExpression<'a>>,
    #[serde(borrow, default)]
    assign: Option<Text<'a>>,
}

enum RawExpression<'a> {
    Text(Cow<'a, str>),
    Constant(Value),
    Node(RawNode<'a>),
}

impl<'de: 'a, 'a> Deserialize<'de> for RawExpression<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExpressionVisitor)
    }
}

struct ExpressionVisitor;

impl<'de> Visitor<'de> for ExpressionVisitor {
    type Value = RawExpression<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a literal, a reference, or a function call")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(RawExpression::Text(text.into()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(RawExpression::Text(text.to_owned().into()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(RawExpression::Constant(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(RawExpression::Constant(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(RawExpression::Constant(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(RawExpression::Constant(value.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(RawExpression::Constant(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(items)).map(RawExpression::Constant)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        RawNode::deserialize(MapAccessDeserializer::new(map)).map(RawExpression::Node)
    }
}

impl Names {
    fn slot(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        self.list.push(name.into());
        self.slots.insert(name.into(), self.list.len() - 1);
        self.list.len() - 1
    }
}

fn parameter(name: Str, raw: RawParameter, names: &mut Names) -> Result<Parameter> {
    let kind = match raw.r#type.to_ascii_lowercase().as_str() {
        "string" => ParameterType::String,
        "boolean" => ParameterType::Boolean,
        "stringarray" => ParameterType::StringArray,
        _ => {
            let what = format!("Unknown parameter type: {}. A parameter must be of type string, boolean, or stringarray.", raw.r#type);
            return Err(invalid(&format!("parameters.{name}"), what));
        }
    };
    names.slot(&name);
    Ok(Parameter { name, kind, required: raw.required, default: raw.default, built_in: raw.built_in, used: false })
}

/// `path` is only called for error messages.
fn rule(raw: RawRule<'_>, path: &dyn Fn() -> String, names: &mut Names) -> Result<Rule> {
    let missing = |member: &str| invalid(&path(), format!("A rule of type {} must have the member {member}.", raw.r#type.0));
    let conditions = raw.conditions.into_iter().map(|node| call(node, path, names)).collect::<Result<_>>()?;
    let outcome = match &*raw.r#type.0 {
        "tree" => Outcome::Tree(raw.rules.ok_or_else(|| missing("rules"))?),
        "endpoint" => Outcome::Endpoint(Box::new(endpoint(raw.endpoint.ok_or_else(|| missing("endpoint"))?, path, names)?)),
        "error" => Outcome::Error(expression(raw.error.ok_or_else(|| missing("error"))?, path, names)?),
        other => {
            return Err(invalid(&path(), format!("Unknown rule type: {other}. A rule must be of type tree, endpoint, or error.")));
        }
    };
    Ok(Rule { conditions, outcome })
}

fn call(raw: RawNode<'_>, path: &dyn Fn() -> String, names: &mut Names) -> Result<Call> {
    let Some(Text(name)) = raw.r#fn else {
        return Err(invalid(&path(), "A condition must have the member fn.".to_owned()));
    };
    let (function, arity) = function(&name);
    if arity.is_some_and(|arity| arity != raw.argv.len()) {
        return Err(invalid(&path(), format!("The function {name} does not take {} arguments.", raw.argv.len())));
    }
    let arguments = raw.argv.into_iter().map(|raw| expression(raw, path, names)).collect::<Result<_>>()?;
    Ok(Call { function, arguments, assign: raw.assign.map(|Text(name)| names.slot(&name)) })
}

/// Returns the function with this name, and its number of arguments.
fn function(name: &str) -> (Function, Option<usize>) {
    let (function, arity) = match name {
        "isSet" => (Function::IsSet, 1),
        "not" => (Function::Not, 1),
        "getAttr" => (Function::GetAttr, 2),
        "stringEquals" => (Function::StringEquals, 2),
        "booleanEquals" => (Function::BooleanEquals, 2),
        "parseURL" => (Function::ParseUrl, 1),
        "isValidHostLabel" => (Function::IsValidHostLabel, 2),
        "uriEncode" => (Function::UriEncode, 1),
        "substring" => (Function::Substring, 4),
        "aws.partition" => (Function::Partition, 1),
        "aws.parseArn" => (Function::ParseArn, 1),
        "aws.isVirtualHostableS3Bucket" => (Function::IsVirtualHostableS3Bucket, 2),
        _ => return (Function::Unknown(name.into()), None),
    };
    (function, Some(arity))
}

fn expression(raw: RawExpression<'_>, path: &dyn Fn() -> String, names: &mut Names) -> Result<Expression> {
    Ok(match raw {
        RawExpression::Constant(value) => Expression::Constant(value),
        RawExpression::Text(text) => match template(&text, path, names)? {
            Some(template) => Expression::Template(template),
            None => Expression::Constant(Value::String(text.into())),
        },
        RawExpression::Node(RawNode { r#ref: Some(Text(name)), .. }) => Expression::Reference(names.slot(&name)),
        RawExpression::Node(node) => Expression::Call(Box::new(call(node, path, names)?)),
    })
}

fn endpoint(raw: RawEndpoint<'_>, path: &dyn Fn() -> String, names: &mut Names) -> Result<EndpointTemplate> {
    let url = expression(raw.url, path, names)?;
    let mut headers = Vec::with_capacity(raw.headers.0.len());
    for (name, values) in raw.headers.0 {
        if let Some(first) = values.into_iter().next() {
            headers.push((name.into(), expression(first, path, names)?));
        }
    }
    let properties = tree(&Value::Map(raw.properties), path, names)?;
    Ok(EndpointTemplate { url, headers: headers.into(), properties })
}

/// Compiles a document. Without templates, it is a constant.
fn tree(value: &Value, path: &dyn Fn() -> String, names: &mut Names) -> Result<Tree> {
    Ok(match value {
        Value::String(text) => match template(text, path, names)? {
            Some(template) => Tree::Template(template),
            None => Tree::Constant(value.clone()),
        },
        Value::List(items) => {
            let items = items.iter().map(|item| tree(item, path, names)).collect::<Result<Box<[_]>>>()?;
            if items.iter().all(Tree::is_constant) { Tree::Constant(value.clone()) } else { Tree::List(items) }
        }
        Value::Map(members) => {
            let members = members
                .iter()
                .map(|(key, member)| Ok((key.clone(), tree(member, path, names)?)))
                .collect::<Result<Box<[(Str, Tree)]>>>()?;
            if members.iter().all(|(_, member)| member.is_constant()) { Tree::Constant(value.clone()) } else { Tree::Map(members) }
        }
        other => Tree::Constant(other.clone()),
    })
}

impl Tree {
    fn is_constant(&self) -> bool {
        matches!(self, Tree::Constant(_))
    }
}

/// Returns the parts of `text` if it is a template, that is, contains a `{name}` of letters and `#`. In a template, `{{` and `}}`
/// are literal braces; in other text, they are unchanged.
fn template(text: &str, path: &dyn Fn() -> String, names: &mut Names) -> Result<Option<Template>> {
    if !has_placeholder(text) {
        return Ok(None);
    }
    let broken = || invalid(&path(), format!("The template {text:?} contains a single brace."));
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        literal.push_str(before);
        if brace.starts_with("{{") || brace.starts_with("}}") {
            literal.push_str(&brace[..1]);
            rest = &brace[2..];
            continue;
        }
        let end = brace.find('}').filter(|end| *end > 0).ok_or_else(broken)?;
        if !literal.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut literal).into()));
        }
        let mut names_in = brace[1..end].split('#');
        let slot = names.slot(names_in.next().unwrap_or_default());
        parts.push(Part::Variable { slot, path: names_in.map(Str::from).collect() });
        rest = &brace[end + 1..];
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Text(literal.into()));
    }
    Ok(Some(Template(parts.into())))
}

fn has_placeholder(text: &str) -> bool {
    text.match_indices('{').any(|(at, _)| {
        let name = &text[at + 1..];
        name.find('}').is_some_and(|end| end > 0 && name[..end].bytes().all(|b| b.is_ascii_alphabetic() || b == b'#'))
    })
}

fn invalid(path: &str, what: String) -> Error {
    Error::new(ErrorKind::InvalidDefinition, format!("{path}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<String> {
        let mut names = Names::default();
        let template = template(text, &|| "rules[0]".to_owned(), &mut names).unwrap()?;
        Some(
            template
                .0
                .iter()
                .map(|part| match part {
                    Part::Text(text) => format!("<{text}>"),
                    Part::Variable { slot, path } => format!("[{}{:?}]", names.list[*slot], path),
                })
                .collect(),
        )
    }

    #[test]
    fn templates_are_split_into_parts() {
        assert_eq!(parts("https://{A#b#c}.x").as_deref(), Some(r#"<https://>[A["b", "c"]]<.x>"#));
        assert_eq!(parts("{{{A}}}").as_deref(), Some("<{>[A[]]<}>"));
        assert_eq!(parts("{{c}}").as_deref(), Some("<{c}>"));
    }

    #[test]
    fn text_without_a_placeholder_is_not_a_template() {
        for text in ["plain", "{A-b}", "{A", "}", "{1}", "{}", "{{ 1 }}"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[test]
    fn a_parameter_is_used_if_rules_read_it() {
        for (rules, used) in [
            (r#"{"parameters": {"A" : {}}, "B": "AB {B}"}"#, false),
            (r#"{"argv": [{"ref":"A"}]}"#, true),
            (r#""https://{A}.x""#, true),
            (r#""https://{A#name}""#, true),
            (r#""https://{AB}""#, false),
        ] {
            assert_eq!(mentions(rules, "A"), used, "{rules}");
        }
    }

    #[test]
    fn mistakes_are_reported_with_their_paths() {
        let message = |json: &str| RuleSet::parse(json.as_bytes()).unwrap_err().to_string();
        let json = r#"{"parameters": {}, "rules": [{"type": "tree", "conditions": [], "rules": [{"type": "odd", "conditions": []}]}]}"#;
        assert_eq!(message(json), "rules[0].rules[0]: Unknown rule type: odd. A rule must be of type tree, endpoint, or error.");
        let json = r#"{"parameters": {"A": {"type": "int"}}, "rules": []}"#;
        assert!(message(json).starts_with("parameters.A: Unknown parameter type: int."));
        let json = r#"{"rules": [{"type": "error", "error": "x", "conditions": [{"fn": "isSet", "argv": []}]}]}"#;
        assert!(message(json).ends_with("rules[0]: The function isSet does not take 0 arguments."), "{}", message(json));
        let json = r#"{"rules": [{"type": "error", "error": "{A} }"}]}"#;
        assert!(message(json).contains("single brace"));
    }
}
