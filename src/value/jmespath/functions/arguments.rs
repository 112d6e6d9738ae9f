//! The arguments of one call, asked for by type.

use std::borrow::Cow;

use super::Function;
use crate::value::jmespath::failure::{Failure, Problem};
use crate::value::jmespath::interpreter;
use crate::value::jmespath::node::{Argument, Node};
use crate::value::{List, Map, Str, Value};

pub(in crate::value::jmespath) struct Arguments<'a> {
    function: &'static Function,
    list: Vec<Evaluated<'a>>,
}

enum Evaluated<'a> {
    Value(Cow<'a, Value>),
    Expression(&'a Node),
}

impl<'a> Arguments<'a> {
    pub(in crate::value::jmespath) fn evaluate(
        function: &'static Function,
        arguments: &'a [Argument],
        current: &'a Value,
    ) -> Result<Arguments<'a>, Failure> {
        let evaluated = arguments.iter().map(|argument| match argument {
            Argument::Value(node) => interpreter::evaluate(node, current).map(Evaluated::Value),
            Argument::Expression(node) => Ok(Evaluated::Expression(node)),
        });
        Ok(Arguments { function, list: evaluated.collect::<Result<_, _>>()? })
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn any(&self, index: usize) -> Result<&Value, Failure> {
        match &self.list[index] {
            Evaluated::Value(value) => Ok(value),
            Evaluated::Expression(_) => Err(self.wrong(index, "a value", "expression")),
        }
    }

    pub(super) fn number(&self, index: usize) -> Result<&Value, Failure> {
        self.typed(index, "a number", |value| value.as_float().map(|_| value))
    }

    pub(super) fn text(&self, index: usize) -> Result<&Str, Failure> {
        self.typed(index, "a string", as_text)
    }

    pub(super) fn list(&self, index: usize) -> Result<&List, Failure> {
        self.typed(index, "an array", Value::as_list)
    }

    pub(super) fn map(&self, index: usize) -> Result<&Map, Failure> {
        self.typed(index, "an object", Value::as_map)
    }

    pub(super) fn numbers(&self, index: usize) -> Result<&List, Failure> {
        let list = self.list(index)?;
        self.each(index, list, "an array of numbers", |value| value.as_float().is_some())?;
        Ok(list)
    }

    pub(super) fn texts(&self, index: usize) -> Result<&List, Failure> {
        let list = self.list(index)?;
        self.each(index, list, "an array of strings", |value| as_text(value).is_some())?;
        Ok(list)
    }

    /// An expression, to be evaluated on any value.
    pub(super) fn expression(&self, index: usize) -> Result<impl Fn(&Value) -> Result<Value, Failure>, Failure> {
        match &self.list[index] {
            Evaluated::Expression(node) => Ok(|value: &Value| interpreter::evaluate(node, value).map(Cow::into_owned)),
            Evaluated::Value(value) => Err(self.wrong(index, "an expression (&…)", type_name(value))),
        }
    }

    pub(super) fn wrong(&self, index: usize, wanted: &str, given: &str) -> Failure {
        let message = format_args!("{}() wants {wanted} as argument {}, not {given}", self.function.name, index + 1);
        Failure::new(Problem::InvalidType, message)
    }

    fn typed<'s, T>(&'s self, index: usize, wanted: &str, cast: impl Fn(&'s Value) -> Option<T>) -> Result<T, Failure> {
        let value = self.any(index)?;
        cast(value).ok_or_else(|| self.wrong(index, wanted, type_name(value)))
    }

    fn each(&self, index: usize, list: &List, wanted: &str, fits: impl Fn(&Value) -> bool) -> Result<(), Failure> {
        match list.iter().position(|value| !fits(value)) {
            Some(place) => Err(self.wrong(index, wanted, &format!("one with {} at [{place}]", type_name(&list[place])))),
            None => Ok(()),
        }
    }
}

fn as_text(value: &Value) -> Option<&Str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The name of a value's type in JMESPath, and the crate's own for what is beyond JSON.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Float(_) | Value::Number(_) => "number",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        other => other.type_name(),
    }
}
