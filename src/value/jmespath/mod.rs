//! JMESPath on [`Value`]s, for paginators, waiters, resources, and users.
//!
//! An expression passes through the lexer and the parser once; the interpreter then walks its tree over the data, without
//! converting it. The language is specified at <https://jmespath.org/specification.html>.

mod functions;
mod interpreter;
mod lexer;
mod node;
mod parser;

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::str::FromStr;
use std::sync::Arc;

use self::node::Node;
use super::Value;
use crate::error::{Error, ErrorKind, Result};

/// A parsed JMESPath expression. Cloning is O(1).
///
/// It extends the specification where AWS's data goes beyond JSON:
///
/// - Timestamps can be sorted and compared with each other and with strings that are timestamps. Their type is `timestamp`; the
///   types of bytes and streams are `bytes` and `stream`.
/// - As in boto3, strings can be compared with `<` and the like, and a literal that is not JSON is a string.
///
/// ```
/// use tucuxi::{Expression, value};
///
/// let page = value!({"Contents": [{"Key": "a", "Size": 1}, {"Key": "b", "Size": 4096}]});
/// let large = Expression::parse("Contents[?Size > `1024`].Key")?;
/// assert_eq!(large.search(&page)?, value!(["b"]));
/// # Ok::<(), tucuxi::Error>(())
/// ```
#[derive(Clone)]
pub struct Expression(Arc<Parsed>);

struct Parsed {
    text: String,
    root: Node,
}

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    /// Returns [`ErrorKind::JmesPath`](crate::ErrorKind::JmesPath). The message begins with the category, and
    /// [`name`](Error::name) is the exception that boto3 raises: `syntax` (`ParseError`), `unknown-function`
    /// (`UnknownFunctionError`), `invalid-arity` (`ArityError`), or `invalid-value` (`JMESPathValueError`, for a slice with step
    /// 0). An expression nested deeper than 128 levels is a `syntax` error.
    pub fn parse(text: &str) -> Result<Expression> {
        let root = parser::parse(text).map_err(|failure| failure.in_expression(text))?;
        Ok(Expression(Arc::new(Parsed { text: text.to_owned(), root })))
    }

    /// Evaluates the expression on `value`. The result is [`Value::Null`] if nothing matches.
    ///
    /// # Errors
    /// Returns [`ErrorKind::JmesPath`](crate::ErrorKind::JmesPath) if a function receives an argument of the wrong type
    /// (`invalid-type`, `JMESPathTypeError`).
    pub fn search(&self, value: &Value) -> Result<Value> {
        interpreter::evaluate(&self.0.root, value).map(Cow::into_owned).map_err(|failure| failure.in_expression(self.as_str()))
    }

    /// Returns the text of the expression.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }
}

/// # JMESPath
impl Value {
    /// Evaluates a JMESPath expression on this value. The result is [`Value::Null`] if nothing matches. To evaluate it on many
    /// values, parse an [`Expression`] once.
    ///
    /// # Errors
    /// Fails like [`Expression::parse`] and [`Expression::search`].
    ///
    /// ```
    /// let page = tucuxi::value!({"Buckets": [{"Name": "a"}, {"Name": "b"}]});
    /// assert_eq!(page.search("Buckets[].Name | [-1]")?.as_str(), Some("b"));
    /// assert!(page.search("Owner.ID")?.is_null());
    /// assert!(page.search("Buckets[").unwrap_err().message().starts_with("syntax"));
    /// # Ok::<(), tucuxi::Error>(())
    /// ```
    pub fn search(&self, expression: &str) -> Result<Value> {
        Expression::parse(expression)?.search(self)
    }
}

impl FromStr for Expression {
    type Err = Error;
    fn from_str(text: &str) -> Result<Expression> {
        Expression::parse(text)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.as_str()).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

/// The category of an error, as the specification names it.
#[derive(Clone, Copy, Debug)]
enum Problem {
    Syntax,
    InvalidType,
    InvalidValue,
    InvalidArity,
    UnknownFunction,
}

/// The reason why an expression cannot be parsed or evaluated.
#[derive(Debug)]
struct Failure {
    problem: Problem,
    message: String,
}

/// Longer expressions are not quoted in messages.
const LONGEST_QUOTE: usize = 300;

impl Failure {
    fn new(problem: Problem, message: impl Display) -> Failure {
        Failure { problem, message: message.to_string() }
    }

    fn syntax(message: impl Display, column: usize) -> Failure {
        Failure::new(Problem::Syntax, format_args!("{message} at column {column}"))
    }

    fn in_expression(self, text: &str) -> Error {
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

const _: () = {
    const fn send_sync<T: Send + Sync>() {}
    send_sync::<Expression>();
};

#[cfg(test)]
mod tests;
