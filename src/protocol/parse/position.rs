//! The position of a value in an output, and the policy for scalars that cannot be read and for unknown members.

use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;

use crate::definition::{MASK, Node};
use crate::error::{Error, ErrorKind, Result};
use crate::text::Path;
use crate::value::{List, Map, Str, Value};

/// Decides what an unreadable scalar does: it fails the response, or it is omitted and recorded. Also records the members
/// that the definition does not contain, if the caller wants to know them.
#[derive(Default)]
pub(in crate::protocol) struct Policy {
    pub(super) lenient: bool,
    omitted: RefCell<Vec<Value>>,
    unknown: Option<RefCell<Vec<UnknownMember>>>,
}

/// A member of a response that the definition does not contain: the service is newer than the definition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownMember {
    /// The path of its first occurrence, by the names of members: `Reservations[0].NewMember`.
    pub path: String,
    /// The name on the wire.
    pub name: Str,
    /// The name of the shape that lacks it.
    pub shape: Str,
    /// The type of its first value: `string`, `number`, `boolean`, `list`, `map`, `blob`, `timestamp`, or `null`. XML knows
    /// only `string`, `map`, and `null` for an empty element.
    pub type_name: &'static str,
}

/// The maximum number of unknown members of one response that are recorded.
const MOST_UNKNOWN: usize = 1000;

impl Policy {
    pub(in crate::protocol) fn new(lenient: bool) -> Policy {
        Policy { lenient, omitted: RefCell::default(), unknown: None }
    }

    /// Also records unknown members.
    pub(super) fn reporting_unknown(self) -> Policy {
        Policy { unknown: Some(RefCell::default()), ..self }
    }

    /// Returns the unknown members, each once.
    pub(super) fn into_unknown(self) -> Vec<UnknownMember> {
        self.unknown.map(RefCell::into_inner).unwrap_or_default()
    }

    /// The position of the output itself.
    pub(in crate::protocol) fn root(&self) -> Position<'_> {
        Position { path: Path::ROOT, policy: self, sensitive: false }
    }

    /// Inserts the omitted values into the response metadata, if there are any.
    pub(super) fn report(&self, metadata: &mut Map) {
        let omitted = self.omitted.take();
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

    /// The position of a value in a map. A secret key is masked.
    pub(super) fn key(&'p self, key: &'p str) -> Position<'p> {
        self.name(if self.sensitive { MASK } else { key })
    }

    /// The position of an item of a list.
    pub(super) fn index(&'p self, index: usize) -> Position<'p> {
        Position { path: self.path.index(index), ..*self }
    }

    /// The same position, for the contents of a value of the shape `node`.
    #[inline]
    pub(super) fn inside(&self, node: Node<'_>) -> Inside<'_, 'p> {
        match !self.sensitive && node.has(|t| t.sensitive) {
            true => Inside::Sensitive(Position { sensitive: true, ..*self }),
            false => Inside::Same(self),
        }
    }

    /// Whether unknown members are recorded.
    pub(super) fn reports_unknown(&self) -> bool {
        self.policy.unknown.is_some()
    }

    /// Records a member that the structure `node` at this position does not have.
    #[cold]
    pub(super) fn unknown(&self, node: Node<'_>, name: &str, value: &Value) {
        let Some(unknown) = &self.policy.unknown else { return };
        let mut unknown = unknown.borrow_mut();
        if unknown.len() < MOST_UNKNOWN && !unknown.iter().any(|known| known.name == name && known.shape == node.name()) {
            let path = self.path.name(name).to_string();
            unknown.push(UnknownMember { path, name: name.into(), shape: node.name().into(), type_name: value.type_name() });
        }
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

/// The position of the contents of a value. It is seldom another one than that of the value, which is not copied.
pub(super) enum Inside<'a, 'p> {
    Same(&'a Position<'p>),
    Sensitive(Position<'p>),
}

impl<'p> Deref for Inside<'_, 'p> {
    type Target = Position<'p>;
    #[inline]
    fn deref(&self) -> &Position<'p> {
        match self {
            Inside::Same(position) => position,
            Inside::Sensitive(position) => position,
        }
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
