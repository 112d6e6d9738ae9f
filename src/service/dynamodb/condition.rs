//! Conditions as values: `Attr("a").gt(5) & Attr("b").exists()`, and the same as data.

use std::ops::{BitAnd, BitOr, Not};

use crate::error::{Error, ErrorKind, Result, did_you_mean};
use crate::text::Path;
use crate::value::{List, Map, Str, Value};

/// The nesting depth up to which conditions are read from data. DynamoDB allows 300 operators in an expression.
const MAX_DEPTH: usize = 300;

/// An attribute in a condition, like boto3's `Attr`: `Attr("a.b[0].c")` is the member `c` of the first element of the member
/// `b` of the attribute `a`. Reserved words need no special treatment. A name that contains a dot or a bracket cannot be written
/// this way, as in boto3; use [`expr`](super::expr) with a placeholder.
///
/// ```
/// use tucuxi::dynamodb::Attr;
///
/// let condition = Attr("size").gt(5) & (Attr("tags").contains("x") | !Attr("owner.name").exists());
/// let built = condition.build();
/// assert_eq!(built.text, "(#n0 > :v0 AND (contains(#n1, :v1) OR (NOT attribute_exists(#n2.#n3))))");
/// assert_eq!(built.names["#n3"], "name");
/// assert_eq!(built.values[":v0"], 5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attr<'n>(pub &'n str);

/// An attribute of the primary key in a condition, like boto3's `Key`.
///
/// ```no_run
/// use tucuxi::dynamodb::{Attr, Key};
/// use tucuxi::{Session, value};
///
/// let table = Session::new()?.resource("dynamodb")?.resource("Table", "fish")?;
/// let river = Key("river").eq("Amazon") & Key("caught").between(1, 9);
/// let page = table.call("query", value!({"KeyConditionExpression": river, "FilterExpression": Attr("kg").gt(5)}))?;
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key<'n>(pub &'n str);

/// The size of an attribute in a condition, from [`Attr::size`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size<'n>(&'n str);

/// One side of a comparison: a value, an [`Attr`], a [`Key`], or a [`Size`]. Everything that converts into a [`Value`] converts
/// into an operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand(pub(super) OperandKind);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum OperandKind {
    Attr(Str),
    Key(Str),
    Size(Str),
    Value(Value),
}

/// A condition, built with [`Attr`] and [`Key`] and combined with `&`, `|`, and `!`.
///
/// Resources, and clients after [`plain`](super::plain), accept it as `FilterExpression`, `KeyConditionExpression`, and
/// `ConditionExpression`, also inside the items of a transaction. It converts into a [`Value`]: its data form, which hosts
/// without Rust's operators write themselves.
///
/// | condition | data |
/// |---|---|
/// | `Attr("a").gt(5)` | `{"attr": "a", "gt": 5}`; likewise `eq`, `ne`, `lt`, `lte`, `gte`, `contains`, `begins_with`, `attribute_type` |
/// | `Attr("a").between(1, 5)` | `{"attr": "a", "between": [1, 5]}` |
/// | `Attr("a").is_in([1, 2])` | `{"attr": "a", "is_in": [1, 2]}` |
/// | `Attr("a").exists()` | `{"attr": "a", "exists": true}`; likewise `not_exists` |
/// | `Attr("a").size().gt(3)` | `{"size": "a", "gt": 3}` |
/// | `Key("k").eq("x")` | `{"key": "k", "eq": "x"}` |
/// | `a & b`, `a \| b`, `!a` | `{"and": [a, b]}`, `{"or": [a, b]}`, `{"not": a}` |
/// | `Attr("a").eq(Attr("b"))` | `{"attr": "a", "operator": "eq", "operands": [{"attr": "b"}]}` |
///
/// In the last form, an operand is `{"attr": …}`, `{"key": …}`, `{"size": …}`, or `{"value": …}`. In all others, operands are
/// literal values, whatever they look like.
///
/// ```
/// use tucuxi::dynamodb::{Attr, Condition};
/// use tucuxi::{Value, value};
///
/// let condition = Attr("a").gt(5) & !Attr("b").exists();
/// let data = value!({"and": [{"attr": "a", "gt": 5}, {"not": {"attr": "b", "exists": true}}]});
/// assert_eq!(Value::from(condition.clone()), data);
/// assert_eq!(Condition::from_value(&data)?, condition);
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a condition has no effect until it is part of a request"]
pub struct Condition(pub(super) ConditionKind);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ConditionKind {
    Test(Operator, Vec<Operand>),
    /// Several conditions, combined from left to right.
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
}

macro_rules! operators {
    ($($operator:ident $name:literal)*) => {
        /// The operators and functions of conditions.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(super) enum Operator { $($operator),* }

        impl Operator {
            const ALL: &[Operator] = &[$(Operator::$operator),*];

            /// The name of the method and of the data form.
            fn name(self) -> &'static str {
                match self { $(Operator::$operator => $name),* }
            }
        }
    };
}

operators! {
    Eq "eq" Ne "ne" Lt "lt" Lte "lte" Gt "gt" Gte "gte" Between "between" IsIn "is_in" Exists "exists" NotExists "not_exists"
    Contains "contains" BeginsWith "begins_with" AttributeType "attribute_type"
}

macro_rules! tests {
    ($($(#[doc = $doc:literal])+ $method:ident $operator:ident;)*) => {$(
        $(#[doc = $doc])+
        pub fn $method(self, value: impl Into<Operand>) -> Condition {
            test(Operator::$operator, self, [value.into()])
        }
    )*};
}

macro_rules! comparisons {
    ($of:ident) => {
        impl $of<'_> {
            tests! {
                /// Is equal to the value.
                eq Eq;
                /// Is less than the value.
                lt Lt;
                /// Is less than or equal to the value.
                lte Lte;
                /// Is greater than the value.
                gt Gt;
                /// Is greater than or equal to the value.
                gte Gte;
            }

            /// Is at least `low` and at most `high`.
            pub fn between(self, low: impl Into<Operand>, high: impl Into<Operand>) -> Condition {
                test(Operator::Between, self, [low.into(), high.into()])
            }
        }
    };
}

comparisons!(Attr);
comparisons!(Key);
comparisons!(Size);

impl<'n> Attr<'n> {
    tests! {
        /// Is not equal to the value.
        ne Ne;
        /// Is a string that contains a substring, or a set or list that contains an element.
        contains Contains;
        /// Starts with the string or the bytes.
        begins_with BeginsWith;
        /// Has the type: `S`, `N`, `B`, `SS`, `NS`, `BS`, `BOOL`, `NULL`, `L`, or `M`.
        attribute_type AttributeType;
    }

    /// Is equal to one of the values.
    pub fn is_in<V: Into<Operand>>(self, values: impl IntoIterator<Item = V>) -> Condition {
        test(Operator::IsIn, self, values.into_iter().map(Into::into))
    }

    /// The item has the attribute.
    pub fn exists(self) -> Condition {
        test(Operator::Exists, self, [])
    }

    /// The item does not have the attribute.
    pub fn not_exists(self) -> Condition {
        test(Operator::NotExists, self, [])
    }

    /// Returns the size of the attribute: the length of a string or of bytes, or the number of elements.
    pub fn size(self) -> Size<'n> {
        Size(self.0)
    }
}

impl Key<'_> {
    tests! {
        /// Starts with the string or the bytes.
        begins_with BeginsWith;
    }
}

impl Size<'_> {
    tests! {
        /// Is not equal to the value.
        ne Ne;
    }
}

fn test(operator: Operator, left: impl Into<Operand>, right: impl IntoIterator<Item = Operand>) -> Condition {
    Condition(ConditionKind::Test(operator, [left.into()].into_iter().chain(right).collect()))
}

impl From<Attr<'_>> for Operand {
    fn from(attr: Attr<'_>) -> Operand {
        Operand(OperandKind::Attr(attr.0.into()))
    }
}

impl From<Key<'_>> for Operand {
    fn from(key: Key<'_>) -> Operand {
        Operand(OperandKind::Key(key.0.into()))
    }
}

impl From<Size<'_>> for Operand {
    fn from(size: Size<'_>) -> Operand {
        Operand(OperandKind::Size(size.0.into()))
    }
}

impl<V: Into<Value>> From<V> for Operand {
    fn from(value: V) -> Operand {
        Operand(OperandKind::Value(value.into()))
    }
}

impl BitAnd for Condition {
    type Output = Condition;
    fn bitand(self, other: Condition) -> Condition {
        Condition(ConditionKind::And(match self.0 {
            ConditionKind::And(mut all) => {
                all.push(other);
                all
            }
            left => vec![Condition(left), other],
        }))
    }
}

impl BitOr for Condition {
    type Output = Condition;
    fn bitor(self, other: Condition) -> Condition {
        Condition(ConditionKind::Or(match self.0 {
            ConditionKind::Or(mut any) => {
                any.push(other);
                any
            }
            left => vec![Condition(left), other],
        }))
    }
}

impl Not for Condition {
    type Output = Condition;
    fn not(self) -> Condition {
        Condition(ConditionKind::Not(Box::new(self)))
    }
}

impl From<Condition> for Value {
    fn from(condition: Condition) -> Value {
        let entry = |name: &str, value: Value| Map::from([(name, value)]).into();
        match condition.0 {
            ConditionKind::And(all) => entry("and", all.into_iter().map(Value::from).collect()),
            ConditionKind::Or(any) => entry("or", any.into_iter().map(Value::from).collect()),
            ConditionKind::Not(condition) => entry("not", (*condition).into()),
            ConditionKind::Test(operator, operands) => test_data(operator, operands),
        }
    }
}

fn test_data(operator: Operator, operands: Vec<Operand>) -> Value {
    let mut operands = operands.into_iter();
    let mut map = Map::new();
    if let Some(left) = operands.next() {
        let (name, value) = left.into_entry();
        map.insert(name, value);
    }
    if operands.as_slice().iter().all(|operand| matches!(operand.0, OperandKind::Value(_))) {
        let mut values = operands.map(|operand| operand.into_entry().1);
        let literal = match operator {
            Operator::Exists | Operator::NotExists => Value::Bool(true),
            Operator::Between | Operator::IsIn => values.collect(),
            _ => values.next().unwrap_or_default(),
        };
        map.insert(operator.name(), literal);
    } else {
        map.insert("operator", operator.name());
        map.insert("operands", operands.map(|operand| Value::from(Map::from([operand.into_entry()]))).collect::<List>());
    }
    map.into()
}

impl Operand {
    fn into_entry(self) -> (&'static str, Value) {
        match self.0 {
            OperandKind::Attr(name) => ("attr", name.into()),
            OperandKind::Key(name) => ("key", name.into()),
            OperandKind::Size(name) => ("size", name.into()),
            OperandKind::Value(value) => ("value", value),
        }
    }

    const NAMES: [&str; 4] = ["attr", "key", "size", "value"];

    /// Reads the entry of a map that is an operand. The order of entries has no meaning: the maps of some languages have none.
    fn from_entry(map: &Map, path: &Path<'_>) -> Result<Operand> {
        let operand = map.iter().find(|(key, _)| Operand::NAMES.contains(&key.as_str()));
        let Some((key, value)) = operand.or_else(|| map.iter().next()) else { return Err(wrong(path, "an operand must not be empty")) };
        let name = || value.as_str().map(Str::from).ok_or_else(|| wrong(&path.name(key), "the name of an attribute must be a string"));
        Ok(Operand(match key.as_str() {
            "attr" => OperandKind::Attr(name()?),
            "key" => OperandKind::Key(name()?),
            "size" => OperandKind::Size(name()?),
            "value" => OperandKind::Value(value.clone()),
            other => {
                let near = did_you_mean(other, Operand::NAMES);
                return Err(wrong(path, &format!("unknown operand {other:?}.{near}")));
            }
        }))
    }
}

impl Condition {
    /// Reads the data form of a condition.
    ///
    /// # Errors
    /// Returns [`ErrorKind::ParamValidation`], with the path, if it is not a condition.
    pub fn from_value(value: &Value) -> Result<Condition> {
        Condition::read(value, &Path::ROOT, 0)
    }

    pub(super) fn read(value: &Value, path: &Path<'_>, depth: usize) -> Result<Condition> {
        if depth > MAX_DEPTH {
            return Err(wrong(&Path::ROOT, &format!("the condition is nested deeper than {MAX_DEPTH} levels")));
        }
        let Value::Map(map) = value else {
            return Err(wrong(path, &format!("expected a condition, not a value of type {}", value.type_name())));
        };
        let inner = |name: &str, value: &Value| Condition::read(value, &path.restart(name), depth + 1);
        match (map.len(), map.iter().next()) {
            (1, Some((key, Value::List(list)))) if key == "and" || key == "or" => {
                let conditions = list.iter().map(|value| inner(key, value)).collect::<Result<Vec<_>>>()?;
                if conditions.is_empty() {
                    return Err(wrong(&path.name(key), "at least one condition is required"));
                }
                Ok(Condition(if key == "and" { ConditionKind::And(conditions) } else { ConditionKind::Or(conditions) }))
            }
            (1, Some((key, value))) if key == "not" => Ok(!inner(key, value)?),
            _ => Condition::read_test(map, path),
        }
    }

    fn read_test(map: &Map, path: &Path<'_>) -> Result<Condition> {
        let left = Operand::from_entry(map, path)?;
        let rest: Vec<_> = map.iter().filter(|(key, _)| !Operand::NAMES.contains(&key.as_str())).collect();
        let (operator, right) = match (&rest[..], map.get("operator"), map.get("operands")) {
            ([(name, value)], ..) => {
                let operator = Operator::find(name, path)?;
                (operator, literals(operator, value, &path.name(name))?)
            }
            ([_, _], Some(operator), Some(Value::List(operands))) => {
                let path = path.name("operands");
                let operand = |(i, value): (usize, &Value)| match value {
                    Value::Map(map) if map.len() == 1 => Operand::from_entry(map, &path.index(i)),
                    _ => Err(wrong(&path.index(i), "an operand must be a map with one entry")),
                };
                (
                    Operator::find(operator.as_str().unwrap_or_default(), &path)?,
                    operands.iter().enumerate().map(operand).collect::<Result<_>>()?,
                )
            }
            _ => return Err(wrong(path, "a condition must consist of an attribute and an operator, or of and, or, not")),
        };
        operator.check(&left, &right, path)?;
        Ok(test(operator, left, right))
    }
}

fn literals(operator: Operator, value: &Value, path: &Path<'_>) -> Result<Vec<Operand>> {
    match (operator, value) {
        (Operator::Exists | Operator::NotExists, Value::Bool(true)) => Ok(Vec::new()),
        (Operator::Exists | Operator::NotExists, _) => Err(wrong(path, "the value must be true")),
        (Operator::Between | Operator::IsIn, Value::List(_) | Value::Set(_)) => Ok(value.into_iter().map(Operand::from).collect()),
        (Operator::Between | Operator::IsIn, _) => Err(wrong(path, "the value must be a list")),
        _ => Ok(vec![Operand::from(value)]),
    }
}

impl Operator {
    fn find(name: &str, path: &Path<'_>) -> Result<Operator> {
        Operator::ALL.iter().copied().find(|operator| operator.name() == name).ok_or_else(|| {
            let near = did_you_mean(name, Operator::ALL.iter().map(|operator| operator.name()));
            wrong(path, &format!("unknown operator {name:?}.{near}"))
        })
    }

    /// Checks that data describes a condition that Rust code can describe, too.
    fn check(self, left: &Operand, right: &[Operand], path: &Path<'_>) -> Result<()> {
        use Operator::*;
        let count = match self {
            Exists | NotExists => 0,
            Between => 2,
            IsIn => right.len(),
            _ => 1,
        };
        if right.len() != count {
            return Err(wrong(path, &format!("{} takes {count} operands, not {}", self.name(), right.len())));
        }
        let (name, allowed) = match left.0 {
            OperandKind::Attr(_) => ("attr", true),
            OperandKind::Key(_) => ("key", matches!(self, Eq | Lt | Lte | Gt | Gte | Between | BeginsWith)),
            OperandKind::Size(_) => ("size", matches!(self, Eq | Ne | Lt | Lte | Gt | Gte | Between)),
            OperandKind::Value(_) => ("value", false),
        };
        if allowed { Ok(()) } else { Err(wrong(path, &format!("{} cannot be applied to {name}", self.name()))) }
    }
}

pub(super) fn wrong(path: &Path<'_>, reason: &str) -> Error {
    let error = Error::new(ErrorKind::ParamValidation, reason).with_name("DynamoDBNeedsConditionError");
    if path.is_root() { error } else { error.with_place(&path.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn conditions_and_their_data_form_are_equivalent() {
        for (condition, data) in [
            (Attr("a").eq(value!({"attr": "b"})), value!({"attr": "a", "eq": {"attr": "b"}})),
            (Attr("a").eq(Attr("b")), value!({"attr": "a", "operator": "eq", "operands": [{"attr": "b"}]})),
            (
                Attr("a").between(1, Attr("b").size()),
                value!({"attr": "a", "operator": "between", "operands": [{"value": 1}, {"size": "b"}]}),
            ),
            (Attr("a").is_in([1, 2]), value!({"attr": "a", "is_in": [1, 2]})),
            (Attr("a").is_in(Vec::<i32>::new()), value!({"attr": "a", "is_in": []})),
            (Attr("a").not_exists(), value!({"attr": "a", "not_exists": true})),
            (Attr("a").size().ne(3), value!({"size": "a", "ne": 3})),
            (Key("k").begins_with("x"), value!({"key": "k", "begins_with": "x"})),
            (Attr("a").attribute_type("S"), value!({"attr": "a", "attribute_type": "S"})),
            (
                (Attr("a").lt(1) & Attr("b").lte(2) & Attr("c").gte(3)) | !Key("d").between(1, 2),
                value!({"or": [
                    {"and": [{"attr": "a", "lt": 1}, {"attr": "b", "lte": 2}, {"attr": "c", "gte": 3}]},
                    {"not": {"key": "d", "between": [1, 2]}},
                ]}),
            ),
        ] {
            assert_eq!(Value::from(condition.clone()), data);
            assert_eq!(Condition::from_value(&data).unwrap(), condition, "{data:?}");
        }
    }

    #[test]
    fn data_that_is_no_condition_is_rejected_with_its_path() {
        for (data, message) in [
            (value!(5), "expected a condition, not a value of type number"),
            (value!({}), "an operand must not be empty"),
            (value!({"atr": "a", "eq": 1}), "unknown operand \"atr\". Did you mean attr?"),
            (value!({"attr": 5, "eq": 1}), "attr: the name of an attribute must be a string"),
            (value!({"attr": "a"}), "a condition must consist of an attribute and an operator, or of and, or, not"),
            (value!({"attr": "a", "begin_with": 1}), "unknown operator \"begin_with\". Did you mean begins_with?"),
            (value!({"attr": "a", "exists": false}), "exists: the value must be true"),
            (value!({"attr": "a", "between": 1}), "between: the value must be a list"),
            (value!({"attr": "a", "between": [1]}), "between takes 2 operands, not 1"),
            (value!({"key": "a", "contains": 1}), "contains cannot be applied to key"),
            (value!({"size": "a", "exists": true}), "exists cannot be applied to size"),
            (value!({"value": 1, "eq": 1}), "eq cannot be applied to value"),
            (value!({"and": []}), "and: at least one condition is required"),
            (value!({"not": {"attr": "a", "operator": "eq", "operands": [5]}}), "not.operands[0]: an operand must be a map with one entry"),
        ] {
            let error = Condition::from_value(&data).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ParamValidation);
            assert_eq!(error.message(), message, "{data:?}");
        }
        let deep = (0..100_000).fold(value!({"attr": "a", "exists": true}), |data, _| value!({"not": data}));
        assert_eq!(Condition::from_value(&deep).unwrap_err().message(), "the condition is nested deeper than 300 levels");
    }

    #[test]
    fn a_long_chain_of_conditions_does_not_overflow_the_stack() {
        let chain = (0..100_000).fold(Attr("a").exists(), |chain, _| chain & Attr("a").exists());
        assert_eq!(chain.build().names.len(), 100_001);
    }
}
