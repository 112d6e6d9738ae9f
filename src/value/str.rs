//! Immutable text that is cheap to clone.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use ecow::EcoString;

/// An immutable string of 16 bytes. Cloning is O(1), and up to 15 bytes of text are stored inline.
///
/// ```
/// use tucuxi::Str;
///
/// let name = Str::from("my-bucket");
/// assert_eq!(name.len(), 9);
/// assert_eq!(name, "my-bucket");
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(EcoString);

impl Str {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Str {
    /// Joins texts.
    pub(crate) fn concat(parts: &[&str]) -> Str {
        let mut text = EcoString::with_capacity(parts.iter().map(|part| part.len()).sum());
        parts.iter().for_each(|part| text.push_str(part));
        Str(text)
    }

    /// Returns a number below 64 that depends on the text. Of a few names, most have a number of their own: a name whose number no other
    /// name has is found, or known to be a new one, with at most one comparison.
    pub(crate) fn mark(&self) -> u32 {
        mark(self)
    }

    /// Returns a text with its ASCII letters in lowercase.
    pub(crate) fn lowercase(text: &str) -> Str {
        /// Longer than most names.
        const USUAL: usize = 64;
        let mut space = [0; USUAL];
        let Some(lowercase) = space.get_mut(..text.len()) else { return text.to_ascii_lowercase().into() };
        lowercase.copy_from_slice(text.as_bytes());
        lowercase.make_ascii_lowercase();
        // ASCII letters are no parts of other characters.
        str::from_utf8(lowercase).unwrap_or(text).into()
    }
}

/// As [`Str::mark`].
pub(crate) fn mark(text: &str) -> u32 {
    match text.as_bytes() {
        [] => 0,
        [byte] => (1 + 38 * u32::from(*byte)) % 64,
        [first, .., last] => (text.len() as u32 + 7 * u32::from(*first) + 31 * u32::from(*last)) % 64,
    }
}

impl Deref for Str {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Str {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Str(EcoString::try_inline(text).unwrap_or_else(|| {
            // `EcoString::from` would copy a long text byte by byte.
            let mut own = EcoString::with_capacity(text.len());
            own.push_str(text);
            own
        }))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Str::from(text.as_str())
    }
}

impl From<&String> for Str {
    fn from(text: &String) -> Self {
        Str::from(text.as_str())
    }
}

impl From<&Str> for Str {
    fn from(text: &Str) -> Self {
        text.clone()
    }
}

impl From<std::borrow::Cow<'_, str>> for Str {
    fn from(text: std::borrow::Cow<'_, str>) -> Self {
        Str::from(&*text)
    }
}

impl From<Str> for String {
    fn from(text: Str) -> Self {
        text.0.into()
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Str {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Str {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(StrVisitor)
    }
}

struct StrVisitor;

impl serde::de::Visitor<'_> for StrVisitor {
    type Value = Str;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Str, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Str, E> {
        Ok(text.into())
    }
}
