//! serde both ways: [`Value`](super::Value) as a type that serializes, and as a format that other types
//! serialize into.
//!
//! serde's data model has no instants and no numbers kept by their digits, so this way may lose
//! them. Where nothing may be lost there is [`Value::to_json`](super::Value::to_json), and a visitor over `Value`.

mod failure;
mod from_value;
mod impls;
mod reader;
mod to_value;

pub use self::from_value::from_value;
pub use self::to_value::to_value;

pub(super) use self::reader::Reader;

/// The name under which a timestamp is serialized: `to_value` knows by it that the text is an instant.
const TIMESTAMP: &str = "tucuxi::Timestamp";
