//! Writes conditions as text with placeholders for names and values, like boto3's `ConditionExpressionBuilder`.

use std::fmt::Write;

use super::condition::{Condition, ConditionKind, Operand, OperandKind, Operator};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Value};

/// An expression with the names and values that its placeholders stand for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BuiltExpression {
    /// The expression: `#n0 = :v0`.
    pub text: String,
    /// The names of attributes, by their placeholders: `#n0`.
    pub names: Map,
    /// The plain values, by their placeholders: `:v0`.
    pub values: Map,
}

impl Condition {
    /// Builds the text of the condition, with boto3's placeholders: `#n0`, `#n1`, … and `:v0`, `:v1`, … from left to right.
    pub fn build(&self) -> BuiltExpression {
        let mut builder = Builder::default();
        let text = builder.condition(self);
        BuiltExpression { text, names: builder.names, values: builder.values }
    }
}

/// Builds the expressions of one request, whose placeholders are numbered together.
#[derive(Default)]
pub(super) struct Builder {
    pub names: Map,
    pub values: Map,
    /// The numbers of the next placeholders.
    next_name: usize,
    next_value: usize,
}

impl Builder {
    /// Creates a builder that keeps the names and values of a request and does not use their placeholders.
    pub fn with(names: Map, values: Map) -> Builder {
        Builder { names, values, ..Builder::default() }
    }

    pub fn condition(&mut self, condition: &Condition) -> String {
        let mut text = String::new();
        self.write(condition, &mut text);
        text
    }

    /// Builds a key condition.
    ///
    /// # Errors
    /// Returns `DynamoDBNeedsKeyConditionError` if the condition contains an attribute that is not a [`Key`](super::Key).
    pub fn key_condition(&mut self, condition: &Condition) -> Result<String> {
        match attribute(condition) {
            None => Ok(self.condition(condition)),
            Some(name) => {
                let text = format!("The attribute {name} is an Attr. KeyConditionExpression only supports attributes of type Key");
                Err(Error::new(ErrorKind::ParamValidation, text).with_name("DynamoDBNeedsKeyConditionError"))
            }
        }
    }

    fn write(&mut self, condition: &Condition, out: &mut String) {
        match &condition.0 {
            ConditionKind::And(all) => self.combine(all, " AND ", out),
            ConditionKind::Or(any) => self.combine(any, " OR ", out),
            ConditionKind::Not(condition) => {
                out.push_str("(NOT ");
                self.write(condition, out);
                out.push(')');
            }
            ConditionKind::Test(operator, operands) => self.test(*operator, operands, out),
        }
    }

    /// Writes conditions that are combined from left to right: `((a AND b) AND c)`.
    fn combine(&mut self, conditions: &[Condition], operator: &str, out: &mut String) {
        out.extend(std::iter::repeat_n('(', conditions.len().saturating_sub(1)));
        for (i, condition) in conditions.iter().enumerate() {
            if i > 0 {
                out.push_str(operator);
            }
            self.write(condition, out);
            if i > 0 {
                out.push(')');
            }
        }
    }

    fn test(&mut self, operator: Operator, operands: &[Operand], out: &mut String) {
        let (before, separators, after): (&str, &[&str], &str) = match operator {
            Operator::Eq => ("", &[" = "], ""),
            Operator::Ne => ("", &[" <> "], ""),
            Operator::Lt => ("", &[" < "], ""),
            Operator::Lte => ("", &[" <= "], ""),
            Operator::Gt => ("", &[" > "], ""),
            Operator::Gte => ("", &[" >= "], ""),
            Operator::Between => ("", &[" BETWEEN ", " AND "], ""),
            Operator::IsIn if operands.len() == 1 => ("", &[], " IN ()"),
            Operator::IsIn => ("", &[" IN (", ", "], ")"),
            Operator::Exists => ("attribute_exists(", &[], ")"),
            Operator::NotExists => ("attribute_not_exists(", &[], ")"),
            Operator::Contains => ("contains(", &[", "], ")"),
            Operator::BeginsWith => ("begins_with(", &[", "], ")"),
            Operator::AttributeType => ("attribute_type(", &[", "], ")"),
        };
        out.push_str(before);
        for (i, operand) in operands.iter().enumerate() {
            if i > 0 {
                // The last separator is repeated.
                out.push_str(separators[(i - 1).min(separators.len() - 1)]);
            }
            self.operand(operand, out);
        }
        out.push_str(after);
    }

    fn operand(&mut self, operand: &Operand, out: &mut String) {
        match &operand.0 {
            OperandKind::Attr(path) | OperandKind::Key(path) => self.path(path, out),
            OperandKind::Size(path) => {
                out.push_str("size(");
                self.path(path, out);
                out.push(')');
            }
            OperandKind::Value(value) => self.value(value, out),
        }
    }

    /// Writes a document path with placeholders for its names. Separators and the content of brackets are literal.
    fn path(&mut self, path: &str, out: &mut String) {
        let mut rest = path;
        while !rest.is_empty() {
            let end = rest.find(['.', '[', ']']).unwrap_or(rest.len());
            let (name, tail) = rest.split_at(end.max(1));
            let in_brackets = tail.find(['[', ']']).is_some_and(|at| tail.as_bytes()[at] == b']');
            if end == 0 || in_brackets {
                out.push_str(name);
            } else {
                self.name(name, out);
            }
            rest = tail;
        }
    }

    fn name(&mut self, name: &str, out: &mut String) {
        let placeholder = free("#n", &self.names, &mut self.next_name);
        out.push_str(&placeholder);
        self.names.insert(placeholder, name);
    }

    fn value(&mut self, value: &Value, out: &mut String) {
        let placeholder = free(":v", &self.values, &mut self.next_value);
        out.push_str(&placeholder);
        self.values.insert(placeholder, value.clone());
    }
}

/// Returns the next placeholder that is not in use.
fn free(prefix: &str, used: &Map, next: &mut usize) -> String {
    loop {
        let mut placeholder = String::from(prefix);
        write!(placeholder, "{next}").expect("writing to a String succeeds");
        *next += 1;
        if !used.contains_key(&placeholder) {
            return placeholder;
        }
    }
}

/// Returns the name of an attribute in a condition that is not declared as a key.
fn attribute(condition: &Condition) -> Option<&str> {
    match &condition.0 {
        ConditionKind::And(all) | ConditionKind::Or(all) => all.iter().find_map(attribute),
        ConditionKind::Not(condition) => attribute(condition),
        ConditionKind::Test(_, operands) => operands.iter().find_map(|operand| match &operand.0 {
            OperandKind::Attr(name) | OperandKind::Size(name) => Some(name.as_str()),
            OperandKind::Key(_) | OperandKind::Value(_) => None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Attr, Key};
    use super::*;
    use crate::value;

    fn text(condition: Condition) -> String {
        condition.build().text
    }

    #[test]
    fn paths_are_split_like_boto3_splits_them() {
        for (path, expected, names) in [
            ("a.b[0].c", "#n0.#n1[0].#n2", value!(["a", "b", "c"])),
            ("a[0][1]", "#n0[0][1]", value!(["a"])),
            ("a[b.c].d", "#n0[b.c].#n1", value!(["a", "d"])),
            ("a[0", "#n0[#n1", value!(["a", "0"])),
            ("a]b", "a]#n0", value!(["b"])),
            ("a[b]c]d", "#n0[b]c]#n1", value!(["a", "d"])),
            ("a[[0]]", "#n0[[0]]", value!(["a"])),
            (".a..é.", ".#n0..#n1.", value!(["a", "é"])),
            ("a b-c", "#n0", value!(["a b-c"])),
            ("[0]", "[0]", value!([])),
            ("", "", value!([])),
        ] {
            let built = Attr(path).exists().build();
            assert_eq!(built.text, format!("attribute_exists({expected})"));
            assert_eq!(built.names.values().collect::<Value>(), names);
        }
    }

    #[test]
    fn combinations_are_parenthesized_and_placeholders_are_not_reused() {
        let built = ((Attr("a").eq(1) & Attr("a").eq(1) & Attr("b").size().gt(Attr("c"))) | !Attr("d").is_in([1, 2])).build();
        assert_eq!(built.text, "(((#n0 = :v0 AND #n1 = :v1) AND size(#n2) > #n3) OR (NOT #n4 IN (:v2, :v3)))");
        assert_eq!(text(Attr("a").is_in(Vec::<i32>::new())), "#n0 IN ()");
        assert_eq!(
            text(Attr("a").eq(1) & (Attr("b").ne(2) & Attr("c").between(1, 2))),
            "(#n0 = :v0 AND (#n1 <> :v1 AND #n2 BETWEEN :v2 AND :v3))"
        );
    }

    #[test]
    fn key_conditions_contain_only_keys() {
        let mut builder = Builder::default();
        assert_eq!(builder.key_condition(&(Key("k").eq(1) & Key("s").between(1, 2))).unwrap(), "(#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2)");
        for condition in [Attr("a").eq(1), Key("k").eq(Attr("a")), Key("k").eq(1) & !Attr("a").size().gt(1)] {
            let error = builder.key_condition(&condition).unwrap_err();
            assert_eq!((error.kind(), error.name()), (ErrorKind::ParamValidation, "DynamoDBNeedsKeyConditionError"));
        }
    }

    #[test]
    fn placeholders_of_the_request_are_not_overwritten() {
        let mut builder = Builder::with(Map::from([("#n0", "x")]), Map::from([(":v1", 1)]));
        assert_eq!(builder.condition(&Attr("a").between(2, 3)), "#n1 BETWEEN :v0 AND :v2");
        assert_eq!(Value::from(builder.names), value!({"#n0": "x", "#n1": "a"}));
        assert_eq!(Value::from(builder.values), value!({":v1": 1, ":v0": 2, ":v2": 3}));
    }
}
