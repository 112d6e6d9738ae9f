//! The table of built-in functions, and their arguments.
//!
//! The parser checks the number of arguments; their types are checked when a function accesses them.

mod builtin;

use std::borrow::Cow;
use std::fmt;

use super::node::{Argument, Node};
use super::{Failure, Problem, interpreter};
use crate::error::did_you_mean;
use crate::value::{List, Map, Str, Value};

pub(super) struct Function {
    pub(super) name: &'static str,
    least: usize,
    /// `None` for any number.
    most: Option<usize>,
    body: Body,
}

type Body = fn(&Arguments) -> Result<Value, Failure>;

const fn function(name: &'static str, arity: usize, body: Body) -> Function {
    Function { name, least: arity, most: Some(arity), body }
}

const fn variadic(name: &'static str, least: usize, body: Body) -> Function {
    Function { name, least, most: None, body }
}

static FUNCTIONS: [Function; 26] = [
    function("abs", 1, builtin::abs),
    function("avg", 1, builtin::avg),
    function("ceil", 1, builtin::ceil),
    function("contains", 2, builtin::contains),
    function("ends_with", 2, builtin::ends_with),
    function("floor", 1, builtin::floor),
    function("join", 2, builtin::join),
    function("keys", 1, builtin::keys),
    function("length", 1, builtin::length),
    function("map", 2, builtin::map),
    function("max", 1, builtin::max),
    function("max_by", 2, builtin::max_by),
    variadic("merge", 1, builtin::merge),
    function("min", 1, builtin::min),
    function("min_by", 2, builtin::min_by),
    variadic("not_null", 1, builtin::not_null),
    function("reverse", 1, builtin::reverse),
    function("sort", 1, builtin::sort),
    function("sort_by", 2, builtin::sort_by),
    function("starts_with", 2, builtin::starts_with),
    function("sum", 1, builtin::sum),
    function("to_array", 1, builtin::to_array),
    function("to_number", 1, builtin::to_number),
    function("to_string", 1, builtin::to_string),
    function("type", 1, builtin::type_of),
    function("values", 1, builtin::values),
];

impl Function {
    pub(super) fn named(name: &str) -> Result<&'static Function, Failure> {
        FUNCTIONS.iter().find(|function| function.name == name).ok_or_else(|| {
            let near = did_you_mean(name, FUNCTIONS.iter().map(|function| function.name));
            Failure::new(Problem::UnknownFunction, format_args!("there is no function {name}().{near}"))
        })
    }

    pub(super) fn check_arity(&self, given: usize) -> Result<(), Failure> {
        if given >= self.least && self.most.is_none_or(|most| given <= most) {
            return Ok(());
        }
        let least = if self.most.is_none() { "at least " } else { "" };
        let message = format_args!("{}() takes {least}{} argument(s), not {given}", self.name, self.least);
        Err(Failure::new(Problem::InvalidArity, message))
    }

    pub(super) fn call(&self, arguments: &Arguments) -> Result<Value, Failure> {
        (self.body)(arguments)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The evaluated arguments of a call, accessed by type.
pub(super) struct Arguments<'a> {
    function: &'static Function,
    list: Vec<Evaluated<'a>>,
}

enum Evaluated<'a> {
    Value(Cow<'a, Value>),
    Expression(&'a Node),
}

impl<'a> Arguments<'a> {
    pub(super) fn evaluate(function: &'static Function, arguments: &'a [Argument], current: &'a Value) -> Result<Arguments<'a>, Failure> {
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

    /// Returns an expression that can be evaluated on any value.
    pub(super) fn expression(&self, index: usize) -> Result<impl Fn(&Value) -> Result<Value, Failure>, Failure> {
        match &self.list[index] {
            Evaluated::Expression(node) => Ok(|value: &Value| interpreter::evaluate(node, value).map(Cow::into_owned)),
            Evaluated::Value(value) => Err(self.wrong(index, "an expression (&…)", type_name(value))),
        }
    }

    pub(super) fn wrong(&self, index: usize, wanted: &str, given: &str) -> Failure {
        let message = format_args!("{}() requires {wanted} as argument {}, not {given}", self.function.name, index + 1);
        Failure::new(Problem::InvalidType, message)
    }

    fn typed<'s, T>(&'s self, index: usize, wanted: &str, cast: impl Fn(&'s Value) -> Option<T>) -> Result<T, Failure> {
        let value = self.any(index)?;
        cast(value).ok_or_else(|| self.wrong(index, wanted, type_name(value)))
    }

    fn each(&self, index: usize, list: &List, wanted: &str, fits: impl Fn(&Value) -> bool) -> Result<(), Failure> {
        match list.iter().position(|value| !fits(value)) {
            Some(at) => Err(self.wrong(index, wanted, &format!("one with {} at [{at}]", type_name(&list[at])))),
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

/// Returns the name of a value's type in JMESPath, or the crate's own name if JSON has no such type.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "array",
        Value::Map(_) => "object",
        other => other.type_name(),
    }
}
