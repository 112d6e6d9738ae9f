//! Immutable binary data that may share a larger buffer.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Immutable bytes. Cloning is O(1), and a slice shares the buffer it was taken from.
///
/// ```
/// use tucuxi::Bytes;
///
/// let body = Bytes::from(b"header:payload".to_vec());
/// assert_eq!(&body.slice(7..14)[..], b"payload");
/// ```
#[derive(Clone)]
pub struct Bytes(Kind);

#[derive(Clone)]
enum Kind {
    Whole(Arc<Vec<u8>>),
    Window(Arc<Window>),
}

struct Window {
    buffer: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Bytes {
    /// Returns the bytes in `range`, sharing the buffer instead of copying it.
    ///
    /// # Panics
    /// If the range is out of bounds, as with slices.
    pub fn slice(&self, range: Range<usize>) -> Bytes {
        assert!(range.start <= range.end && range.end <= self.len(), "range {range:?} of {} bytes", self.len());
        let (buffer, start) = match &self.0 {
            Kind::Whole(buffer) => (buffer, 0),
            Kind::Window(window) => (&window.buffer, window.range.start),
        };
        let window = Window { buffer: Arc::clone(buffer), range: start + range.start..start + range.end };
        Bytes(Kind::Window(Arc::new(window)))
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Bytes::from(Vec::new())
    }
}

impl Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match &self.0 {
            Kind::Whole(buffer) => buffer,
            Kind::Window(window) => &window.buffer[window.range.clone()],
        }
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes(Kind::Whole(Arc::new(bytes)))
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Bytes::from(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Bytes {
    fn from(bytes: &[u8; N]) -> Self {
        Bytes::from(bytes.to_vec())
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl Eq for Bytes {}

impl PartialEq<[u8]> for Bytes {
    fn eq(&self, other: &[u8]) -> bool {
        self[..] == *other
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}
