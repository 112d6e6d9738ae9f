//! The position of a value in an output, and the policy for scalars that cannot be read.

use std::cell::RefCell;
use std::fmt;

use crate::definition::Node;
use crate::error::{Error, ErrorKind, Result};
use crate::text::Path;
use crate::value::{List, Map, Value};

/// Decides what an unreadable scalar does: it fails the response, or it is omitted and recorded.
#[derive(Default)]
pub(in crate::protocol) struct Policy {
    lenient: bool,
    omitted: RefCell<Vec<Value>>,
}

impl Policy {
    pub(in crate::protocol) fn new(lenient: bool) -> Policy {
        Policy { lenient, omitted: RefCell::default() }
    }

    /// The position of the output itself.
    pub(in crate::protocol) fn root(&self) -> Position<'_> {
        Position { path: Path::ROOT, policy: self, sensitive: false }
    }

    /// Inserts the omitted values into the response metadata, if there are any.
    pub(super) fn report(self, metadata: &mut Map) {
        let omitted = self.omitted.into_inner();
        if !omitted.is_empty() {
            metadata.insert("OmittedMembers", Value::List(List::from(omitted)));
        }
    }
}

/// The position of a value in an output.
pub(in crate::protocol) struct Position<'p> {
    path: Path<'p>,
    policy: &'p Policy,
    /// Whether the value is inside a sensitive one.
    sensitive: bool,
}

impl<'p> Position<'p> {
    /// The position of a member of a structure, or of a value in a map.
    pub(in crate::protocol) fn name(&'p self, name: &'p str) -> Position<'p> {
        Position { path: self.path.name(name), ..*self }
    }

    /// The position of an item of a list.
    pub(super) fn index(&'p self, index: usize) -> Position<'p> {
        Position { path: self.path.index(index), ..*self }
    }

    /// The same position, for the contents of a value of the shape `node`.
    pub(super) fn inside(&self, node: Node<'_>) -> Position<'p> {
        Position { sensitive: self.sensitive || node.has(|t| t.sensitive), ..*self }
    }

    /// Returns the scalar that was read. An unreadable one is an error with its path, or null in lenient mode.
    pub(super) fn scalar(&self, node: Node<'_>, scalar: Result<Value, Unreadable>) -> Result<Value> {
        scalar.or_else(|unreadable| self.unreadable(node, unreadable, self.policy.lenient))
    }

    /// As [`scalar`](Self::scalar), in lenient mode.
    pub(super) fn advisory_scalar(&self, node: Node<'_>, scalar: Result<Value, Unreadable>) -> Result<Value> {
        scalar.or_else(|unreadable| self.unreadable(node, unreadable, true))
    }

    #[cold]
    fn unreadable(&self, node: Node<'_>, unreadable: Unreadable, lenient: bool) -> Result<Value> {
        let reason =
            if self.sensitive || node.has(|t| t.sensitive) { format!("invalid {}", unreadable.expected) } else { unreadable.to_string() };
        if !lenient {
            return Err(self.error(reason));
        }
        let note: Map = [("Path", self.path.to_string()), ("Reason", reason)].into_iter().collect();
        self.policy.omitted.borrow_mut().push(Value::Map(note));
        Ok(Value::Null)
    }

    /// An error of the value at this position.
    pub(super) fn error(&self, reason: impl fmt::Display) -> Error {
        let path = self.path.to_string();
        Error::new(ErrorKind::ResponseParser, format!("Unable to parse response: {path}: {reason}")).with_detail("path", path)
    }
}

/// A scalar that cannot be read.
#[derive(Debug)]
pub(super) struct Unreadable {
    expected: &'static str,
    found: String,
}

impl Unreadable {
    pub(super) fn new(expected: &'static str, found: &str) -> Unreadable {
        Unreadable { expected, found: found.chars().take(80).collect() }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {} {:?}", self.expected, self.found)
    }
}
