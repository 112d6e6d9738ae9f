//! Converts values for a host. A host implements [`Visitor`] once; nothing is lost on the way, as it would be through JSON.

use crate::value::{Bytes, List, Map, Number, Set, Stream, Timestamp, Value};

/// Makes the host's form of each kind of value. Lists, maps, and sets receive their content unconverted, so that a host decides
/// how to convert it and how to allocate.
pub trait Visitor {
    /// The host's own type.
    type Output;
    /// A failed conversion.
    type Error;

    /// Null.
    fn null(&self) -> Result<Self::Output, Self::Error>;
    /// A boolean.
    fn bool(&self, value: bool) -> Result<Self::Output, Self::Error>;
    /// An integer.
    fn int(&self, value: i64) -> Result<Self::Output, Self::Error>;
    /// A float.
    fn float(&self, value: f64) -> Result<Self::Output, Self::Error>;
    /// A number whose digits count: decimals, and integers beyond 64 bits.
    fn number(&self, value: &Number) -> Result<Self::Output, Self::Error>;
    /// Text.
    fn string(&self, value: &str) -> Result<Self::Output, Self::Error>;
    /// Binary data.
    fn bytes(&self, value: &Bytes) -> Result<Self::Output, Self::Error>;
    /// A timestamp.
    fn timestamp(&self, value: Timestamp) -> Result<Self::Output, Self::Error>;
    /// A list.
    fn list(&self, value: &List) -> Result<Self::Output, Self::Error>;
    /// A map.
    fn map(&self, value: &Map) -> Result<Self::Output, Self::Error>;
    /// A set, as DynamoDB has them.
    fn set(&self, value: &Set) -> Result<Self::Output, Self::Error>;
    /// A body or a stream of events.
    fn stream(&self, value: &Stream) -> Result<Self::Output, Self::Error>;
}

/// Converts a value.
///
/// # Errors
/// The errors of the visitor.
pub fn visit<V: Visitor>(visitor: &V, value: &Value) -> Result<V::Output, V::Error> {
    match value {
        Value::Null => visitor.null(),
        Value::Bool(value) => visitor.bool(*value),
        Value::Int(value) => visitor.int(*value),
        Value::Float(value) => visitor.float(*value),
        Value::Number(value) => visitor.number(value),
        Value::String(value) => visitor.string(value),
        Value::Bytes(value) => visitor.bytes(value),
        Value::Timestamp(value) => visitor.timestamp(*value),
        Value::List(value) => visitor.list(value),
        Value::Map(value) => visitor.map(value),
        Value::Set(value) => visitor.set(value),
        Value::Stream(value) => visitor.stream(value),
    }
}
