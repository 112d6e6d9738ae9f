//! JMESPath over [`Value`]: paginators, waiters, resources and users take data out of responses with it.
//!
//! An expression goes through the lexer and the parser once; the interpreter walks its tree over
//! the data as it is, without conversion. The language is that of <https://jmespath.org/specification.html>.

mod compare;
mod failure;
mod functions;
mod interpreter;
mod lexer;
mod node;
mod parser;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use self::node::Node;
use super::Value;
use crate::error::{Error, Result};

/// A JMESPath expression, parsed. Clone is O(1).
///
/// Beyond the specification, as far as AWS's data go beyond JSON:
///
/// - timestamps compare with each other and with text that is a timestamp, sort, and have the type `timestamp`;
///   bytes have the type `bytes`, streams `stream`;
/// - texts compare with `<` and the like, a literal that is no JSON is text, both as boto3 has it.
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
    /// Of kind [`ErrorKind::JmesPath`](crate::ErrorKind::JmesPath). The message begins with what is wrong, and
    /// [`name`](Error::name) is the exception of boto3's users: `syntax` (`ParseError`), `unknown-function`
    /// (`UnknownFunctionError`), `invalid-arity` (`ArityError`), `invalid-value` (`JMESPathValueError`: a slice with
    /// step 0). An expression that nests deeper than 128 levels is a `syntax` error.
    pub fn parse(text: &str) -> Result<Expression> {
        let root = parser::parse(text).map_err(|failure| failure.in_expression(text))?;
        Ok(Expression(Arc::new(Parsed { text: text.to_owned(), root })))
    }

    /// What the expression finds in `value`; [`Value::Null`] where it finds nothing.
    ///
    /// # Errors
    /// Of kind [`ErrorKind::JmesPath`](crate::ErrorKind::JmesPath): a function got an argument of a type that it does not
    /// take (`invalid-type`, `JMESPathTypeError`).
    pub fn search(&self, value: &Value) -> Result<Value> {
        interpreter::evaluate(&self.0.root, value).map(Cow::into_owned).map_err(|failure| failure.in_expression(self.as_str()))
    }

    /// The expression's text.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }
}

/// # JMESPath
impl Value {
    /// What a JMESPath expression finds here; [`Value::Null`] where it finds nothing. For many values, parse
    /// an [`Expression`] once.
    ///
    /// # Errors
    /// As [`Expression::parse`] and [`Expression::search`].
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

const _: () = {
    const fn send_sync<T: Send + Sync>() {}
    send_sync::<Expression>();
};

#[cfg(test)]
mod tests;
