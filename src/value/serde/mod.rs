//! serde in both directions: [`Value`](super::Value) as a type that can be serialized and deserialized, and as a format into
//! which other types can be serialized.
//!
//! serde's data model has neither timestamps nor numbers with arbitrary digits. [`to_value`] and [`from_value`] preserve both
//! anyway; for other formats, timestamps become text, and numbers become the closest thing that the format supports.
//! [`Value::to_json`](super::Value::to_json) never loses anything.

mod from_value;
mod impls;
mod to_value;

use std::any::type_name;
use std::fmt;
use std::sync::LazyLock;

pub use self::from_value::from_value;
pub(super) use self::impls::Reader;
use self::to_value::ToValue;
pub use self::to_value::to_value;
use crate::error::{Error, ErrorKind};

/// The name under which a timestamp is serialized, so that `to_value` knows that the text is a timestamp.
const TIMESTAMP: &str = "tucuxi::Timestamp";

/// The name under which a set is serialized, so that `to_value` knows that the sequence is a set.
pub(crate) const SET: &str = "tucuxi::Set";

/// The name under which bytes are deserialized, so that an error can tell a stream from other types.
const BYTES: &str = "tucuxi::Bytes";

/// The name under which serde_json exchanges JSON text verbatim (feature `raw_value`). This is how numbers keep their digits.
const RAW_JSON: &str = "$serde_json::private::RawValue";

/// The name under which serde_json exchanges the digits of numbers if its feature `arbitrary_precision` is enabled, which any
/// crate in the build can do.
const JSON_NUMBER: &str = "$serde_json::private::Number";

/// Whether serde_json's feature `arbitrary_precision` is enabled.
static ARBITRARY_PRECISION: LazyLock<bool> =
    LazyLock::new(|| serde_json::from_str::<serde_json::Number>("1.10").is_ok_and(|number| number.to_string() == "1.10"));

/// Returns whether a serializer understands [`RAW_JSON`]; any other would write a structure with that name as its field. The
/// name of its type is all that is known about it.
fn writes_raw_json<S>() -> bool {
    let name = type_name::<S>();
    name == type_name::<ToValue>()
        || name.starts_with("&mut serde_json::ser::Serializer<")
        || name.starts_with("serde_json::value::ser::Serializer")
}

/// Returns whether a visitor accepts a map that consists of [`JSON_NUMBER`] and digits.
fn reads_json_number<V>() -> bool {
    *ARBITRARY_PRECISION && type_name::<V>().starts_with("serde_json::")
}

/// The reason why a conversion failed, and the path of the value. The path grows from the inside out as the failure is returned.
#[derive(Debug)]
struct Failure {
    path: String,
    message: String,
}

impl Failure {
    fn new(message: impl fmt::Display) -> Failure {
        Failure { path: String::new(), message: message.to_string() }
    }

    fn at_key(self, key: &str) -> Failure {
        self.at(key.to_owned())
    }

    fn at_index(self, index: usize) -> Failure {
        self.at(format!("[{index}]"))
    }

    fn at(mut self, step: String) -> Failure {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = step + dot + self.path.as_str();
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Failure::new(message)
    }
}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Failure::new(message)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::new(ErrorKind::Conversion, failure.to_string())
    }
}
