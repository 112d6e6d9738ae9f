//! Where each operation and each shape lies in the text of a definition: one pass, nothing built.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::value::Str;

/// Names to places in the text, in the text's order.
pub(super) type Places = IndexMap<Str, Range<usize>, foldhash::fast::RandomState>;

/// The top level of a `service-2` file.
pub(super) struct Index {
    pub metadata: Range<usize>,
    pub operations: Places,
    pub shapes: Places,
    pub client_context_params: Option<Range<usize>>,
}

impl Index {
    pub(super) fn of(text: &str) -> serde_json::Result<Index> {
        let top: TopLevel<'_> = serde_json::from_str(text)?;
        let place = |raw: &RawValue| place_in(text, raw);
        Ok(Index {
            metadata: place(top.metadata),
            operations: top.operations.places(text),
            shapes: top.shapes.places(text),
            client_context_params: top.client_context_params.map(place),
        })
    }
}

/// A raw value borrows from the text that it was read from, so its address tells its place.
pub(super) fn place_in(text: &str, raw: &RawValue) -> Range<usize> {
    let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
    start..start + raw.get().len()
}

#[derive(Deserialize)]
struct TopLevel<'a> {
    #[serde(borrow)]
    metadata: &'a RawValue,
    #[serde(borrow, default)]
    operations: Entries<'a>,
    #[serde(borrow, default)]
    shapes: Entries<'a>,
    #[serde(borrow, default, rename = "clientContextParams")]
    client_context_params: Option<&'a RawValue>,
}

/// The entries of a JSON object, unread.
#[derive(Default)]
struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl Entries<'_> {
    fn places(self, text: &str) -> Places {
        self.0.into_iter().map(|(name, raw)| (Str::from(name), place_in(text, raw))).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(super::json::Text(key)) = map.next_key()? {
                    entries.push((key, map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(V)
    }
}
