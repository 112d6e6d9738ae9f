//! The JSON of shapes, references, and members, before it is converted to types.
//!
//! One structure serves all three: a reference has `shape`, a shape has `type`, and both may have the same traits.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A string that borrows from the file unless it contains escapes.
pub(super) struct Text<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(V)
    }
}

/// The name of a shape, or in a definition in parts its number.
pub(super) enum ShapeName<'a> {
    Name(Text<'a>),
    Number(u32),
}

impl<'de: 'a, 'a> Deserialize<'de> for ShapeName<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = ShapeName<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(ShapeName::Name(Text(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(ShapeName::Name(Text(Cow::Owned(text.to_owned()))))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                u32::try_from(number).map(ShapeName::Number).map_err(|_| E::invalid_type(de::Unexpected::Unsigned(number), &self))
            }
        }
        deserializer.deserialize_any(V)
    }
}

/// An object with arbitrary keys, in the order of the file.
pub(super) struct Object<'a, T>(pub Vec<(Cow<'a, str>, T)>);

impl<T> Default for Object<'_, T> {
    fn default() -> Self {
        Object(Vec::new())
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Object<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for V<T> {
            type Value = Object<'de, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries: Vec<(Cow<'de, str>, T)> = Vec::new();
                while let Some(Text(key)) = map.next_key()? {
                    entries.push((key, map.next_value()?));
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(V(PhantomData))
    }
}

/// A shape, or a reference to one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NodeJson<'a> {
    #[serde(borrow, default)]
    pub shape: Option<ShapeName<'a>>,
    #[serde(borrow, default, rename = "type")]
    pub kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub members: Object<'a, NodeJson<'a>>,
    #[serde(borrow, default)]
    pub required: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub member: Option<Box<NodeJson<'a>>>,
    #[serde(borrow, default)]
    pub key: Option<Box<NodeJson<'a>>>,
    #[serde(borrow, default)]
    pub value: Option<Box<NodeJson<'a>>>,
    #[serde(borrow, default)]
    pub payload: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub location: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub location_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub query_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub result_wrapper: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub timestamp_format: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub xml_namespace: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub context_param: Option<ContextParam<'a>>,
    #[serde(borrow, default)]
    pub error: Option<ErrorJson<'a>>,
    #[serde(default)]
    pub retryable: Option<RetryableJson>,
    #[serde(borrow, default)]
    pub min: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub max: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub pattern: Option<Text<'a>>,
    #[serde(borrow, default, rename = "enum")]
    pub values: Vec<Text<'a>>,
    #[serde(default)]
    pub flattened: bool,
    #[serde(default)]
    pub xml_attribute: bool,
    #[serde(default)]
    pub streaming: bool,
    #[serde(default)]
    pub requires_length: bool,
    #[serde(default)]
    pub jsonvalue: bool,
    #[serde(default)]
    pub idempotency_token: bool,
    #[serde(default)]
    pub host_label: bool,
    #[serde(default)]
    pub eventpayload: bool,
    #[serde(default)]
    pub eventheader: bool,
    #[serde(default)]
    pub eventstream: bool,
    #[serde(default)]
    pub event: bool,
    #[serde(default)]
    pub endpointdiscoveryid: bool,
    #[serde(default)]
    pub union: bool,
    #[serde(default)]
    pub document: bool,
    #[serde(default)]
    pub exception: bool,
    #[serde(default)]
    pub sensitive: bool,
    #[serde(default)]
    pub deprecated: bool,
}

#[derive(Deserialize)]
pub(super) struct ContextParam<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ErrorJson<'a> {
    #[serde(borrow, default)]
    pub code: Option<Text<'a>>,
    #[serde(default)]
    pub http_status_code: Option<u16>,
    #[serde(default)]
    pub sender_fault: bool,
    #[serde(default)]
    pub fault: bool,
}

#[derive(Deserialize)]
pub(super) struct RetryableJson {
    #[serde(default)]
    pub throttling: bool,
}
