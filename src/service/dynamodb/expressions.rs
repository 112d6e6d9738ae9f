//! Expressions in the parameters of a request: strings that are checked before sending, and the hook that replaces them and
//! conditions with text, names, and values.

use super::condition::{Condition, wrong};
use super::placeholders::Builder;
use super::syntax::{self, ExpressionKind, SyntaxError};
use crate::definition::Node;
use crate::error::{Error, ErrorKind, Result};
use crate::text::Path;
use crate::value::{Map, Str, Value};

/// The member with the names of placeholders, which every structure with expressions has.
pub(super) const NAMES: &str = "ExpressionAttributeNames";
const VALUES: &str = "ExpressionAttributeValues";

/// The members of the data form of an [`Expr`].
const TEXT: &str = "expression";
const WITH: &str = "with";

/// The shapes of expressions. As in boto3, conditions are numbered before key conditions.
const SHAPES: [(&str, ExpressionKind); 4] = [
    ("ConditionExpression", ExpressionKind::Condition),
    ("KeyExpression", ExpressionKind::KeyCondition),
    ("UpdateExpression", ExpressionKind::Update),
    ("ProjectionExpression", ExpressionKind::Projection),
];

/// A string expression that is checked before it is sent, from [`expr`].
///
/// Resources, and clients after [`plain`](super::plain), accept it as every kind of expression. It converts into a
/// [`Value`]: its data form `{"expression": "a > :min", "with": {":min": 5}}`, which hosts write themselves.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an expression has no effect until it is part of a request"]
pub struct Expr {
    text: Str,
    placeholders: Map,
}

/// Creates an expression from its text and a map with the plain values of its `:value` placeholders and the attribute names of
/// its `#name` placeholders.
///
/// Before anything is sent, the expression is checked: its syntax, reserved words, functions and the types of their operands,
/// and overlapping paths. Every placeholder must be defined, in the map or among the request's own placeholders, and every
/// entry of the map must be used.
///
/// ```
/// use tucuxi::dynamodb::{self, ExpressionKind};
/// use tucuxi::{Credentials, Session, value};
///
/// let session = Session::builder().region("us-east-1").credentials(Credentials::new("AKID", "SECRET")).build()?;
/// let client = dynamodb::plain(&session.client("dynamodb")?)?;
/// let update = dynamodb::expr("SET #s = :new ADD visits :one", value!({"#s": "status", ":new": "seen", ":one": 1}));
/// client.prepare("update_item", value!({"TableName": "fish", "Key": {"name": "boto"}, "UpdateExpression": update}))?;
///
/// let error = dynamodb::expr("kg >> :min", value!({":min": 5})).check(ExpressionKind::Condition).unwrap_err();
/// assert_eq!(error.message(), "position 4 of \"kg >> :min\": expected a document path or a value, found \">\"");
/// assert_eq!(error.details()["position"], 4);
/// # Ok::<(), tucuxi::Error>(())
/// ```
pub fn expr(text: impl Into<Str>, placeholders: impl Into<Value>) -> Expr {
    let placeholders = match placeholders.into() {
        Value::Map(map) => map,
        _ => Map::new(),
    };
    Expr { text: text.into(), placeholders }
}

impl Expr {
    /// Checks the expression on its own.
    ///
    /// # Errors
    /// Returns [`ErrorKind::ParamValidation`] with the detail `position`, counted in characters from 0, if the expression is
    /// invalid or contains an undefined placeholder, and without it if a placeholder is unused or malformed.
    pub fn check(&self, kind: ExpressionKind) -> Result<()> {
        self.check_with(kind, &Map::new()).map(|_| ())
    }

    /// Checks the expression in a request that defines other placeholders.
    fn check_with(&self, kind: ExpressionKind, others: &Map) -> Result<()> {
        for (placeholder, value) in &self.placeholders {
            let is_name = placeholder.starts_with('#');
            if !is_name && !placeholder.starts_with(':') {
                return Err(invalid(format!("The placeholder {placeholder:?} must start with \"#\" or \":\"")));
            }
            if is_name && value.as_str().is_none() {
                return Err(invalid(format!(
                    "The placeholder {placeholder} must stand for a string, not a value of type {}",
                    value.type_name()
                )));
            }
            if others.get(placeholder).is_some_and(|other| other != value) {
                return Err(invalid(format!("The placeholder {placeholder} is already used for something else in the request")));
            }
            if !syntax::uses(&self.text, placeholder) {
                return Err(invalid(format!("The placeholder {placeholder} is not used in {:?}", self.text.as_str())));
            }
        }
        let mut defined = others.clone();
        defined.extend(self.placeholders.clone());
        syntax::check(kind, &self.text, &defined).map(|_| ()).map_err(|error| self.error(error))
    }

    fn error(&self, error: SyntaxError) -> Error {
        let position = self.text[..error.at].chars().count();
        let text = self.text.as_str();
        invalid(format!("position {position} of {text:?}: {}", error.message))
            .with_detail("position", position)
            .with_detail("expression", text)
    }

    /// Reads the data form.
    fn read(map: &Map, path: &Path<'_>) -> Result<Expr> {
        let text = map[TEXT].as_str().ok_or_else(|| wrong(&path.name(TEXT), "the text of an expression must be a string"))?;
        let placeholders = match &map[WITH] {
            Value::Null => Map::new(),
            Value::Map(map) => map.clone(),
            other => return Err(wrong(&path.name(WITH), &format!("expected a map, not a value of type {}", other.type_name()))),
        };
        match map.keys().find(|key| ![TEXT, WITH].contains(key)) {
            Some(key) => Err(wrong(path, &format!("unknown member {key:?} of an expression; the members are {TEXT} and {WITH}"))),
            None => Ok(Expr { text: text.into(), placeholders }),
        }
    }
}

impl From<Expr> for Value {
    fn from(expr: Expr) -> Value {
        Map::from([(TEXT, Value::from(expr.text)), (WITH, expr.placeholders.into())]).into()
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::ParamValidation, message)
}

/// Returns the document paths of a projection whose placeholders are names.
pub(super) fn projected(text: &str, names: &Map) -> Result<Vec<syntax::DocumentPath>> {
    let expr = Expr { text: text.into(), placeholders: names.clone() };
    syntax::check(ExpressionKind::Projection, text, names).map_err(|error| expr.error(error))
}

/// Builds the expressions of a structure. Conditions and [`Expr`]s are replaced; other strings are left as they are. As in boto3,
/// filters and conditions come first, in the order in which the caller passed them, then key conditions.
pub(super) fn build(structure: Node<'_>, params: &mut Map, path: &Path<'_>) -> Result<()> {
    let given = given(structure, params)?;
    if given.is_empty() {
        return Ok(());
    }
    let mut conditions = Vec::new();
    let mut names = map(params, NAMES, path)?;
    let mut values = map(params, VALUES, path)?;
    for (member, value, kind) in given {
        let path = path.name(&member);
        if value.contains_key(TEXT) {
            let expr = Expr::read(&value, &path)?;
            let mut defined = names.clone();
            defined.extend(values.clone());
            expr.check_with(kind, &defined).map_err(|error| error.with_place(&path.to_string()))?;
            for (placeholder, value) in expr.placeholders {
                if placeholder.starts_with('#') {
                    names.insert(placeholder, value)
                } else {
                    values.insert(placeholder, value)
                };
            }
            params.insert(member.clone(), expr.text);
        } else if matches!(kind, ExpressionKind::Condition | ExpressionKind::KeyCondition) {
            conditions.push((member.clone(), Condition::read(&value.into(), &path, 0)?, kind));
        } else {
            return Err(wrong(&path, "expected a string or an expression with placeholders"));
        }
    }
    let mut builder = Builder::with(names, values);
    for (member, condition, kind) in conditions {
        let text = match kind {
            ExpressionKind::KeyCondition => builder.key_condition(&condition)?,
            _ => builder.condition(&condition),
        };
        params.insert(member, text);
    }
    for (name, entries) in [(NAMES, builder.names), (VALUES, builder.values)] {
        if !entries.is_empty() {
            params.insert(name, entries);
        }
    }
    Ok(())
}

/// Returns the expressions of a structure that are data, in the order in which they are numbered.
fn given(structure: Node<'_>, params: &Map) -> Result<Vec<(Str, Map, ExpressionKind)>> {
    let mut found = Vec::new();
    for (shape, kind) in SHAPES {
        for (name, value) in params {
            if let Value::Map(map) = value
                && let Some((_, member)) = structure.structure().and_then(|structure| structure.member(name))
                && structure.member(member)?.name() == shape
            {
                found.push((name.clone(), map.clone(), kind));
            }
        }
    }
    Ok(found)
}

fn map(params: &Map, name: &str, path: &Path<'_>) -> Result<Map> {
    match &params[name] {
        Value::Null => Ok(Map::new()),
        Value::Map(map) => Ok(map.clone()),
        other => Err(wrong(&path.name(name), &format!("expected a map, not a value of type {}", other.type_name()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn placeholders_and_syntax_are_checked_with_positions() {
        use ExpressionKind::{Condition, KeyCondition, Projection, Update};
        for (kind, text, placeholders, message) in [
            (Condition, "a = :w", value!({":v": 1}), "The placeholder :v is not used in \"a = :w\""),
            (Condition, "a = :v1", value!({":v": 1}), "The placeholder :v is not used in \"a = :v1\""),
            (Condition, "a = :val", value!({}), "position 4 of \"a = :val\": the placeholder :val is not defined."),
            (Condition, "#a = #b", value!({"#a": "a", "#b": 1}), "The placeholder #b must stand for a string, not a value of type number"),
            (Condition, "a = :v", value!({"v": 1, ":v": 1}), "The placeholder \"v\" must start with \"#\" or \":\""),
            (Condition, "é = :v", value!({":v": 1}), "position 0 of \"é = :v\": unexpected character 'é'"),
            (Condition, "#é = :v", value!({":v": 1}), "position 1 of \"#é = :v\": unexpected character 'é'"),
            (
                Condition,
                "a = :v AND",
                value!({":v": 1}),
                "position 10 of \"a = :v AND\": expected a document path or a value, found the end of the expression",
            ),
            (
                Condition,
                "name = :v",
                value!({":v": 1}),
                "position 0 of \"name = :v\": \"name\" is a reserved word; use a placeholder such as \"#name\"",
            ),
            (
                KeyCondition,
                "k = :v OR s = :v",
                value!({":v": 1}),
                "position 7 of \"k = :v OR s = :v\": OR is not allowed in key conditions",
            ),
            (Update, "SET a = :v SET b = :v", value!({":v": 1}), "position 11 of \"SET a = :v SET b = :v\": SET can be used only once"),
            (Projection, "a, b, a.c", value!({}), "position 6 of \"a, b, a.c\": the document path overlaps with an earlier one"),
        ] {
            let error = expr(text, placeholders).check(kind).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ParamValidation);
            assert_eq!(error.message(), message);
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        for text in ["(".repeat(4000), format!("{}a", "size(".repeat(800)), "SET a = ".to_owned() + "(".repeat(4000).as_str()] {
            let kind = if text.starts_with("SET") { ExpressionKind::Update } else { ExpressionKind::Condition };
            let error = expr(text, ()).check(kind).unwrap_err();
            assert!(error.message().contains("the expression is nested too deeply"), "{error}");
        }
        let error = expr("a = :v AND ".repeat(400), value!({":v": 1})).check(ExpressionKind::Condition).unwrap_err();
        assert!(error.message().contains("the expression is longer than 4096 bytes"), "{error}");
    }
}
