//! The built-in functions: which there are, and how they get at their arguments.
//!
//! The number of arguments is checked by the parser, a type when the function asks for it.

mod arguments;
mod collections;
mod numbers;
mod sorting;
mod text;

use std::fmt;

pub(super) use self::arguments::Arguments;
use super::failure::{Failure, Problem};
use crate::error::did_you_mean;
use crate::value::Value;

pub(super) struct Function {
    pub(super) name: &'static str,
    least: usize,
    /// `None` where there may be any number.
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
    function("abs", 1, numbers::abs),
    function("avg", 1, numbers::avg),
    function("ceil", 1, numbers::ceil),
    function("contains", 2, collections::contains),
    function("ends_with", 2, text::ends_with),
    function("floor", 1, numbers::floor),
    function("join", 2, text::join),
    function("keys", 1, collections::keys),
    function("length", 1, collections::length),
    function("map", 2, collections::map),
    function("max", 1, sorting::max),
    function("max_by", 2, sorting::max_by),
    variadic("merge", 1, collections::merge),
    function("min", 1, sorting::min),
    function("min_by", 2, sorting::min_by),
    variadic("not_null", 1, collections::not_null),
    function("reverse", 1, collections::reverse),
    function("sort", 1, sorting::sort),
    function("sort_by", 2, sorting::sort_by),
    function("starts_with", 2, text::starts_with),
    function("sum", 1, numbers::sum),
    function("to_array", 1, collections::to_array),
    function("to_number", 1, numbers::to_number),
    function("to_string", 1, text::to_string),
    function("type", 1, collections::type_of),
    function("values", 1, collections::values),
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
