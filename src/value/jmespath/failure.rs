//! Why an expression cannot be parsed, or fails on the data.

use std::fmt::Display;

use crate::error::{Error, ErrorKind};

/// What is wrong, in the words of the specification.
#[derive(Clone, Copy, Debug)]
pub(super) enum Problem {
    Syntax,
    InvalidType,
    InvalidValue,
    InvalidArity,
    UnknownFunction,
}

#[derive(Debug)]
pub(super) struct Failure {
    problem: Problem,
    message: String,
}

/// Longer expressions are not repeated in messages.
const LONGEST_QUOTE: usize = 300;

impl Failure {
    pub(super) fn new(problem: Problem, message: impl Display) -> Failure {
        Failure { problem, message: message.to_string() }
    }

    pub(super) fn syntax(message: impl Display, column: usize) -> Failure {
        Failure::new(Problem::Syntax, format_args!("{message} at column {column}"))
    }

    pub(super) fn in_expression(self, text: &str) -> Error {
        let (problem, name) = match self.problem {
            Problem::Syntax => ("syntax", "ParseError"),
            Problem::InvalidType => ("invalid-type", "JMESPathTypeError"),
            Problem::InvalidValue => ("invalid-value", "JMESPathValueError"),
            Problem::InvalidArity => ("invalid-arity", "ArityError"),
            Problem::UnknownFunction => ("unknown-function", "UnknownFunctionError"),
        };
        let message = &self.message;
        let message = if text.len() <= LONGEST_QUOTE {
            format!("{problem}: {message} (JMESPath expression: {text})")
        } else {
            format!("{problem}: {message} (JMESPath expression of {} bytes)", text.len())
        };
        Error::new(ErrorKind::JmesPath, message).with_name(name)
    }
}
