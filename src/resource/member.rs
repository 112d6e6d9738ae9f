//! What a resource has, for scripts that ask.

use crate::value::Str;

/// A name that a resource has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Member {
    /// The name.
    pub name: Str,
    /// What it is.
    pub kind: MemberKind,
}

/// What kind of thing a name of a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemberKind {
    /// A part of its identity: [`Resource::get`](super::Resource::get) calls nobody.
    Identifier,
    /// What is known of it: [`Resource::get`](super::Resource::get) loads it if need be.
    Attribute,
    /// What can be done with it: [`Resource::call`](super::Resource::call).
    Action,
    /// A type of resource that belongs to it: [`Resource::resource`](super::Resource::resource).
    Subresource,
    /// A resource, or several, that its data tell of: [`Resource::reference`](super::Resource::reference).
    Reference,
    /// Many resources: [`Resource::collection`](super::Resource::collection).
    Collection,
    /// A condition to wait for: [`Resource::wait`](super::Resource::wait).
    Waiter,
}

impl MemberKind {
    /// The kind in one word.
    pub fn name(self) -> &'static str {
        match self {
            MemberKind::Identifier => "identifier",
            MemberKind::Attribute => "attribute",
            MemberKind::Action => "action",
            MemberKind::Subresource => "subresource",
            MemberKind::Reference => "reference",
            MemberKind::Collection => "collection",
            MemberKind::Waiter => "waiter",
        }
    }
}
