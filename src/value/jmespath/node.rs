//! The syntax tree of an expression.

use std::cmp::Ordering;

use super::functions::Function;
use crate::value::{Str, Value};

/// Part of an expression: a function from the current value to a value.
#[derive(Debug)]
pub(super) enum Node {
    /// `@`
    Current,
    /// `name`
    Field(Str),
    /// `` `[1]` ``, `'text'`
    Literal(Value),
    /// `[0]`, `[-1]`
    Index(i64),
    /// `[start:stop:step]`, where the step is not 0.
    Slice { start: Option<i64>, stop: Option<i64>, step: i64 },
    /// Flat, so that a long chain does not become a deep tree.
    Joined(Join, Vec<Node>),
    /// `!a`
    Not(Box<Node>),
    /// `a < b`
    Comparison(Comparator, Box<[Node; 2]>),
    /// `[a, b]`
    MultiSelectList(Vec<Node>),
    /// `{x: a, y: b}`
    MultiSelectHash(Vec<(Str, Node)>),
    /// `a[]`, without its right side
    Flatten(Box<Node>),
    /// `a[*].b`: evaluates the second on each element of the first.
    Projection(Box<[Node; 2]>),
    /// `a.*.b`: evaluates the second on each value of the first, a map.
    ValueProjection(Box<[Node; 2]>),
    /// `a[?b].c`: evaluates the third on each element of the first for which the second is true.
    Filter(Box<[Node; 3]>),
    /// `name(a, &b)`
    Call(&'static Function, Vec<Argument>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// `a.b`, `a | b`: each is evaluated on the result of the previous one.
    Chain,
    /// `a || b`: the first that is true, or otherwise the last.
    Or,
    /// `a && b`: the first that is false, or otherwise the last.
    And,
}

/// An argument of a function call.
#[derive(Debug)]
pub(super) enum Argument {
    Value(Node),
    /// `&a`: the function evaluates it as often as necessary.
    Expression(Node),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparator {
    pub(super) fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Comparator::Equal => ordering.is_eq(),
            Comparator::NotEqual => ordering.is_ne(),
            Comparator::Less => ordering.is_lt(),
            Comparator::LessOrEqual => ordering.is_le(),
            Comparator::Greater => ordering.is_gt(),
            Comparator::GreaterOrEqual => ordering.is_ge(),
        }
    }
}
