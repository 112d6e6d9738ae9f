//! Validation: compares the parameters of a call with the operation's input shape, before anything is serialized.
//!
//! Every problem is reported, in boto3's order. The setting `message_style` selects the wording: types of this library's data
//! model, or exactly boto3's. As in boto3, the constraints `max`, `pattern`, and `enum` are left to the service, unless the
//! setting `strict_validation` requests them: see [`strict`].
//!
//! # Differs from boto3
//!
//! - A null member of a structure counts as absent, unless the setting `omit_null_parameters` is false. Null keeps its meaning
//!   in documents, in lists, and in maps.
//! - In the plain style, the line of an unknown parameter names the nearest known ones.
//! - The value of a sensitive member is shown as `***`.
//! - A parameter of the wrong type that the endpoint depends on is reported alone and as an `EndpointResolutionError` for
//!   every service; boto3 reports those of some services here, with all others.

mod strict;

use std::borrow::Cow;
use std::fmt;

use super::Call;
use crate::definition::{Location, MASK, Node, ShapeType, Structure};
use crate::error::{Result, did_you_mean};
use crate::settings::{ClientSettings, MessageStyle};
use crate::text::python::{Repr, Type};
use crate::text::{Path, invalid};
use crate::value::{List, Map, Str, Timestamp, Value};

/// The stage before any hook: removes null parameters, so that hooks see them as absent.
pub(super) fn omit_null_parameters(call: &mut Call<'_>) -> Result<()> {
    match call.service.input(call.operation)? {
        Some(input) if call.client.settings.omit_null_parameters && call.params.iter().any(|(_, value)| value.is_null()) => {
            omit_null_members(input, &mut call.params)
        }
        _ => Ok(()),
    }
}

/// The stage: checks the parameters of a call, unless a setting switches that off, and removes null members at any depth.
pub(super) fn check(call: &mut Call<'_>) -> Result<()> {
    let Some(input) = call.service.input(call.operation)? else { return Ok(()) };
    let settings = &call.client.settings;
    let has_nulls = match settings.parameter_validation {
        true => validate(input, &call.params, Rules::of(settings))?,
        false => settings.omit_null_parameters && contains_null(&call.params),
    };
    if has_nulls { omit_nulls(input, &mut call.params, &Path::ROOT) } else { Ok(()) }
}

/// The rules of a validation.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    style: MessageStyle,
    /// Whether a null member of a structure counts as absent.
    omit_nulls: bool,
    /// Whether maximum values and lengths, patterns, and enumerations are checked, too.
    strict: bool,
    /// Recognizes placeholders. If present, the parameters can be incomplete: nothing is missing, a placeholder is valid
    /// anywhere, and a map is valid in place of a string, because hooks of a service can convert it.
    is_placeholder: Option<fn(&Value) -> bool>,
}

impl Rules {
    /// The rules of a client.
    pub(crate) fn of(settings: &ClientSettings) -> Rules {
        Rules {
            style: settings.message_style,
            omit_nulls: settings.omit_null_parameters,
            strict: settings.strict_validation,
            is_placeholder: None,
        }
    }

    /// The rules for what a service returns: newer services have values that the definition does not know.
    pub(crate) fn of_responses(self) -> Rules {
        Rules { strict: false, ..self }
    }

    /// The rules for incomplete parameters.
    pub(crate) fn partial(self, is_placeholder: fn(&Value) -> bool) -> Rules {
        Rules { is_placeholder: Some(is_placeholder), ..self }
    }
}

/// Compares `params` with the shape `input`. Valid parameters cost no allocation. Returns whether they contain null members
/// that count as absent.
///
/// # Errors
/// Of kind [`ErrorKind::ParamValidation`](crate::ErrorKind::ParamValidation), with a line for each problem; of kind
/// [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition) if a shape is broken.
pub(crate) fn validate(input: Node<'_>, params: &Map, rules: Rules) -> Result<bool> {
    let mut report = Report { rules, has_nulls: false, lines: String::new(), problems: List::default(), in_secret: input.is_sensitive() };
    if input.has(|t| t.document) {
        report.document_entries(params, &Path::ROOT)?;
    } else if let Some(structure) = input.structure() {
        report.structure(input, structure, params, &Path::ROOT)?;
    }
    match report.lines.is_empty() {
        true => Ok(report.has_nulls),
        false => Err(invalid(report.lines).with_detail("problems", report.problems)),
    }
}

/// Whether there is a null anywhere in the parameters.
fn contains_null(params: &Map) -> bool {
    let mut open: Vec<&Value> = params.values().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Null => return true,
            Value::List(list) => open.extend(list.iter()),
            Value::Map(map) => open.extend(map.values()),
            _ => {}
        }
    }
    false
}

/// Removes the null members of a structure. Documents and unknown members remain.
fn omit_null_members(node: Node<'_>, map: &mut Map) -> Result<()> {
    let mut omitted: Vec<Str> = Vec::new();
    for member in node.structure().map(|structure| structure.members.as_slice()).unwrap_or_default() {
        if map.get(&member.name).is_some_and(Value::is_null) && !node.member(member)?.has(|t| t.document) {
            omitted.push(member.name.clone());
        }
    }
    for name in omitted {
        map.remove(&name);
    }
    Ok(())
}

/// Removes the null members of structures at any depth.
pub(crate) fn omit_nulls(node: Node<'_>, map: &mut Map, path: &Path<'_>) -> Result<()> {
    if node.has(|t| t.document) {
        return Ok(());
    }
    omit_null_members(node, map)?;
    for member in node.structure().map(|structure| structure.members.as_slice()).unwrap_or_default() {
        if let Some(value) = map.get_mut(&member.name) {
            omit_nulls_inside(node.member(member)?, value, &path.name(&member.name))?;
        }
    }
    Ok(())
}

fn omit_nulls_inside(node: Node<'_>, value: &mut Value, path: &Path<'_>) -> Result<()> {
    path.check_depth()?;
    match (node.shape_type(), value) {
        (ShapeType::Structure(_), Value::Map(map)) => omit_nulls(node, map, path),
        (ShapeType::List(item), Value::List(list)) => {
            let item = node.follow(item)?;
            list.as_mut_vec().iter_mut().enumerate().try_for_each(|(i, value)| omit_nulls_inside(item, value, &path.index(i)))
        }
        (ShapeType::Map { value: of, .. }, Value::Map(map)) => {
            let of = node.follow(of)?;
            let keys: Vec<Str> = map.keys().map(Str::from).collect();
            keys.iter().try_for_each(|key| map.get_mut(key).map_or(Ok(()), |value| omit_nulls_inside(of, value, &path.name(key))))
        }
        _ => Ok(()),
    }
}

/// The report of one validation.
struct Report {
    rules: Rules,
    /// Whether there are null members that count as absent.
    has_nulls: bool,
    /// The lines so far.
    lines: String,
    /// The same as data: `path`, `kind`, and `message` of each problem.
    problems: List,
    /// Whether the current value is below a shape that is marked as sensitive.
    in_secret: bool,
}

impl Report {
    fn value(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
        let outside = self.in_secret;
        self.in_secret |= node.is_sensitive();
        let checked = self.check(node, value, path);
        self.in_secret = outside;
        checked
    }

    fn check(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) -> Result<()> {
        path.check_depth()?;
        if self.rules.is_placeholder.is_some_and(|is_placeholder| is_placeholder(value)) {
            return Ok(());
        }
        if node.has(|t| t.json_value) && node.location() == Some(Location::Header) {
            self.json_value(value, path);
            return Ok(());
        }
        match (node.shape_type(), value) {
            (ShapeType::Structure(_), _) if node.has(|t| t.document) => self.document(value, path)?,
            (ShapeType::Structure(structure), Value::Map(map)) => self.structure(node, structure, map, path)?,
            (ShapeType::List(_), Value::List(list)) => self.list(node, list, path)?,
            (ShapeType::Map { .. }, Value::Map(map)) => self.map(node, map, path)?,
            (ShapeType::String, Value::String(text)) => self.text(node, text, path),
            (ShapeType::Integer | ShapeType::Long, _) if is_integer(value) => self.range(node, value, path),
            (ShapeType::Float | ShapeType::Double, Value::Float(_) | Value::Number(_)) => self.range(node, value, path),
            (ShapeType::Float | ShapeType::Double, _) if is_integer(value) => self.range(node, value, path),
            (ShapeType::Boolean, Value::Bool(_)) => {}
            (ShapeType::Timestamp, _) if is_timestamp(value) => {}
            (ShapeType::Blob, Value::Bytes(_) | Value::String(_) | Value::Stream(_)) if self.rules.strict => self.size(node, value, path),
            (ShapeType::Blob, Value::Bytes(_) | Value::String(_) | Value::Stream(_)) => {}
            (ShapeType::String, Value::Map(_)) if self.rules.is_placeholder.is_some() => {}
            (shape_type, _) => self.type_line(node, value, path, &self.wanted(shape_type, node, value)),
        }
        Ok(())
    }

    fn structure(&mut self, node: Node<'_>, structure: &Structure, map: &Map, path: &Path<'_>) -> Result<()> {
        if node.has(|t| t.union) {
            let absent = if self.rules.omit_nulls { map.iter().filter(|(_, value)| value.is_null()).count() } else { 0 };
            self.union(structure, map.len() - absent, path);
        }
        if self.rules.is_placeholder.is_none() {
            for name in &structure.required {
                if !self.has_member(node, structure, map, name)? {
                    self.line("missing", path, format_args!("Missing required parameter in {}: \"{name}\"", Named(path)));
                }
            }
        }
        for key in map.keys().filter(|key| structure.member(key).is_none()) {
            self.unknown(structure, key, path);
        }
        for (key, value) in map {
            let Some((_, member)) = structure.member(key) else { continue };
            let member = node.service().node(&member.target)?;
            match self.is_omitted(member, value) {
                true => self.has_nulls = true,
                false => self.value(member, value, &path.name(key))?,
            }
        }
        Ok(())
    }

    /// Whether a member counts as absent.
    fn is_omitted(&self, member: Node<'_>, value: &Value) -> bool {
        self.rules.omit_nulls && value.is_null() && !member.has(|t| t.document)
    }

    fn has_member(&self, node: Node<'_>, structure: &Structure, map: &Map, name: &str) -> Result<bool> {
        match (map.get(name), structure.member(name)) {
            (Some(Value::Null), Some((_, member))) => Ok(!self.is_omitted(node.service().node(&member.target)?, &Value::Null)),
            (value, _) => Ok(value.is_some()),
        }
    }

    fn union(&mut self, structure: &Structure, count: usize, path: &Path<'_>) {
        let members = Names(structure);
        // boto3 has no space there.
        let space = if self.rules.style == MessageStyle::Boto3 { "" } else { " " };
        match count {
            1 => {}
            0 => self.line(
                "union",
                path,
                format_args!("Must set one of the following keys for tagged union{space}structure {}: {members}.", Named(path)),
            ),
            _ => self.line(
                "union",
                path,
                format_args!(
                    "Invalid number of parameters set for tagged union structure {}. Can only set one of the following keys: {members}.",
                    Named(path)
                ),
            ),
        }
    }

    fn unknown(&mut self, structure: &Structure, key: &str, path: &Path<'_>) {
        // The name is not masked inside a secret: names of members are not values.
        let near = match self.rules.style {
            MessageStyle::Boto3 => String::new(),
            MessageStyle::Plain => did_you_mean(key, structure.members.iter().map(|m| m.name.as_str())),
        };
        let near = if near.is_empty() { near } else { format!(" ({})", near.trim_start()) };
        self.line(
            "unknown",
            path,
            format_args!("Unknown parameter in {}: \"{key}\", must be one of: {}{near}", Named(path), Names(structure)),
        );
    }

    fn list(&mut self, node: Node<'_>, list: &List, path: &Path<'_>) -> Result<()> {
        let ShapeType::List(item) = node.shape_type() else { return Ok(()) };
        self.length(node, path, || list.len());
        let item = node.follow(item)?;
        list.iter().enumerate().try_for_each(|(i, value)| self.value(item, value, &path.index(i)))
    }

    fn map(&mut self, node: Node<'_>, map: &Map, path: &Path<'_>) -> Result<()> {
        let ShapeType::Map { key, value } = node.shape_type() else { return Ok(()) };
        if self.rules.strict {
            self.length(node, path, || map.len());
        }
        let (key_node, value_node) = (node.follow(key)?, node.follow(value)?);
        let hides_keys = self.in_secret || key_node.is_sensitive();
        for (key, value) in map {
            let shown = if hides_keys { MASK } else { key };
            self.key(key_node, key, &path.key(shown), hides_keys);
            self.value(value_node, value, &path.name(shown))?;
        }
        Ok(())
    }

    fn text(&mut self, node: Node<'_>, text: &str, path: &Path<'_>) {
        self.length(node, path, || text.chars().count());
        if self.rules.strict {
            self.known_value(node, text, path);
        }
    }

    fn key(&mut self, node: Node<'_>, key: &str, path: &Path<'_>, is_secret: bool) {
        let outside = std::mem::replace(&mut self.in_secret, is_secret);
        self.text(node, key, path);
        self.in_secret = outside;
    }

    fn length(&mut self, node: Node<'_>, path: &Path<'_>, length: impl Fn() -> usize) {
        // A part of the host name cannot be empty, whatever the definition says.
        let implied = if node.has(|t| t.host_label) { Some(1.0) } else { None };
        let (min, max) = (node.min().or(implied), node.max().filter(|_| self.rules.strict));
        if min.is_none() && max.is_none() {
            return;
        }
        let length = length();
        for (limit, name) in [(min.filter(|min| (length as f64) < *min), "min"), (max.filter(|max| length as f64 > *max), "max")] {
            if let Some(limit) = limit {
                self.line(
                    "length",
                    path,
                    format_args!("Invalid length for parameter {path}, value: {length}, valid {name} length: {limit}"),
                );
            }
        }
    }

    fn range(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>) {
        let (min, max) = (node.min(), node.max().filter(|_| self.rules.strict));
        if min.is_none() && max.is_none() {
            return;
        }
        let number = match value {
            Value::Bool(b) => f64::from(u8::from(*b)),
            _ => value.as_float().unwrap_or(f64::NAN),
        };
        for (limit, name) in [(min.filter(|min| number < *min), "min"), (max.filter(|max| number > *max), "max")] {
            let Some(limit) = limit else { continue };
            let decimal = Value::Float(limit);
            let limit: &dyn fmt::Display = if node.has(|t| t.decimal_min) { &Repr::top(&decimal) } else { &limit };
            let value = self.shown(node, value);
            self.line("range", path, format_args!("Invalid value for parameter {path}, value: {value}, valid {name} value: {limit}"));
        }
    }

    /// JSON inside a header can be any JSON value.
    fn json_value(&mut self, value: &Value, path: &Path<'_>) {
        let Some(foreign) = not_json(value) else { return };
        match self.rules.style {
            MessageStyle::Boto3 => self.line(
                "json",
                path,
                format_args!(
                    "Invalid parameter {path} must be json serializable: Object of type {} is not JSON serializable",
                    Type(foreign).name()
                ),
            ),
            MessageStyle::Plain => self.line(
                "json",
                path,
                format_args!("Invalid value for parameter {path}: JSON cannot represent a value of type {}", foreign.type_name()),
            ),
        }
    }

    /// Untyped data.
    fn document(&mut self, value: &Value, path: &Path<'_>) -> Result<()> {
        path.check_depth()?;
        match value {
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Number(_) | Value::String(_) => Ok(()),
            Value::List(list) => list.iter().enumerate().try_for_each(|(i, value)| self.document(value, &path.index(i))),
            Value::Map(map) => self.document_entries(map, path),
            Value::Bytes(_) | Value::Timestamp(_) | Value::Set(_) | Value::Stream(_) => {
                let style = self.rules.style;
                let (shown, actual) = (Shown((!self.in_secret).then_some(value), style), TypeName(value, style));
                let wanted = match style {
                    MessageStyle::Plain => "string, number, boolean, list, map, null",
                    MessageStyle::Boto3 => "<class 'str'>, <class 'int'>, <class 'bool'>, <class 'float'>, <class 'list'>, <class 'dict'>",
                };
                let line =
                    format_args!("Invalid type for document parameter {path}, value: {shown}, type: {actual}, valid types: {wanted}");
                self.line("type", path, line);
                Ok(())
            }
        }
    }

    fn document_entries(&mut self, map: &Map, path: &Path<'_>) -> Result<()> {
        let (style, hides_keys) = (self.rules.style, self.in_secret);
        map.iter().try_for_each(|(key, value)| {
            let key = if hides_keys { MASK } else { key };
            match style {
                // boto3's path starts again at the key.
                MessageStyle::Boto3 => self.document(value, &path.restart(key)),
                MessageStyle::Plain => self.document(value, &path.name(key)),
            }
        })
    }

    /// The types that a shape accepts, and why a text is not a timestamp.
    fn wanted(&self, shape_type: &ShapeType, node: Node<'_>, value: &Value) -> Cow<'static, str> {
        let types = wanted(shape_type, self.rules.style);
        match (shape_type, value, self.shown(node, value)) {
            (ShapeType::Timestamp, Value::String(text), Shown(Some(_), MessageStyle::Plain)) => match Timestamp::parse(text) {
                Err(error) => format!("{types} ({})", error.message()).into(),
                Ok(_) => types.into(),
            },
            _ => types.into(),
        }
    }

    fn type_line(&mut self, node: Node<'_>, value: &Value, path: &Path<'_>, wanted: &str) {
        let style = self.rules.style;
        let (shown, actual) = (self.shown(node, value), TypeName(value, style));
        self.line("type", path, format_args!("Invalid type for parameter {path}, value: {shown}, type: {actual}, valid types: {wanted}"));
    }

    /// A value as messages show it, without the secrets in it.
    fn shown<'v>(&self, node: Node<'_>, value: &'v Value) -> Shown<'v> {
        Shown((!self.in_secret && !node.can_hold_secrets()).then_some(value), self.rules.style)
    }

    fn line(&mut self, kind: &str, path: &Path<'_>, line: fmt::Arguments<'_>) {
        let line = line.to_string();
        if !self.lines.is_empty() {
            self.lines.push('\n');
        }
        self.lines.push_str(&line);
        let problem = [("path", Value::from(path.to_string())), ("kind", kind.into()), ("message", line.into())];
        self.problems.push(problem.into_iter().collect::<Map>());
    }
}

/// The types that a shape accepts.
fn wanted(shape_type: &ShapeType, style: MessageStyle) -> &'static str {
    let (plain, boto3) = match shape_type {
        ShapeType::Structure(_) | ShapeType::Map { .. } => ("map", "<class 'dict'>"),
        ShapeType::List(_) => ("list", "<class 'list'>, <class 'tuple'>"),
        ShapeType::String => ("string", "<class 'str'>"),
        ShapeType::Integer | ShapeType::Long => ("integer", "<class 'int'>"),
        ShapeType::Float | ShapeType::Double => ("number", "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>"),
        ShapeType::Boolean => ("boolean", "<class 'bool'>"),
        ShapeType::Timestamp => ("timestamp, string or number that is one", "<class 'datetime.datetime'>, timestamp-string"),
        ShapeType::Blob => ("blob, string, stream", "<class 'bytes'>, <class 'bytearray'>, file-like object"),
    };
    match style {
        MessageStyle::Plain => plain,
        MessageStyle::Boto3 => boto3,
    }
}

/// As in boto3, a boolean is accepted as 0 or 1.
fn is_integer(value: &Value) -> bool {
    match value {
        Value::Int(_) | Value::Bool(_) => true,
        Value::Number(n) => n.is_integer(),
        _ => false,
    }
}

fn is_timestamp(value: &Value) -> bool {
    match value {
        Value::Timestamp(_) | Value::Bool(_) => true,
        Value::Int(n) => Timestamp::checked(*n, 0).is_some(),
        Value::Float(n) => Timestamp::from_f64(*n).is_some(),
        Value::Number(n) => Timestamp::parse(n.as_str()).is_ok(),
        Value::String(text) => Timestamp::parse(text).is_ok(),
        _ => false,
    }
}

/// Returns the first nested value that JSON cannot represent. Excessive nesting is detected when the value is written.
fn not_json(value: &Value) -> Option<&Value> {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Bytes(_) | Value::Timestamp(_) | Value::Set(_) | Value::Stream(_) => return Some(value),
            Value::List(list) => open.extend(list.iter().rev()),
            Value::Map(map) => {
                let first = open.len();
                open.extend(map.values());
                open[first..].reverse();
            }
            _ => {}
        }
    }
    None
}

/// The path of a structure; the parameters themselves are called `input`.
struct Named<'a>(&'a Path<'a>);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_root() { f.write_str("input") } else { fmt::Display::fmt(self.0, f) }
    }
}

/// The names of all members.
struct Names<'a>(&'a Structure);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, member) in self.0.members.iter().enumerate() {
            write!(f, "{}{}", if i > 0 { ", " } else { "" }, member.name)?;
        }
        Ok(())
    }
}

/// A value in a message, masked if the definition marks it as sensitive.
struct Shown<'a>(Option<&'a Value>, MessageStyle);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (None, _) => f.write_str(MASK),
            (Some(value), MessageStyle::Plain) => write!(f, "{value:?}"),
            (Some(value), MessageStyle::Boto3) => Repr::top(value).fmt(f),
        }
    }
}

/// The type of a value in a message.
struct TypeName<'a>(&'a Value, MessageStyle);

impl fmt::Display for TypeName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            MessageStyle::Plain => f.write_str(self.0.type_name()),
            MessageStyle::Boto3 => Type(self.0).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Service;
    use crate::{ErrorKind, value};

    const SERVICE: &str = r#"{"metadata": {}, "operations": {"Op": {"http": {"method": "POST"}, "input": {"shape": "In"}}}, "shapes": {
        "In": {"type": "structure", "required": ["Name"], "members": {"Name": {"shape": "Name"}, "Count": {"shape": "Count"},
            "Tags": {"shape": "Tags"}, "Labels": {"shape": "Labels"}, "Choice": {"shape": "Choice"}, "Doc": {"shape": "Doc"},
            "Rate": {"shape": "Rate"}, "When": {"shape": "When"}, "Secret": {"shape": "Secret"}, "Host": {"shape": "Text", "hostLabel": true},
            "Context": {"shape": "Text", "jsonvalue": true, "location": "header", "locationName": "x-context"}}},
        "Name": {"type": "string", "min": 2}, "Count": {"type": "integer", "min": 3}, "Rate": {"type": "double", "min": 1.0}, "Text": {"type": "string"},
        "Tags": {"type": "list", "member": {"shape": "Tag"}, "min": 1},
        "Tag": {"type": "structure", "members": {"Key": {"shape": "Text"}, "Value": {"shape": "Text"}}, "required": ["Key", "Value"]},
        "Labels": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Tags"}},
        "Choice": {"type": "structure", "union": true, "members": {"a": {"shape": "Text"}, "b": {"shape": "Text"}}},
        "Doc": {"type": "structure", "members": {}, "document": true}, "When": {"type": "timestamp"},
        "Secret": {"type": "string", "sensitive": true}}}"#;

    const BOTO3: Rules = Rules { style: MessageStyle::Boto3, omit_nulls: false, strict: false, is_placeholder: None };
    const PLAIN: Rules = Rules { style: MessageStyle::Plain, omit_nulls: true, strict: false, is_placeholder: None };

    /// The lines of the report on `params`, in boto3's style.
    fn report(params: Value) -> Vec<String> {
        report_with(BOTO3, params)
    }

    fn report_with(rules: Rules, params: Value) -> Vec<String> {
        let service = Service::parse("test", SERVICE).unwrap();
        let input = service.input(service.operation("Op").unwrap()).unwrap().unwrap();
        match validate(input, params.as_map().unwrap(), rules) {
            Ok(_) => Vec::new(),
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::ParamValidation);
                e.message().lines().skip(1).map(str::to_owned).collect()
            }
        }
    }

    #[test]
    fn valid_parameters_pass() {
        let params = value!({"Name": "éé", "Count": 3, "Tags": [{"Key": "k", "Value": ""}], "Choice": {"a": "x"},
            "Doc": {"any": [1, null, {"thing": 1.5}]}, "When": "2015-01-25", "Host": "h", "Context": {"a": 1}});
        assert!(report(params).is_empty());
    }

    #[test]
    fn every_problem_is_reported_in_boto3s_order() {
        let params = value!({"Count": 2, "Naem": "x", "Tags": [{"Value": 1}, "x"], "Labels": {"k": []}});
        let members = "Name, Count, Tags, Labels, Choice, Doc, Rate, When, Secret, Host, Context";
        assert_eq!(
            report(params),
            [
                "Missing required parameter in input: \"Name\"".to_owned(),
                format!("Unknown parameter in input: \"Naem\", must be one of: {members}"),
                "Invalid value for parameter Count, value: 2, valid min value: 3".to_owned(),
                "Missing required parameter in Tags[0]: \"Key\"".to_owned(),
                "Invalid type for parameter Tags[0].Value, value: 1, type: <class 'int'>, valid types: <class 'str'>".to_owned(),
                "Invalid type for parameter Tags[1], value: x, type: <class 'str'>, valid types: <class 'dict'>".to_owned(),
                "Invalid length for parameter Labels (key: k), value: 1, valid min length: 2".to_owned(),
                "Invalid length for parameter Labels.k, value: 0, valid min length: 1".to_owned(),
            ]
        );
    }

    #[test]
    fn unions_documents_and_headers_have_their_own_lines() {
        let line = |key: &str, value: Value| {
            let mut params = Map::from_iter([("Name", "nn")]);
            params.insert(key, value);
            report(Value::Map(params)).join("\n")
        };
        assert_eq!(line("Choice", value!({})), "Must set one of the following keys for tagged unionstructure Choice: a, b.");
        assert!(line("Choice", value!({"a": "1", "b": "2"})).ends_with("structure Choice. Can only set one of the following keys: a, b."));
        assert!(
            line("Doc", value!({"q": {"r": [b"z"]}}))
                .starts_with("Invalid type for document parameter r[0], value: b'z', type: <class 'bytes'>")
        );
        assert!(line("Context", value!([b"z"])).ends_with("must be json serializable: Object of type bytes is not JSON serializable"));
        assert_eq!(line("Host", value!("")), "Invalid length for parameter Host, value: 0, valid min length: 1");
        assert_eq!(line("Rate", value!(0.5)), "Invalid value for parameter Rate, value: 0.5, valid min value: 1.0");
        assert!(
            line("When", value!("x"))
                .ends_with("value: x, type: <class 'str'>, valid types: <class 'datetime.datetime'>, timestamp-string")
        );
        assert!(line("Name", value!(null)).contains("value: None, type: <class 'NoneType'>"));
    }

    #[test]
    fn the_plain_style_uses_the_names_of_the_data_model_and_suggests_members() {
        let lines = |params: Value| report_with(PLAIN, params);
        let members = "Name, Count, Tags, Labels, Choice, Doc, Rate, When, Secret, Host, Context";
        assert_eq!(
            lines(value!({"Naem": "x", "Count": "3", "Tags": {}, "Labels": [b"z"], "Choice": 1.5})),
            [
                "Missing required parameter in input: \"Name\"".to_owned(),
                format!("Unknown parameter in input: \"Naem\", must be one of: {members} (Did you mean Name?)"),
                "Invalid type for parameter Count, value: \"3\", type: string, valid types: integer".to_owned(),
                "Invalid type for parameter Tags, value: {}, type: map, valid types: list".to_owned(),
                format!("Invalid type for parameter Labels, value: {:?}, type: list, valid types: map", value!([b"z"])),
                "Invalid type for parameter Choice, value: 1.5, type: number, valid types: map".to_owned(),
            ]
        );
        assert_eq!(
            lines(value!({"Name": "nn", "Doc": {"q": {"r": [b"z"]}}, "Choice": {}, "When": "2024-01-02 03:04 CEST", "Context": [b"z"]})),
            [
                format!(
                    "Invalid type for document parameter Doc.q.r[0], value: {:?}, type: blob, valid types: string, number, boolean, list, \
                     map, null",
                    value!(b"z")
                ),
                "Must set one of the following keys for tagged union structure Choice: a, b.".to_owned(),
                "Invalid type for parameter When, value: \"2024-01-02 03:04 CEST\", type: string, valid types: timestamp, string or \
                 number that is one (Invalid timestamp \"2024-01-02 03:04 CEST\": the time zone \"CEST\" is unknown; use an offset such as \
                 +01:00)"
                    .to_owned(),
                "Invalid value for parameter Context: JSON cannot represent a value of type blob".to_owned(),
            ]
        );
    }

    #[test]
    fn null_members_count_as_absent_except_in_documents_lists_and_maps() {
        let service = Service::parse("test", SERVICE).unwrap();
        let input = service.input(service.operation("Op").unwrap()).unwrap().unwrap();
        let given = value!({"Name": "nn", "Count": null, "Doc": {"a": null}, "Choice": {"a": "x", "b": null},
            "Tags": [{"Key": "k", "Value": "v"}], "Labels": {"kk": [{"Key": "k", "Value": "v"}]}, "Context": null});
        let mut params = given.as_map().unwrap().clone();
        assert!(validate(input, &params, PLAIN).unwrap());
        omit_nulls(input, &mut params, &Path::ROOT).unwrap();
        let expected = value!({"Name": "nn", "Doc": {"a": null}, "Choice": {"a": "x"},
            "Tags": [{"Key": "k", "Value": "v"}], "Labels": {"kk": [{"Key": "k", "Value": "v"}]}});
        assert_eq!(Value::Map(params.clone()), expected);
        assert!(!validate(input, &params, PLAIN).unwrap());

        assert_eq!(
            report_with(PLAIN, value!({"Name": null, "Tags": [null, {"Key": null, "Value": "v"}], "Labels": {"kk": null}, "Naem": null})),
            [
                "Missing required parameter in input: \"Name\"",
                "Unknown parameter in input: \"Naem\", must be one of: Name, Count, Tags, Labels, Choice, Doc, Rate, When, Secret, Host, \
                 Context (Did you mean Name?)",
                "Invalid type for parameter Tags[0], value: null, type: null, valid types: map",
                "Missing required parameter in Tags[1]: \"Key\"",
                "Invalid type for parameter Labels.kk, value: null, type: null, valid types: list",
            ]
        );
    }

    #[test]
    fn secrets_are_not_printed() {
        let lines = report(value!({"Name": "nn", "Secret": 271828}));
        assert_eq!(lines, ["Invalid type for parameter Secret, value: ***, type: <class 'int'>, valid types: <class 'str'>"]);
    }
}
