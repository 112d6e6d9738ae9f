//! Call any AWS service by name.

pub mod definition;
pub mod error;
pub mod http;
pub mod value;

pub use error::{Error, ErrorKind, Result};
pub use value::{Bytes, List, Map, Number, Str, Stream, Timestamp, Value};
